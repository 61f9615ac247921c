"""Reads of what is written and done in a case."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, text, tuple_
from sqlalchemy.orm import aliased, joinedload, selectinload

from app.actors import Actor, Side
from app.db import db, is_found
from app.today import today_columns
from cases.casework.enums import ActionAnswer, ActionStatus, Audience, EntryKind
from cases.casework.models import (
    ActionReply,
    Assessment,
    CaseAction,
    CaseFile,
    TimelineEntry,
)
from cases.casework.queries.cases import (
    case_title,
    in_visible_case,
    is_read_by,
    named_member,
    named_seat,
    one_or_refuse,
    with_title,
)
from partners.organisations.models import Seat
from partners.people.models import Membership


@dataclass(frozen=True)
class AskedFacts:
    """Who asks for an action, as its bearer may know: the page of a link shows nothing else."""

    organisation: str
    side: Side
    asker: str
    case_is_open: bool


OPEN_ACTIONS = (ActionStatus.TODO, ActionStatus.DOING)
#: As ``ix_case_action_due`` says it: a generic plan knows what is written, not what is given.
TO_DO = text("case_action.status IN ('todo', 'doing')")
LONGEST_TIMELINE = 300


@dataclass(frozen=True)
class EntryFilter:
    """Which lines of a timeline; what is empty narrows nothing."""

    kind: EntryKind | None = None
    seat_id: uuid.UUID | None = None
    is_corrected: bool = False


def list_entries(
    case_id: uuid.UUID,
    actor: Actor,
    asked: EntryFilter = EntryFilter(),
    *,
    after: tuple[datetime, uuid.UUID] | None = None,
    limit: int = LONGEST_TIMELINE,
) -> Sequence[TimelineEntry]:
    """The timeline as this seat hears it, the latest first, with authors and earlier texts.

    ``after`` is the (happened_at, id) of the last line already read. One statement.
    """
    statement = _as_read(_heard(case_id, actor, asked, after)).limit(limit)
    return db.session.scalars(statement).unique().all()


def _as_read(statement: Select[Any]) -> Select[Any]:
    """With what each line shows, the latest first."""
    latest = (TimelineEntry.happened_at.desc(), TimelineEntry.id.desc())
    return statement.options(*_line_options()).order_by(*latest)


@cache
def _line_options() -> tuple:
    return (
        named_seat(joinedload(TimelineEntry.seat)),
        named_member(joinedload(TimelineEntry.author)),
        joinedload(TimelineEntry.revisions),
    )


@cache
def _action_options() -> tuple:
    return (
        named_member(joinedload(CaseAction.owner)),
        joinedload(CaseAction.replies),
    )


def count_newer(entry: TimelineEntry, actor: Actor) -> int:
    """How many lines of its timeline the actor reads before this one."""
    newer = _place() > tuple_(entry.happened_at, entry.id)
    found = _heard(entry.case_id, actor, EntryFilter(), None).where(newer)
    return db.session.scalar(select(func.count()).select_from(found.subquery())) or 0


def _heard(
    case_id: uuid.UUID,
    actor: Actor,
    asked: EntryFilter,
    after: tuple[datetime, uuid.UUID] | None,
) -> Select[TimelineEntry]:
    visible = in_visible_case(TimelineEntry.case_id, actor)
    statement = select(TimelineEntry).where(TimelineEntry.case_id == case_id, visible)
    if asked.kind is not None:
        statement = statement.where(TimelineEntry.kind == asked.kind)
    if asked.seat_id is not None:
        statement = statement.where(TimelineEntry.seat_id == asked.seat_id)
    if asked.is_corrected:
        statement = statement.where(TimelineEntry.corrected_at.is_not(None))
    return statement if after is None else statement.where(_place() < tuple_(*after))


def _place() -> Any:
    return tuple_(TimelineEntry.happened_at, TimelineEntry.id)


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
        .options(*_action_options())
        .order_by(is_over, CaseAction.due_on, CaseAction.id)
    )
    return db.session.scalars(statement).unique().all()


def get_action(action_id: uuid.UUID, actor: Actor) -> CaseAction:
    """One action, with what was answered. Raises NotVisible."""
    statement = (
        select(CaseAction)
        .where(CaseAction.id == action_id, in_visible_case(CaseAction.case_id, actor))
        .options(joinedload(CaseAction.case), joinedload(CaseAction.replies))
    )
    return one_or_refuse(db.session.scalars(statement).unique().one_or_none())


def get_action_of_link(actor: Actor) -> CaseAction:
    """The action of the link that its owner holds, as it stands now. Raises NotVisible."""
    statement = (
        select(CaseAction)
        .where(CaseAction.id == actor.link_object_id)
        .options(joinedload(CaseAction.replies))
        .execution_options(populate_existing=True)
    )
    return one_or_refuse(db.session.scalars(statement).unique().one_or_none())


def get_asked_facts() -> AskedFacts:
    """Who asks, for the bearer of a link; nothing of the case."""
    facts = func.action_facts().table_valued("organisation", "side", "asker", "case_is_open")
    row = db.session.execute(select(facts)).one()
    return AskedFacts(row.organisation, Side(row.side), row.asker or "", row.case_is_open)


def take_reply_turn(action_id: uuid.UUID) -> None:
    """Two answers to one action wait for each other, until the first has committed."""
    key = func.hashtextextended(f"action:{action_id}", 0)
    db.session.execute(select(func.pg_advisory_xact_lock(key)))


def get_action_for_system(action_id: uuid.UUID) -> CaseAction | None:
    """For the worker: an action with its case and the organisation that asks."""
    statement = (
        select(CaseAction)
        .where(CaseAction.id == action_id)
        .options(
            joinedload(CaseAction.case),
            joinedload(CaseAction.seat).joinedload(Seat.organisation),
        )
    )
    return db.session.scalars(statement).one_or_none()


def get_reply_for_system(reply_id: uuid.UUID) -> ActionReply | None:
    """For the worker: an answer with its action."""
    statement = select(ActionReply).where(ActionReply.id == reply_id)
    return db.session.scalars(statement.options(joinedload(ActionReply.action))).one_or_none()


def select_replies_to(
    actor: Actor, answer: ActionAnswer, since: ColumnElement[datetime]
) -> Select[Any]:
    """Answers of this kind to what this member asked, since then.

    Whoever follows the case reads those of an asker who left. Those that ask for nothing more are
    left out: a day that was kept, a question asked again, help for what was finished otherwise.
    """
    asker = aliased(Membership)
    is_inherited = and_(asker.ended_at.is_not(None), CaseFile.lead_member_id == actor.membership_id)
    # Answers first: the actions of everybody, by their day, would be a way to find them too.
    kept = (ActionReply.asked_by, ActionReply.lead_member_id)
    answers = select(ActionReply.id).where(
        or_(*(one == actor.membership_id for one in kept)),
        ActionReply.answered_at >= since,
        ActionReply.answer == answer,
    )
    statement = (
        select(ActionReply.id)
        .join(ActionReply.action)
        .join(CaseAction.case)
        .outerjoin(asker, asker.id == CaseAction.asked_by)
        .where(is_found(ActionReply.id, answers), is_read_by(actor))
        .where(or_(CaseAction.asked_by == actor.membership_id, is_inherited))
        .where(ActionReply.answered_at >= CaseAction.asked_at)
    )
    if answer is ActionAnswer.DONE:
        return statement
    statement = statement.where(TO_DO)
    if answer is ActionAnswer.NOT_YET:
        return statement.where(ActionReply.proposed_on != CaseAction.due_on)
    return statement


def tell_reply(actor: Actor) -> Select[Any]:
    """What a line says of an answer to an action."""
    columns = today_columns(
        ActionReply.id,
        answer=ActionReply.answer,
        owner=CaseAction.owner_name,
        **_action_facts(),
    )
    statement = select(*columns).select_from(ActionReply).join(ActionReply.action)
    return with_title(statement.join(CaseAction.case)).where(is_read_by(actor))


def select_actions_of_member(actor: Actor, until: ColumnElement[date]) -> Select[Any]:
    """What a member has to do until a day, the late ones included."""
    return (
        select(CaseAction.id)
        .join(CaseAction.case)
        .where(CaseAction.owner_id == actor.membership_id, CaseAction.due_on <= until)
        .where(TO_DO, is_read_by(actor))
    )


def tell_action(actor: Actor) -> Select[Any]:
    """What a line says of an action."""
    columns = today_columns(CaseAction.id, **_action_facts())
    statement = select(*columns).select_from(CaseAction).join(CaseAction.case)
    return with_title(statement).where(is_read_by(actor))


def _action_facts() -> dict[str, Any]:
    return {
        "objective": CaseAction.objective,
        "due_on": CaseAction.due_on,
        "case_id": CaseFile.id,
        "title": case_title(),
        "reference": CaseFile.reference,
    }


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
