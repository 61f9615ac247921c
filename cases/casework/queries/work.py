"""Reads of what is written and done in a case."""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from app.actors import Actor, Side
from app.db import db
from app.today import today_columns
from cases.casework.enums import ActionStatus, Audience
from cases.casework.models import (
    Assessment,
    CaseAction,
    CaseFile,
    TimelineEntry,
)
from cases.casework.queries.cases import (
    case_title,
    in_visible_case,
    is_read_by,
    one_or_refuse,
    with_title,
)
from partners.organisations.models import Seat
from partners.people.models import Membership

OPEN_ACTIONS = (ActionStatus.TODO, ActionStatus.DOING)
LONGEST_TIMELINE = 300


def list_entries(
    case_id: uuid.UUID, actor: Actor, limit: int = LONGEST_TIMELINE
) -> Sequence[TimelineEntry]:
    """The timeline as this seat hears it, the latest first, with authors and earlier texts."""
    statement = (
        select(TimelineEntry)
        .where(TimelineEntry.case_id == case_id, in_visible_case(TimelineEntry.case_id, actor))
        .options(
            joinedload(TimelineEntry.seat).joinedload(Seat.organisation),
            joinedload(TimelineEntry.author).joinedload(Membership.user),
            joinedload(TimelineEntry.revisions),
        )
        .order_by(TimelineEntry.happened_at.desc(), TimelineEntry.id.desc())
        .limit(limit)
    )
    return db.session.scalars(statement).unique().all()


def get_entry(entry_id: uuid.UUID, actor: Actor) -> TimelineEntry:
    """One line the actor hears. Raises NotVisible."""
    statement = (
        select(TimelineEntry)
        .where(TimelineEntry.id == entry_id)
        .where(in_visible_case(TimelineEntry.case_id, actor))
        .options(joinedload(TimelineEntry.seat).joinedload(Seat.organisation))
    )
    return one_or_refuse(db.session.scalars(statement).one_or_none())


def list_actions(case_id: uuid.UUID, actor: Actor) -> Sequence[CaseAction]:
    """Actions of a case that the actor hears: those to do by due day, then the finished ones."""
    is_over = CaseAction.status.not_in(OPEN_ACTIONS)
    statement = (
        select(CaseAction)
        .where(CaseAction.case_id == case_id, in_visible_case(CaseAction.case_id, actor))
        .options(joinedload(CaseAction.owner).joinedload(Membership.user))
        .order_by(is_over, CaseAction.due_on, CaseAction.id)
    )
    return db.session.scalars(statement).all()


def get_action(action_id: uuid.UUID, actor: Actor) -> CaseAction:
    """One action. Raises NotVisible."""
    statement = (
        select(CaseAction)
        .where(CaseAction.id == action_id, in_visible_case(CaseAction.case_id, actor))
        .options(joinedload(CaseAction.case))
    )
    return one_or_refuse(db.session.scalars(statement).one_or_none())


def select_actions_of_member(actor: Actor, until: date, limit: int = 50) -> Select[Any]:
    """What a member has to do until a day, the late ones included: rows of *Aujourd'hui*."""
    columns = today_columns(
        CaseAction.id,
        objective=CaseAction.objective,
        due_on=CaseAction.due_on,
        case_id=CaseFile.id,
        title=case_title(),
        reference=CaseFile.reference,
    )
    return (
        with_title(select(*columns).join_from(CaseAction, CaseFile))
        .where(CaseAction.owner_id == actor.membership_id, CaseAction.due_on <= until)
        .where(CaseAction.status.in_(OPEN_ACTIONS), is_read_by(actor))
        .order_by(CaseAction.due_on, CaseAction.id)
        .limit(limit)
    )


def list_assessments(case_id: uuid.UUID, actor: Actor) -> Sequence[Assessment]:
    """Assessments this seat may read, the latest first, with their debts."""
    statement = (
        select(Assessment)
        .where(Assessment.case_id == case_id, in_visible_case(Assessment.case_id, actor))
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


def latest_assessment_for(side: Side, case_id: uuid.UUID, actor: Actor) -> Assessment | None:
    """The last assessment the actor reads and may pass on to this side.

    Recovery seats receive only what was written for everybody (``domain.md`` §9).
    """
    open_to = frozenset(Audience) if side is Side.AID else {Audience.ALL}
    found = list_assessments(case_id, actor)
    return next((one for one in found if one.audience in open_to), None)
