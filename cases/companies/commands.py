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
from cases.companies.errors import CompanyHasNoNumber, CompanyIsPublic, NameMissing
from cases.companies.facts import CompanyFacts, facts_of
from cases.companies.models import Company, CompanyPerson, CompanyUse, Person
from cases.companies.queries import find_company_by_siren, find_link_of, get_company
from cases.companies.registry import RegistryCompany
from cases.companies.rules import can_correct_company
from partners.people.models import Membership


def find_or_add_company(facts: CompanyFacts, *, by: Actor) -> Company:
    """The company of this SIREN, whoever wrote it first, else a new one.

    A full SIREN answers the same whether or not others know it: what the registry says replaces
    what was kept, and the journal says the same. Without SIREN a new company is always made:
    nothing is merged on missing data. Raises NameMissing.
    """
    if not facts.name.strip():
        raise NameMissing
    mine = find_company_by_siren(facts.siren, by) if facts.siren else None
    company = mine or _claimed(facts, by) or _added(facts, by)
    if facts.source is CompanySource.REGISTRY:
        _write(company, facts)
    if mine is None:
        journal.record(company, "company.added", by=by, details={"source": facts.source.value})
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
    """Write down what a member typed of a company that was typed by hand.

    Its numbers stay: giving one that others hold would tell that they hold it. Raises NameMissing,
    CompanyIsPublic.
    """
    if not can_correct_company(company):
        raise CompanyIsPublic
    if not facts.name.strip():
        raise NameMissing
    _write(company, dataclasses.replace(facts, siren=company.siren, siret=company.siret))
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


def note_export(count: int, *, by: Actor) -> None:
    """A list of companies leaves as a file: the journal says who took it, and how many."""
    details = {"companies": count}
    journal.record(Membership(id=by.membership_id), "companies.exported", by=by, details=details)


def _claimed(facts: CompanyFacts, by: Actor) -> Company | None:
    return claim_company(facts.siren, by=by) if facts.siren else None


def _added(facts: CompanyFacts, by: Actor) -> Company:
    """A new row, unless somebody wrote the same number meanwhile."""
    try:
        with db.session.begin_nested():
            company = Company(first_seat_id=by.seat_id)
            _write(company, facts)
            db.session.add(company)
    except IntegrityError:
        claimed = _claimed(facts, by)
        if claimed is None:
            raise
        return claimed
    return company


def _write(company: Company, facts: CompanyFacts) -> None:
    if get_commune(facts.commune_code) is None:
        facts = dataclasses.replace(facts, commune_code=None)
    for column, value in dataclasses.asdict(facts).items():
        setattr(company, column, value)
    company.folded_name = fold(facts.name)
    company.folded_trade_name = fold(facts.trade_name)
    company.name_grams = grams(facts.name, facts.trade_name)
    is_read = facts.source is CompanySource.REGISTRY
    company.checked_at = clock.now() if is_read else company.checked_at
