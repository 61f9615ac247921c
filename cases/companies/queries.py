"""Reads of companies and persons: those the actor's seat knows, never the others."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from app.actors import Actor
from app.db import db, in_order, is_among, is_found
from app.errors import NotVisible
from app.folding import fold, grams
from app.reference.models import Commune
from cases.companies.errors import (
    RegistryHasNoSuch,
    RegistryQuestionRefused,
    RegistryUnavailable,
    WrongIdentifier,
)
from cases.companies.identifiers import check_identifier, clean, looks_like_identifier
from cases.companies.models import Company, CompanyPerson, Person
from cases.companies.registry import RegistryCompany
from cases.companies.registry_client import RegistryClient
from cases.companies.rules import likeness, rank_candidates

CANDIDATES = 80
SHOWN = 20
MOST_FOUND = 100
#: A name as close as this, in the same commune, may be the same company.
SAME_NAME = 0.82
#: A list says where each company is.
WITH_PLACE = joinedload(Company.commune).load_only(Commune.name)


@dataclass(frozen=True)
class RegistryAnswer:
    """Companies of the public registry, or the sentence that says why there is none to show.

    ``wrong`` is what is wrong with the number that was typed: the registry was not asked.
    """

    companies: list[RegistryCompany] = field(default_factory=list)
    sentence: str = ""
    wrong: str = ""


def companies_visible_to(actor: Actor) -> Select[Company]:
    """Companies that the actor's seat used, or whose case it takes part in."""
    statement = select(Company)
    if actor.is_system:
        return statement
    seat_id = actor.seat_id if actor.reads_cases else None
    if seat_id is None:
        return statement.where(Company.id.is_(None))
    return statement.where(Company.known_seats.contains([seat_id]))


def get_company(company_id: uuid.UUID, actor: Actor) -> Company:
    """A company the actor knows. Raises NotVisible."""
    statement = companies_visible_to(actor).where(Company.id == company_id)
    found = db.session.scalars(statement).one_or_none()
    if found is None:
        raise NotVisible
    return found


def find_company_by_siren(siren: str, actor: Actor) -> Company | None:
    """The company of this SIREN among those the actor's seat knows."""
    statement = companies_visible_to(actor).where(Company.siren == siren)
    return db.session.scalars(statement).one_or_none()


def search_companies(typed: str, actor: Actor, limit: int = SHOWN) -> list[Company]:
    """Known companies that answer a SIREN, a SIRET, a name or a place, the closest first."""
    digits = _digits(typed)
    found = select(func.search_companies([] if digits else grams(typed), digits[:9], CANDIDATES))
    statement = companies_visible_to(actor).where(is_found(Company.id, found))
    companies = list(db.session.scalars(statement.options(WITH_PLACE)))
    if digits:
        return companies[:limit]
    return rank_candidates(typed, companies, limit, _names)


def list_companies(actor: Actor, offset: int = 0, limit: int = 25) -> tuple[list[Company], int]:
    """Known companies by name, and how many there are."""
    visible = companies_visible_to(actor)
    total = db.session.scalar(select(func.count()).select_from(visible.subquery())) or 0
    rows = visible.order_by(Company.folded_name, Company.id).offset(offset).limit(limit)
    return list(db.session.scalars(rows.options(WITH_PLACE))), total


def list_exported(typed: str, actor: Actor, most: int) -> list[uuid.UUID]:
    """What the list shows, all its pages: the answers of a search, or everything known by name."""
    if typed:
        return [one.id for one in search_companies(typed, actor, MOST_FOUND)]
    ids = companies_visible_to(actor).with_only_columns(Company.id)
    return list(db.session.scalars(ids.order_by(Company.folded_name, Company.id).limit(most)))


def list_among(ids: Sequence[uuid.UUID], actor: Actor) -> list[Company]:
    """These companies, in this order, as far as the actor knows them still."""
    statement = companies_visible_to(actor).where(is_among(Company.id, ids))
    return in_order(db.session.scalars(statement.options(WITH_PLACE)), ids)


