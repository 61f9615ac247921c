"""*Aujourd'hui*, gathered: each feature says which rows wait for a member; one statement reads all.

A feature answers the hook ``today_sources`` with its ``TodaySource``s. Their rows have the same
columns, so that a page which asks ten features costs the database one round trip. The statement is
made once for each role and side, for whoever asks: who they are is given when it runs.
"""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Date,
    DateTime,
    Integer,
    Select,
    Uuid,
    bindparam,
    cast,
    func,
    literal,
    null,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB

from app import clock
from app.actors import Actor, ActorKind, Role, Side
from app.db import db
from app.hooks import Handler
from app.web.panels import TodayItem

#: When the statement runs: the instant, and the day in Paris.
NOW = bindparam("asked_at", type_=DateTime(timezone=True))
TODAY = bindparam("asked_on", type_=Date)
#: Whoever asks.
MEMBER: Any = bindparam("asking_member", type_=Uuid)
SEAT: Any = bindparam("asking_seat", type_=Uuid)


@dataclass(frozen=True)
class TodayRow:
    """One row of a source: what it is about, when it is due or moved (UTC), what is told of it."""

    object_id: uuid.UUID
    due_at: datetime | None
    moved_at: datetime | None
    facts: dict[str, Any]


@dataclass(frozen=True)
class TodaySource:
    """Rows that wait (``today_columns``, bounded, readable by the actor), and their words."""

    rows: Select[Any]
    tell: Callable[[TodayRow], TodayItem]


def today_columns(
    object_id: Any, *, due_at: Any = None, moved_at: Any = None, **facts: Any
) -> tuple[Any, ...]:
    """The columns of a source; ``facts`` become one JSON object."""
    pairs = [part for name, value in facts.items() for part in (name, value)]
    return (
        object_id.label("object_id"),
        _instant(due_at).label("due_at"),
        _instant(moved_at).label("moved_at"),
        func.jsonb_build_object(*pairs, type_=JSONB).label("facts"),
    )


def read_today(handlers: Iterable[Handler], actor: Actor) -> list[TodayItem]:
    """Lines of what these handlers of ``today_sources`` give, in their order, what moved last
    first: one statement, or none."""
    sources, statement = _gathered(tuple(handlers), actor.kind, actor.role, actor.side)
    if statement is None:
        return []
    who = {MEMBER.key: actor.membership_id, SEAT.key: actor.seat_id}
    when = {NOW.key: clock.now(), TODAY.key: clock.today()}
    found = db.session.execute(statement, who | when).all()
    return [
        sources[row.rank].tell(TodayRow(row.object_id, row.due_at, row.moved_at, row.facts))
        for row in sorted(found, key=lambda row: (row.rank, _newest_first(row.moved_at)))
    ]


@lru_cache(maxsize=64)
def _gathered(
    handlers: tuple[Handler, ...], kind: ActorKind, role: Role | None, side: Side | None
) -> tuple[list[TodaySource], CompoundSelect[Any] | None]:
    """The sources, and the statement that reads them all; None when there are none."""
    whoever = Actor(kind=kind, role=role, side=side, membership_id=MEMBER, seat_id=SEAT)
    sources = [one for handler in handlers for one in handler(whoever)]
    numbered = [
        one.rows.add_columns(literal(rank, Integer).label("rank"))
        for rank, one in enumerate(sources)
    ]
    return sources, union_all(*numbered) if numbered else None


def _instant(column: Any) -> Any:
    return cast(null() if column is None else column, DateTime(timezone=True))


def _newest_first(moved_at: datetime | None) -> float:
    return -moved_at.timestamp() if moved_at else 0.0
