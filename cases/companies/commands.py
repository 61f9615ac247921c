"""Keeping companies and persons: found again rather than written twice, never merged blindly."""

import dataclasses

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app import clock, journal
from app.actors import Actor
from app.db import db
from app.folding import fold, grams
from app.reference.queries import get_commune
from cases.companies.enums import CompanySource
from cases.companies.errors import CompanyHasNoNumber, NameMissing
from cases.companies.facts import CompanyFacts, facts_of
from cases.companies.models import Company, CompanyPerson, CompanyUse, Person
from cases.companies.queries import find_link_of, get_company
from cases.companies.registry import RegistryCompany


def find_or_add_company(facts: CompanyFacts, *, by: Actor) -> Company:
    """The company of this SIREN, whoever wrote it first, else a new one.

    A full SIREN answers the same whether or not others know it. Without SIREN a new company is
    always made: nothing is merged on missing data. Raises NameMissing.
    """
    if facts.siren and (known := claim_company(facts.siren, by=by)):
        return known
    if not facts.name.strip():
        raise NameMissing
    try:
        with db.session.begin_nested():
            company = _new_company(facts, by)
            db.session.add(company)
    except IntegrityError:
        claimed = claim_company(facts.siren or "", by=by)
        if claimed is None:
            raise
        return claimed
    journal.record(company, "company.added", by=by, details={"source": company.source.value})
    return company


def claim_company(siren: str, *, by: Actor) -> Company | None:
    """The company of a full SIREN, now known to the actor's seat; None when nobody wrote it."""
    company_id = db.session.scalar(select(func.claim_company(siren)))
    return get_company(company_id, by) if company_id else None


def use_company(company: Company, *, by: Actor) -> None:
    """The seat keeps the company among those it has used."""
    if db.session.get(CompanyUse, (company.id, by.seat_id)) is None:
        db.session.add(CompanyUse(company_id=company.id, seat_id=by.seat_id))


def refresh_company(company: Company, found: RegistryCompany, *, by: Actor) -> None:
    """Bring a company up to date with the registry. Raises CompanyHasNoNumber."""
    if company.siren is None or company.siren != found.siren:
        raise CompanyHasNoNumber
    _write(company, facts_of(found))
    journal.record(company, "company.refreshed", by=by)


def correct_company(company: Company, facts: CompanyFacts, *, by: Actor) -> None:
    """Write down what a member typed. Raises NameMissing."""
    if not facts.name.strip():
        raise NameMissing
    _write(company, facts)
    journal.record(company, "company.corrected", by=by)


def add_person(
    *,
    family_name: str,
    given_name: str = "",
    email: str = "",
    phone: str = "",
    commune_code: str | None = None,
    by: Actor,
) -> Person:
    """A person met by the actor's seat. Raises NameMissing."""
    if not family_name.strip():
        raise NameMissing
    person = Person(
        family_name=family_name.strip(),
        given_name=given_name.strip(),
        folded_name=fold(f"{given_name} {family_name}"),
        email=email.strip().lower(),
        phone=phone.strip(),
        commune_code=commune_code,
        first_seat_id=by.seat_id,
    )
    db.session.add(person)
    db.session.flush()
    journal.record(person, "person.added", by=by)
    return person


def correct_person(
    person: Person, *, family_name: str, given_name: str, email: str, phone: str, by: Actor
) -> None:
    """Write down new names or contact details. Raises NameMissing."""
    if not family_name.strip():
        raise NameMissing
    person.family_name, person.given_name = family_name.strip(), given_name.strip()
    person.folded_name = fold(person.full_name)
    person.email, person.phone = email.strip().lower(), phone.strip()
    journal.record(person, "person.corrected", by=by)


def link_person_to_company(
    person: Person, company: Company, *, position: str = "", by: Actor
) -> CompanyPerson:
    """The person runs the company; said once, a second time changes nothing."""
    known = find_link_of(company, person, by)
    if known is not None:
        return known
    link = CompanyPerson(
        company_id=company.id, person_id=person.id, seat_id=by.seat_id, position=position
    )
    db.session.add(link)
    db.session.flush()
    journal.record(link, "person.linked", by=by)
    return link


def _new_company(facts: CompanyFacts, by: Actor) -> Company:
    company = Company(first_seat_id=by.seat_id)
    _write(company, facts)
    return company


def _write(company: Company, facts: CompanyFacts) -> None:
    for column, value in dataclasses.asdict(facts).items():
        setattr(company, column, value)
    if get_commune(facts.commune_code) is None:
        company.commune_code = None
    company.folded_name = fold(facts.name)
    company.name_grams = grams(facts.name, facts.trade_name)
    is_read = facts.source is CompanySource.REGISTRY
    company.checked_at = clock.now() if is_read else company.checked_at