def find_close_companies(name: str, commune_code: str | None, actor: Actor) -> list[Company]:
    """Known companies of a close name in the same commune: maybe the same one.

    Nothing is said of a company whose commune is unknown: missing data proves nothing.
    """
    if not commune_code or not name.strip():
        return []
    found = select(func.search_companies(grams(name), "", CANDIDATES))
    statement = companies_visible_to(actor).where(is_found(Company.id, found))
    same_place = statement.where(Company.commune_code == commune_code)
    companies = db.session.scalars(same_place)
    return [one for one in companies if likeness(name, (one.name, one.trade_name)) >= SAME_NAME]


def look_up(siren: str, client: RegistryClient) -> RegistryCompany:
    """The company of this SIREN in the public registry.

    Raises RegistryUnavailable, RegistryHasNoSuch.
    """
    match = next((one for one in client.search(siren) if one.siren == siren), None)
    if match is None:
        raise RegistryHasNoSuch
    return match


def search_registry(typed: str, client: RegistryClient) -> RegistryAnswer:
    """What the public registry answers to a name, a SIREN or a SIRET; to nothing, nothing. May wait
    for seconds: asked before the database is, or after it is let go."""
    if not typed:
        return RegistryAnswer()
    try:
        question = check_identifier(typed)[0] if looks_like_identifier(typed) else typed
        return RegistryAnswer(client.search(question))
    except WrongIdentifier as refusal:
        return RegistryAnswer(wrong=refusal.message)
    except (RegistryUnavailable, RegistryQuestionRefused) as refusal:
        return RegistryAnswer(sentence=refusal.message)


def persons_visible_to(actor: Actor) -> Select[Person]:
    """Persons that the actor's seat met, or whose case it takes part in."""
    statement = select(Person)
    if actor.is_system:
        return statement
    seat_id = actor.seat_id if actor.reads_cases else None
    if seat_id is None:
        return statement.where(Person.id.is_(None))
    return statement.where(Person.known_seats.contains([seat_id]))


def get_person(person_id: uuid.UUID, actor: Actor) -> Person:
    """A person the actor knows. Raises NotVisible."""
    statement = persons_visible_to(actor).where(Person.id == person_id)
    found = db.session.scalars(statement).one_or_none()
    if found is None:
        raise NotVisible
    return found


def search_persons(typed: str, actor: Actor, limit: int = SHOWN) -> list[Person]:
    """Known persons whose name holds what was typed."""
    found = select(func.search_persons(fold(typed), limit))
    statement = persons_visible_to(actor).where(is_found(Person.id, found))
    return list(db.session.scalars(statement.order_by(Person.folded_name)))


def find_same_persons(full_name: str, email: str, actor: Actor) -> list[Person]:
    """Known persons of the same name or the same address: maybe the same one."""
    statement = persons_visible_to(actor)
    same = Person.folded_name == fold(full_name)
    if email:
        same = same | (Person.email == email.strip().lower())
    return list(db.session.scalars(statement.where(same).limit(5)))


def list_persons_of(company: Company, actor: Actor) -> Sequence[CompanyPerson]:
    """Who runs the company, among the persons the actor knows."""
    visible = persons_visible_to(actor).with_only_columns(Person.id)
    statement = (
        select(CompanyPerson)
        .where(CompanyPerson.company_id == company.id, CompanyPerson.person_id.in_(visible))
        .options(joinedload(CompanyPerson.person))
        .order_by(CompanyPerson.created_at)
    )
    return db.session.scalars(statement).all()


def list_companies_of(person: Person, actor: Actor) -> Sequence[CompanyPerson]:
    """The companies a person runs or ran, among those the actor knows."""
    visible = companies_visible_to(actor).with_only_columns(Company.id)
    statement = (
        select(CompanyPerson)
        .where(CompanyPerson.person_id == person.id, CompanyPerson.company_id.in_(visible))
        .options(joinedload(CompanyPerson.company))
    )
    return db.session.scalars(statement).all()


def find_link_of(company: Company, person: Person, actor: Actor) -> CompanyPerson | None:
    """The line that says the person runs the company, if it was written."""
    statement = select(CompanyPerson).where(
        CompanyPerson.company_id == company.id, CompanyPerson.person_id == person.id
    )
    return db.session.scalars(statement).one_or_none()


def _digits(typed: str) -> str:
    bare = clean(typed)
    return bare if bare.isascii() and bare.isdigit() else ""


def _names(company: Company) -> Iterable[str | None]:
    place = company.commune.name if company.commune else None
    return company.name, company.trade_name, place
