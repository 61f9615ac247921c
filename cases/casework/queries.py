"""Reads of cases: every one says for whom. The policies say it again in the database."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from app.actors import Actor
from app.db import db
from app.errors import NotVisible
from cases.casework.enums import ActionStatus, AgreementMode, BasisKind, CaseStatus
from cases.casework.models import (
    Assessment,
    CaseAction,
    CaseChange,
    CaseFile,
    LegalBasis,
    Participation,
    TimelineEntry,
)
from cases.companies.models import Company, Person
from partners.organisations.models import Seat
from partners.people.models import Membership, UserAccount

OPEN_ACTIONS = (ActionStatus.TODO, ActionStatus.DOING)
LONGEST_TIMELINE = 300


def cases_visible_to(actor: Actor) -> Select[CaseFile]:
    """Cases in which the actor's seat takes part; none through a role that reads no case."""
    statement = select(CaseFile)
    if actor.is_system:
        return statement
    seat_id = actor.seat_id if actor.reads_cases else None
    if seat_id is None:
        return statement.where(CaseFile.id.is_(None))
    return statement.where(CaseFile.reader_seats.contains([seat_id]))


def get_case(case_id: uuid.UUID, actor: Actor) -> CaseFile:
    """The case with its company, person, lead and participations loaded. Raises NotVisible."""
    statement = cases_visible_to(actor).where(CaseFile.id == case_id)
    found = db.session.execute(statement.options(*case_page_options())).unique()
    case = found.scalar_one_or_none()
    if case is None:
        raise NotVisible
    return case


def case_page_options() -> tuple:
    """What a page about one case touches, in one statement."""
    seats = joinedload(CaseFile.participations)
    return (
        joinedload(CaseFile.company),
        joinedload(CaseFile.person),
        joinedload(CaseFile.lead_seat).joinedload(Seat.organisation),
        joinedload(CaseFile.lead_member).joinedload(Membership.user),
        seats.joinedload(Participation.seat).joinedload(Seat.organisation),
        seats.joinedload(Participation.member).joinedload(Membership.user),
        seats.joinedload(Participation.basis),
    )


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


def list_participations(case_id: uuid.UUID, actor: Actor) -> Sequence[Participation]:
    """Seats that take part or took part, in the order they came, with why."""
    statement = (
        select(Participation)
        .where(Participation.case_id == case_id, _in_visible_case(Participation.case_id, actor))
        .options(
            joinedload(Participation.seat).joinedload(Seat.organisation),
            joinedload(Participation.member).joinedload(Membership.user),
            joinedload(Participation.basis),
        )
        .order_by(Participation.started_at)
    )
    return db.session.scalars(statement).all()


def get_participation(participation_id: uuid.UUID, actor: Actor) -> Participation:
    """One participation, its seat loaded. Raises NotVisible."""
    statement = (
        select(Participation)
        .where(Participation.id == participation_id)
        .where(_in_visible_case(Participation.case_id, actor))
        .options(joinedload(Participation.seat).joinedload(Seat.organisation))
    )
    return _one(db.session.scalars(statement).one_or_none())


def list_entries(
    case_id: uuid.UUID, actor: Actor, limit: int = LONGEST_TIMELINE
) -> Sequence[TimelineEntry]:
    """The timeline as this seat hears it, the latest first, with authors and earlier texts."""
    statement = (
        select(TimelineEntry)
        .where(TimelineEntry.case_id == case_id, _in_visible_case(TimelineEntry.case_id, actor))
        .options(
            joinedload(TimelineEntry.seat).joinedload(Seat.organisation),
            joinedload(TimelineEntry.author).joinedload(Membership.user),
            selectinload(TimelineEntry.revisions),
        )
        .order_by(TimelineEntry.happened_at.desc(), TimelineEntry.id.desc())
        .limit(limit)
    )
    return db.session.scalars(statement).all()


def get_entry(entry_id: uuid.UUID, actor: Actor) -> TimelineEntry:
    """One line the actor hears. Raises NotVisible."""
    statement = (
        select(TimelineEntry)
        .where(TimelineEntry.id == entry_id)
        .where(_in_visible_case(TimelineEntry.case_id, actor))
        .options(joinedload(TimelineEntry.seat).joinedload(Seat.organisation))
    )
    return _one(db.session.scalars(statement).one_or_none())


def list_actions(case_id: uuid.UUID, actor: Actor) -> Sequence[CaseAction]:
    """Actions of a case that the actor hears: those to do by due day, then the finished ones."""
    is_over = CaseAction.status.not_in(OPEN_ACTIONS)
    statement = (
        select(CaseAction)
        .where(CaseAction.case_id == case_id, _in_visible_case(CaseAction.case_id, actor))
        .options(joinedload(CaseAction.owner).joinedload(Membership.user))
        .order_by(is_over, CaseAction.due_on, CaseAction.id)
    )
    return db.session.scalars(statement).all()


def get_action(action_id: uuid.UUID, actor: Actor) -> CaseAction:
    """One action. Raises NotVisible."""
    statement = (
        select(CaseAction)
        .where(CaseAction.id == action_id, _in_visible_case(CaseAction.case_id, actor))
        .options(joinedload(CaseAction.case))
    )
    return _one(db.session.scalars(statement).one_or_none())


