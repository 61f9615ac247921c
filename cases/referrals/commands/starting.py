"""A first need opens the case it belongs to, with whom to call."""

from dataclasses import dataclass

from app.actors import Actor
from cases.casework.commands import open_case
from cases.casework.enums import Phase
from cases.casework.models import CaseFile
from cases.companies.commands import add_person, link_person_to_company
from cases.companies.models import Company, Person


@dataclass(frozen=True)
class Contact:
    """The entrepreneur as typed; ``known`` when it is a person the seat knows already."""

    full_name: str = ""
    phone: str = ""
    email: str = ""
    known: Person | None = None


def open_case_for(company: Company, contact: Contact, phase: Phase, *, by: Actor) -> CaseFile:
    """Open a case on a company, with its entrepreneur when one is named.

    Raises CaseAlreadyOpen, KnownElsewhere.
    """
    return open_case(company, _person(company, contact, by), phase, by=by)


def _person(company: Company, contact: Contact, by: Actor) -> Person | None:
    if contact.known is not None and contact.known.full_name == contact.full_name:
        return contact.known
    if not contact.full_name:
        return None
    given_name, _, family_name = contact.full_name.rpartition(" ")
    person = add_person(
        family_name=family_name,
        given_name=given_name,
        email=contact.email,
        phone=contact.phone,
        by=by,
    )
    link_person_to_company(person, company, by=by)
    return person
