"""*Aujourd'hui*, gathered: each feature says which rows wait for a member; one statement reads all.

A feature answers the hook ``today_sources`` with its ``TodaySource``s: how its rows are found, each
by an index in their order, and what is told of those that are shown. The statement is made once for
each role and side, for whoever asks: who they are is given when it runs (``docs/decisions/0021``).
"""

import uuid
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import CompoundSelect, Date, DateTime, Uuid, bindparam, func
from sqlalchemy.dialects.postgresql import JSONB

from app import clock
from app.actors import Actor, ActorKind, Role, Side
from app.days_off import PARIS
from app.db import SEAT, db
from app.hooks import Handler
from app.waiting import BEGINNING, END, Found, Group, Nature, When, statement_of, written
from app.web.panels import TodayItem

#: When the statement runs: the instant, and the day in Paris.
NOW = bindparam("asked_at", type_=DateTime(timezone=True))
TODAY = bindparam("asked_on", type_=Date)
#: Whoever asks, with their ``SEAT``.
MEMBER: Any = bindparam("asking_member", type_=Uuid)

#: Lines of a group on the page, and how far a group is counted: beyond, « 99+ ».
SHOWN, MOST = 8, 100
#: Of each source so many lines are shown, however many others come before.
SPARED = 1
PAGE_SIZE = 50
NOBODY = uuid.UUID(int=0)


@dataclass(frozen=True)
class TodayRow:
    """One row of a source: what it is about, when it is due or moved (UTC), what is told of it."""

    object_id: uuid.UUID
    at: datetime
    facts: dict[str, Any]


@dataclass(frozen=True)
class TodaySource(Found):
    """Rows that wait, readable by the actor, and their words.

    ``kind`` names them for whoever counts them; ``about`` says whom a row is about, when a message
    that names it asks.
    """

    tell: Callable[[TodayRow], TodayItem] = field(kw_only=True)
    about: Callable[[TodayRow], str] | None = field(default=None, kw_only=True)
    kind: str = field(default="", kw_only=True)


#: Where a page of a group ends: the instant, the rank of the source, the row.
Key = tuple[datetime, int, uuid.UUID]
Line = tuple[Key, TodayItem]


