"""*Aujourd'hui*, gathered: each feature says which rows wait for a member; one statement reads all.

A feature answers the hook ``today_sources`` with its ``TodaySource``s. Their rows have the same
columns, so that a page which asks ten features costs the database one round trip.
"""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, Integer, Select, cast, func, literal, null, union_all
from sqlalchemy.dialects.postgresql import JSONB

from app.db import db
from app.web.panels import TodayItem


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


def read_today(sources: Iterable[TodaySource]) -> list[TodayItem]:
    """Lines of all sources, in their order, what moved last first: one statement, or none."""
    asked = list(sources)
    if not asked:
        return []
    numbered = (
        one.rows.add_columns(literal(rank, Integer).label("rank")) for rank, one in enumerate(asked)
    )
    found = db.session.execute(union_all(*numbered)).all()
    return [
        asked[row.rank].tell(TodayRow(row.object_id, row.due_at, row.moved_at, row.facts))
        for row in sorted(found, key=lambda row: (row.rank, _newest_first(row.moved_at)))
    ]


def _instant(column: Any) -> Any:
    return cast(null() if column is None else column, DateTime(timezone=True))


def _newest_first(moved_at: datetime | None) -> float:
    return -moved_at.timestamp() if moved_at else 0.0
