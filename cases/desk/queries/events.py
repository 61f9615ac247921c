"""The access journal, as an auditor reads it: no case name, no content."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select, text, tuple_

from app.actors import Actor, Role
from app.days_off import PARIS
from app.db import db, in_order, is_among
from app.journal import JournalEvent
from partners.organisations.models import Seat
from partners.people.models import Membership, UserAccount

CHAIN = text("SELECT sealed, waiting, sealed_at FROM journal_chain()")


@dataclass(frozen=True)
class EventFilter:
    """Which events: by whom, which action, between which days (Paris, both included)."""

    user_id: uuid.UUID | None = None
    action: str = ""
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True)
class Chain:
    """How far the journal is sealed."""

    sealed: int
    waiting: int
    sealed_at: datetime | None


def events_visible_to(actor: Actor) -> Select[JournalEvent]:
    """Events caused from the seats of the auditor's organisation; nothing for anybody else."""
    statement = select(JournalEvent)
    if actor.role is not Role.AUDITOR:
        return statement.where(JournalEvent.id.is_(None))
    seats = select(Seat.id).where(Seat.organisation_id == actor.organisation_id)
    return statement.where(JournalEvent.seat_id.in_(seats))


def list_events(
    actor: Actor,
    asked: EventFilter,
    after: tuple[datetime, uuid.UUID] | None = None,
    limit: int = 50,
) -> list[JournalEvent]:
    """The newest events first; ``after`` is the (at, id) of the last one already read."""
    statement = _filtered(events_visible_to(actor), asked)
    if after is not None:
        statement = statement.where(tuple_(JournalEvent.at, JournalEvent.id) < tuple_(*after))
    ordered = statement.order_by(JournalEvent.at.desc(), JournalEvent.id.desc())
    return list(db.session.scalars(ordered.limit(limit)))


def list_exported(actor: Actor, asked: EventFilter, most: int) -> list[uuid.UUID]:
    """The events asked for, all of them, the newest first, up to a bound."""
    statement = _filtered(events_visible_to(actor), asked).with_only_columns(JournalEvent.id)
    ordered = statement.order_by(JournalEvent.at.desc(), JournalEvent.id.desc())
    return list(db.session.scalars(ordered.limit(most)))


def list_among(ids: Sequence[uuid.UUID], actor: Actor, asked: EventFilter) -> list[JournalEvent]:
    """These events, found by this filter, in this order: of a journal kept in parts, the days asked
    for are looked in and no other."""
    statement = _filtered(events_visible_to(actor), asked).where(is_among(JournalEvent.id, ids))
    return in_order(db.session.scalars(statement), ids)


def count_events(actor: Actor, since: datetime) -> dict[str, int]:
    """How many events of each action since then."""
    found = events_visible_to(actor).where(JournalEvent.at >= since).subquery()
    statement = select(found.c.action, func.count()).group_by(found.c.action)
    return {action: number for action, number in db.session.execute(statement)}


def _filtered(statement: Select[JournalEvent], asked: EventFilter) -> Select[JournalEvent]:
    if asked.user_id:
        statement = statement.where(JournalEvent.user_id == asked.user_id)
    if asked.action:
        statement = statement.where(JournalEvent.action == asked.action)
    if asked.first_day:
        statement = statement.where(JournalEvent.at >= _midnight(asked.first_day))
    if asked.last_day:
        end = _midnight(asked.last_day + timedelta(days=1))
        statement = statement.where(JournalEvent.at < end)
    return statement


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(PARIS))


def list_actions_seen(actor: Actor) -> list[str]:
    """The actions that occur in the actor's journal."""
    found = events_visible_to(actor).subquery()
    return sorted(db.session.scalars(select(found.c.action).distinct()))


def list_people(actor: Actor) -> list[tuple[uuid.UUID, str]]:
    """Everybody who is or was a member of the actor's organisation, by name."""
    statement = (
        select(UserAccount.id, UserAccount.full_name, UserAccount.folded_name)
        .join(Membership, Membership.user_id == UserAccount.id)
        .join(Seat, Seat.id == Membership.seat_id)
        .where(Seat.organisation_id == actor.organisation_id)
        .distinct()
        .order_by(UserAccount.folded_name)
    )
    return [(row.id, row.full_name) for row in db.session.execute(statement)]


def names_of(user_ids: Iterable[uuid.UUID | None]) -> dict[uuid.UUID, str]:
    """Names by user, in one statement."""
    wanted = {user_id for user_id in user_ids if user_id}
    statement = select(UserAccount.id, UserAccount.full_name).where(UserAccount.id.in_(wanted))
    return {row.id: row.full_name for row in db.session.execute(statement)}


def read_chain() -> Chain | None:
    """How far the journal is sealed; None for whoever does not watch over it."""
    row = db.session.execute(CHAIN).one_or_none()
    return Chain(row.sealed, row.waiting, row.sealed_at) if row else None