@dataclass(frozen=True)
class Day:
    """What was found, by the name of its group: lines in their order, and how many there are up to
    ``MOST`` of each source; how many of each kind; whom the rows that messages name are about;
    where the page ends, when it is full."""

    lines: dict[str, list[Line]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    about: dict[uuid.UUID, str] = field(default_factory=dict)
    edges: list[Key] = field(default_factory=list)

    def of(self, group: Group) -> list[TodayItem]:
        """Lines of a group."""
        return [item for _, item in self.lines.get(group, ())]

    @property
    def items(self) -> list[TodayItem]:
        """All lines, group by group."""
        return [item for group in Group for item in self.of(group)]


def today_columns(object_id: Any, **facts: Any) -> tuple[Any, ...]:
    """The columns that tell a row; ``facts`` become one JSON object."""
    pairs = [part for name, value in facts.items() for part in (written(name), value)]
    told = func.jsonb_build_object(*pairs, type_=JSONB)
    return object_id.label("object_id"), told.label("facts")


def due_at(column: Any) -> When:
    """Rows due at an instant."""
    return When(Nature.DUE, column)


def due_on(column: Any, hour: timedelta) -> When:
    """Rows due on a day, at this hour of Paris."""
    return When(Nature.DUE, column, hour)


def moved_at(column: Any) -> When:
    """What moved at an instant: the newest first."""
    return When(Nature.NEWS, column)


UNDATED = When(Nature.UNDATED, None)


def read_today(handlers: Iterable[Handler], actor: Actor, about: Collection[uuid.UUID] = ()) -> Day:
    """The first lines of each group and how many there are, of what these handlers of
    ``today_sources`` give: one statement, or none. ``about``: rows that messages name."""
    asked = _gathered(tuple(handlers), actor.kind, actor.role, actor.side, None)
    values = _values(clock.now()) | {"most": MOST, "shown": SHOWN, "spared": SPARED, "edge": 0}
    return _read(asked, actor, values, about)


def read_group(
    handlers: Iterable[Handler], actor: Actor, group: Group, after: Key | None = None
) -> tuple[list[Line], Key | None]:
    """``PAGE_SIZE`` lines of one group after a key, and the key of the next ones when there are
    more. One statement, or none."""
    asked = _gathered(tuple(handlers), actor.kind, actor.role, actor.side, group.nature)
    bounds = {"most": PAGE_SIZE + 1, "shown": PAGE_SIZE, "spared": 0, "edge": PAGE_SIZE}
    day = _read(asked, actor, _values(clock.now(), group, after) | bounds)
    has_more = day.counts[group] > PAGE_SIZE
    return day.lines.get(group, []), day.edges[0] if has_more else None


def write_key(key: Key) -> str:
    """Where a page ends, for the address of the next one: ``instant~rank~id``."""
    return "~".join((key[0].isoformat(), *map(str, key[1:])))


def read_key(raw: str) -> Key | None:
    """The key of ``write_key``; None for what is damaged: the beginning."""
    try:
        instant, rank, row_id = raw.split("~")
        found = datetime.fromisoformat(instant), int(rank), uuid.UUID(row_id)
    except ValueError:
        return None
    is_possible = found[0].tzinfo and BEGINNING <= found[0] <= END and 0 <= found[1] < MOST
    return found if is_possible else None


Asked = tuple[list[TodaySource], CompoundSelect[Any] | None]


@lru_cache(maxsize=256)
def _gathered(
    handlers: tuple[Handler, ...],
    kind: ActorKind,
    role: Role | None,
    side: Side | None,
    nature: Nature | None,
) -> Asked:
    """All sources, and the statement that reads those of a nature (None: all); None when there are
    none."""
    whoever = Actor(kind=kind, role=role, side=side, membership_id=MEMBER, seat_id=SEAT)
    sources = [one for handler in handlers for one in handler(whoever)]
    asked = {n: one for n, one in enumerate(sources) if nature in (None, one.when.nature)}
    about = next((rank for rank, one in asked.items() if one.about and nature is None), None)
    return sources, statement_of(asked, about) if asked else None


def _values(now: datetime, group: Group | None = None, after: Key | None = None) -> dict[str, Any]:
    """What the statement is given: windows of all groups, or of one after a key."""
    at, rank, row_id = after or (None, -1, NOBODY)
    windows = [one for one in due_windows(now) if group in (None, one[0])]
    return {
        NOW.key: now,
        TODAY.key: now.astimezone(ZoneInfo(PARIS)).date(),
        "names": [name.value for name, _, _ in windows],
        "starts": [max(at, start) if at else start for _, start, _ in windows],
        "stops": [stop for _, _, stop in windows],
        "first_at": at or BEGINNING,
        "last_at": at or END,
        "after_rank": rank,
        "after_id": row_id,
    }


def due_windows(now: datetime) -> list[tuple[Group, datetime, datetime]]:
    """From when, and before when, a row goes to each group. Days are those of Paris; a week is the
    next seven days."""
    zone = ZoneInfo(PARIS)
    today = now.astimezone(zone).date()
    tomorrow, next_week = (
        datetime.combine(today + timedelta(days=days), time(), zone).astimezone(clock.UTC)
        for days in (1, 7)
    )
    edges = (BEGINNING, now, tomorrow, next_week, END)
    groups = (Group.LATE, Group.TODAY, Group.WEEK, Group.LATER)
    return list(zip(groups, edges, edges[1:], strict=False))


def _read(
    asked: Asked, actor: Actor, values: dict[str, Any], about: Collection[uuid.UUID] = ()
) -> Day:
    sources, statement = asked
    day = Day()
    if statement is None:
        return day
    who = {MEMBER.key: actor.membership_id, SEAT.key: actor.seat_id, "about": list(about)}
    found = db.session.execute(statement, who | values).all()
    for row in found:
        if row.number is not None:
            day.counts[row.name] += row.number
            day.kinds[sources[row.rank].kind] += row.number
        elif row.facts is None:
            day.edges.append((row.at, row.rank, row.object_id))
    told = [row for row in found if row.facts is not None]
    for row in sorted((row for row in told if row.name is not None), key=_turn):
        item = sources[row.rank].tell(TodayRow(row.object_id, row.at, row.facts))
        line = ((row.at, row.rank, row.object_id), item)
        day.lines.setdefault(row.name, []).append(line)
    for row in told:
        if row.object_id in about and (says := sources[row.rank].about):
            day.about[row.object_id] = says(TodayRow(row.object_id, BEGINNING, row.facts))
    return day


def _turn(row: Any) -> tuple[float, int, uuid.UUID]:
    at = row.at.timestamp()
    return (-at if row.name == Group.NEWS else at, row.rank, row.object_id)