def list_actions_of_member(actor: Actor, until: date, limit: int = 50) -> Sequence[CaseAction]:
    """What a member has to do until a day, the late ones included, with the case's company."""
    case = joinedload(CaseAction.case)
    statement = (
        select(CaseAction)
        .where(CaseAction.owner_id == actor.membership_id, CaseAction.due_on <= until)
        .where(CaseAction.status.in_(OPEN_ACTIONS))
        .where(_in_visible_case(CaseAction.case_id, actor))
        .options(case.joinedload(CaseFile.company), case.joinedload(CaseFile.person))
        .order_by(CaseAction.due_on, CaseAction.id)
        .limit(limit)
    )
    return db.session.scalars(statement).all()


def list_pauses_over(actor: Actor, today: date, limit: int = 20) -> Sequence[CaseFile]:
    """Cases this member leads whose pause ends today or before."""
    statement = (
        cases_visible_to(actor)
        .where(CaseFile.lead_member_id == actor.membership_id)
        .where(CaseFile.status == CaseStatus.PAUSED, CaseFile.paused_until <= today)
        .options(joinedload(CaseFile.company), joinedload(CaseFile.person))
        .order_by(CaseFile.paused_until)
        .limit(limit)
    )
    return db.session.scalars(statement).all()


def list_assessments(case_id: uuid.UUID, actor: Actor) -> Sequence[Assessment]:
    """Assessments this seat may read, the latest first, with their debts."""
    statement = (
        select(Assessment)
        .where(Assessment.case_id == case_id, _in_visible_case(Assessment.case_id, actor))
        .options(
            selectinload(Assessment.debts),
            joinedload(Assessment.author).joinedload(Membership.user),
        )
        .order_by(Assessment.done_on.desc(), Assessment.created_at.desc())
        .limit(20)
    )
    return db.session.scalars(statement).all()


def latest_assessment(case_id: uuid.UUID, actor: Actor) -> Assessment | None:
    """The last assessment this seat may read, None when there is none."""
    return next(iter(list_assessments(case_id, actor)), None)


def list_bases(case_id: uuid.UUID, actor: Actor) -> Sequence[LegalBasis]:
    """Agreements and permissions of a case, the latest first."""
    statement = (
        select(LegalBasis)
        .where(LegalBasis.case_id == case_id, _in_visible_case(LegalBasis.case_id, actor))
        .order_by(LegalBasis.given_at.desc())
    )
    return db.session.scalars(statement).all()


def get_basis(basis_id: uuid.UUID, actor: Actor) -> LegalBasis:
    """One agreement or permission, its case loaded. Raises NotVisible."""
    statement = select(LegalBasis).where(LegalBasis.id == basis_id)
    statement = statement.where(_in_visible_case(LegalBasis.case_id, actor))
    statement = statement.options(joinedload(LegalBasis.case))
    return _one(db.session.scalars(statement).one_or_none())


def get_basis_of_link(actor: Actor) -> LegalBasis:
    """The agreement of the link that the entrepreneur holds. Raises NotVisible."""
    statement = select(LegalBasis).where(LegalBasis.id == actor.link_object_id)
    return _one(db.session.scalars(statement).one_or_none())


def consent_facts() -> dict[str, str]:
    """``title`` of the case, ``lead`` and ``recorded`` organisations, for the bearer of a link."""
    facts = func.consent_facts().table_valued("title", "lead", "recorded")
    return dict(db.session.execute(select(facts)).mappings().one())


def list_unconfirmed_agreements(at: datetime, limit: int = 200) -> Sequence[LegalBasis]:
    """For the system: agreements by phone whose delay is over, not withdrawn yet."""
    statement = (
        select(LegalBasis)
        .where(LegalBasis.kind == BasisKind.CONSENT, LegalBasis.mode != AgreementMode.WRITING)
        .where(LegalBasis.confirmed_at.is_(None), LegalBasis.withdrawn_at.is_(None))
        .where(LegalBasis.valid_until <= at)
        .order_by(LegalBasis.valid_until)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return db.session.scalars(statement).all()


def list_changes(case_id: uuid.UUID, actor: Actor) -> Sequence[CaseChange]:
    """History of phase, status and lead, the latest first, signed."""
    statement = (
        select(CaseChange)
        .where(CaseChange.case_id == case_id, _in_visible_case(CaseChange.case_id, actor))
        .options(joinedload(CaseChange.member).joinedload(Membership.user))
        .order_by(CaseChange.at.desc(), CaseChange.id.desc())
    )
    return db.session.scalars(statement).all()


def seats_by_id(seat_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Seat]:
    """Seats with their organisation, in one statement."""
    statement = (
        select(Seat)
        .join(Seat.organisation)
        .options(contains_eager(Seat.organisation))
        .where(Seat.id.in_(set(seat_ids)))
    )
    return {seat.id: seat for seat in db.session.scalars(statement)}


def list_colleagues(seat_id: uuid.UUID) -> Sequence[Membership]:
    """Active members of a seat, by name: who may own an action or take a case over."""
    statement = (
        select(Membership)
        .join(Membership.user)
        .options(contains_eager(Membership.user))
        .where(Membership.seat_id == seat_id, Membership.ended_at.is_(None))
    )
    return db.session.scalars(statement.order_by(UserAccount.folded_name)).all()


def _about(company: Company | None, person: Person | None) -> ColumnElement[bool]:
    if company is not None:
        return CaseFile.company_id == company.id
    return (CaseFile.company_id.is_(None)) & (CaseFile.person_id == (person.id if person else None))


def _in_visible_case(column: Any, actor: Actor) -> ColumnElement[bool]:
    visible = cases_visible_to(actor).with_only_columns(CaseFile.id)
    return column.in_(visible)


def _one(found: Any) -> Any:
    if found is None:
        raise NotVisible
    return found
