"""Reads of cases: those in which the actor’s seat takes part."""

import uuid
from collections.abc import Sequence
from datetime import date
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, select, true
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import joinedload

from app.actors import Actor
from app.db import db
from app.errors import NotVisible
from app.reference.models import Commune
from app.today import today_columns
from cases.casework.enums import CaseStatus
from cases.casework.models import (
    CaseChange,
    CaseFile,
    Participation,
)
from cases.casework.queries.outside import at_the_door
from cases.companies.models import Company, Person
from partners.organisations.models import Organisation, Seat
from partners.people.models import Membership, UserAccount


def cases_visible_to(actor: Actor) -> Select[CaseFile]:
    """Cases in which the actor's seat takes part; none through a role that reads no case."""
    return select(CaseFile).where(is_read_by(actor))


def is_read_by(actor: Actor) -> ColumnElement[bool]:
    """The actor's seat takes part in the case of the row (``case_file`` is in the statement)."""
    if actor.is_system:
        return true()
    seat_id = actor.seat_id if actor.reads_cases else None
    return false() if seat_id is None else _read_by_seat(seat_id)


@lru_cache(maxsize=256)
def _read_by_seat(seat_id: uuid.UUID) -> ColumnElement[bool]:
    """The condition, not its rows: a page writes it four times."""
    return CaseFile.reader_seats.contains(array([seat_id]))


def case_title() -> ColumnElement[str]:
    """The company's name, else the person's (``with_title`` joins them)."""
    return func.coalesce(Company.name, full_name())


def full_name() -> ColumnElement[str]:
    """The person's given name then family name."""
    return func.concat_ws(" ", func.nullif(Person.given_name, ""), Person.family_name)


def with_title(statement: Select[Any]) -> Select[Any]:
    """The statement about ``case_file``, with the company and the person that name it."""
    return statement.outerjoin(CaseFile.company).outerjoin(CaseFile.person)


def get_case(case_id: uuid.UUID, actor: Actor) -> CaseFile:
    """The case with its company, person, lead and participations loaded, to open its pages.

    Raises NotVisible, and ReasonNeeded outside the member's territory.
    """
    statement = cases_visible_to(actor).where(CaseFile.id == case_id)
    found = db.session.execute(statement.options(*case_page_options())).unique()
    case: CaseFile = one_or_refuse(found.scalar_one_or_none())
    at_the_door(case, actor)
    return case


def get_case_as_listed(case_id: uuid.UUID, actor: Actor) -> CaseFile:
    """The case as lists show it, for whoever is asked why they open it. Raises NotVisible."""
    statement = cases_visible_to(actor).where(CaseFile.id == case_id)
    statement = statement.options(
        joinedload(CaseFile.company).joinedload(Company.commune).load_only(Commune.name),
        joinedload(CaseFile.person),
        joinedload(CaseFile.lead_seat).joinedload(Seat.organisation),
    )
    case: CaseFile = one_or_refuse(db.session.scalars(statement).one_or_none())
    return case


@cache
def case_page_options() -> tuple:
    """What a page about one case touches, in one statement: of a seat and a member, their names."""
    seats = joinedload(CaseFile.participations)
    return (
        joinedload(CaseFile.company).joinedload(Company.commune).load_only(Commune.name),
        joinedload(CaseFile.person),
        named_seat(joinedload(CaseFile.lead_seat)),
        named_member(joinedload(CaseFile.lead_member)),
        named_seat(seats.joinedload(Participation.seat)),
        named_member(seats.joinedload(Participation.member)),
    )


def named_seat(load: Any) -> Any:
    """The seat of a row, as pages name it."""
    organisation = load.joinedload(Seat.organisation)
    return organisation.load_only(Organisation.name, Organisation.kind, raiseload=True)


def named_member(load: Any) -> Any:
    """The member of a row, as pages name them."""
    return load.joinedload(Membership.user).load_only(UserAccount.full_name, raiseload=True)


def find_open_case(company: Company | None, person: Person | None, actor: Actor) -> CaseFile | None:
    """The first open case of this company (or of this person without company) the actor reads."""
    statement = cases_visible_to(actor).where(CaseFile.status != CaseStatus.CLOSED)
    statement = statement.where(_about(company, person)).order_by(CaseFile.opened_at).limit(1)
    return db.session.scalars(statement).one_or_none()


def list_cases_of_company(company_id: uuid.UUID, actor: Actor) -> Sequence[CaseFile]:
    """Cases of a company that the actor reads, open ones first."""
    statement = cases_visible_to(actor).where(CaseFile.company_id == company_id)
    statement = statement.options(
        joinedload(CaseFile.company),
        joinedload(CaseFile.lead_seat).joinedload(Seat.organisation),
    )
    order = (CaseFile.status == CaseStatus.CLOSED, CaseFile.opened_at.desc())
    return db.session.scalars(statement.order_by(*order)).all()


def select_pauses_over(actor: Actor, today: ColumnElement[date]) -> Select[Any]:
    """Cases this member leads whose pause ends today or before."""
    return select(CaseFile.id).where(
        CaseFile.lead_member_id == actor.membership_id,
        CaseFile.status == CaseStatus.PAUSED,
        CaseFile.paused_until <= today,
        is_read_by(actor),
    )


def tell_pause(actor: Actor) -> Select[Any]:
    """What a line says of a case whose pause is over."""
    columns = today_columns(CaseFile.id, title=case_title(), reference=CaseFile.reference)
    return with_title(select(*columns).select_from(CaseFile)).where(is_read_by(actor))


def list_changes(case_id: uuid.UUID, actor: Actor) -> Sequence[CaseChange]:
    """History of phase, status and lead, the latest first, signed."""
    statement = (
        select(CaseChange)
        .where(CaseChange.case_id == case_id, in_visible_case(CaseChange.case_id, actor))
        .options(joinedload(CaseChange.member).joinedload(Membership.user))
        .order_by(CaseChange.at.desc(), CaseChange.id.desc())
    )
    return db.session.scalars(statement).all()


def _about(company: Company | None, person: Person | None) -> ColumnElement[bool]:
    if company is not None:
        return CaseFile.company_id == company.id
    return (CaseFile.company_id.is_(None)) & (CaseFile.person_id == (person.id if person else None))


def in_visible_case(column: Any, actor: Actor) -> ColumnElement[bool]:
    visible = cases_visible_to(actor).with_only_columns(CaseFile.id)
    return column.in_(visible)


def one_or_refuse(found: Any) -> Any:
    if found is None:
        raise NotVisible
    return found
