"""The statement of *Aujourd'hui*: the first rows of each group, found by indexes, then told.

Each source is asked for its first rows in each window of time, by identifier, in the order of an
index and no further than is counted; those that are shown are chosen among them, and only then told
(``docs/decisions/0021``).
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    Date,
    DateTime,
    Integer,
    Interval,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    cast,
    column,
    extract,
    func,
    literal_column,
    null,
    or_,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from app.days_off import PARIS

INSTANT = DateTime(timezone=True)
#: Before and after anything.
BEGINNING, END = datetime(1900, 1, 1, tzinfo=UTC), datetime(2900, 1, 1, tzinfo=UTC)
ONE_DAY, SMALLEST = timedelta(days=1), timedelta(microseconds=1)
ZONE: Any = literal_column(f"'{PARIS}'", Text)


class Nature(enum.Enum):
    """How rows are sorted: by the time they are due, as they came, the last that moved first."""

    DUE = enum.auto()
    UNDATED = enum.auto()
    NEWS = enum.auto()


class Group(enum.StrEnum):
    """Parts of the page in their order, by their name in the address."""

    LATE = "en-retard"
    TODAY = "ce-jour"
    WEEK = "cette-semaine"
    LATER = "plus-tard"
    UNDATED = "sans-echeance"
    NEWS = "ce-qui-a-bouge"

    @property
    def nature(self) -> Nature:
        """The nature of the rows that go there."""
        return {Group.UNDATED: Nature.UNDATED, Group.NEWS: Nature.NEWS}.get(self, Nature.DUE)


@dataclass(frozen=True)
class When:
    """What sorts the rows of a source: a column that an index holds in order, of instants, or of
    days when they are due at an ``hour`` of Paris. Rows that came without a time have none."""

    nature: Nature
    column: Any
    hour: timedelta | None = None

    @property
    def at(self) -> ColumnElement[Any]:
        """The instant of a row."""
        if self.column is None:
            return cast(written(BEGINNING.isoformat()), INSTANT)
        if self.hour is None:
            return cast(self.column, INSTANT)
        return func.timezone(ZONE, cast(self.column, DateTime) + _length(self.hour), type_=INSTANT)

    def since(self, start: Any) -> ColumnElement[bool]:
        """Rows at this instant or after, as the index finds them."""
        return self.column >= self._place(start)

    def before(self, stop: Any) -> ColumnElement[bool]:
        """Rows before this instant, as the index finds them."""
        return self.column < self._place(stop)

    def _place(self, instant: Any) -> Any:
        """The instant, or the first day whose hour it does not come after."""
        if self.hour is None:
            return instant
        local = func.timezone(ZONE, instant, type_=DateTime)
        return cast(local + _length(ONE_DAY - self.hour - SMALLEST), Date)


@dataclass(frozen=True)
class Found:
    """How rows are found and what is told of them: ``rows`` says which, by ``row_id``, in the order
    of ``when``; ``told`` has ``today_columns``, of the rows that ``told_id`` names."""

    rows: Select[Any]
    row_id: Any
    when: When
    told: Select[Any]
    told_id: Any


#: Windows of time of the groups that have one.
NAMES: Any = bindparam("names", type_=ARRAY(Text))
STARTS: Any = bindparam("starts", type_=ARRAY(INSTANT))
STOPS: Any = bindparam("stops", type_=ARRAY(INSTANT))
#: Where the last page of a group ended.
FIRST_AT: Any = bindparam("first_at", type_=INSTANT)
LAST_AT: Any = bindparam("last_at", type_=INSTANT)
AFTER_RANK: Any = bindparam("after_rank", type_=Integer)
AFTER_ID: Any = bindparam("after_id", type_=Uuid)
#: Rows asked of each source for each group, lines shown of a group, and of each source at least.
MOST: Any = bindparam("most", type_=Integer)
SHOWN: Any = bindparam("shown", type_=Integer)
SPARED: Any = bindparam("spared", type_=Integer)
#: The place of the line that ends a page.
EDGE: Any = bindparam("edge", type_=Integer)
#: Rows of one source that are told although they are not shown.
ABOUT: Any = bindparam("about", type_=ARRAY(Uuid))


def statement_of(sources: Mapping[int, Found], about: int | None) -> CompoundSelect[Any]:
    """Counts of each source (``number``), the line that ends the page, what is told of the lines to
    show (``facts``), in any order; ``about`` is the source that also tells what ``ABOUT`` names."""
    found = union_all(*(_found(rank, one) for rank, one in sources.items())).cte("found")
    shown = _shown(found)
    counts = select(found.c.rank, found.c.name, *_blank(number=func.count()))
    edge = select(shown.c.rank, shown.c.name, *_blank(object_id=shown.c.object_id, at=shown.c.at))
    told = (_told(rank, one, shown, with_about=rank == about) for rank, one in sources.items())
    by_source = counts.group_by(found.c.rank, found.c.name)
    return union_all(by_source, edge.where(shown.c.place == EDGE), *told)


def _found(rank: int, one: Found) -> Select[Any]:
    """The first rows of a source in each group of its nature."""
    if one.when.nature is not Nature.DUE:
        group = Group.NEWS if one.when.nature is Nature.NEWS else Group.UNDATED
        alone = _first(rank, one, FIRST_AT, LAST_AT).subquery()
        return select(_rank(rank), cast(written(group.value), Text).label("name"), *alone.c)
    columns = (column("name", Text), column("start", INSTANT), column("stop", INSTANT))
    windows = func.unnest(NAMES, STARTS, STOPS).table_valued(*columns).render_derived()
    rows = _first(rank, one, windows.c.start, windows.c.stop).lateral()
    return select(_rank(rank), windows.c.name, *rows.c).select_from(windows).join(rows, true())


def _first(rank: int, one: Found, start: Any, stop: Any) -> Select[Any]:
    """Rows of a source after a key, in their order, which ``own`` numbers."""
    when, row_id, order = one.when, one.row_id, one.when.column
    is_further = tuple_(_rank_of(rank), row_id) > tuple_(AFTER_RANK, AFTER_ID)
    if when.nature is Nature.NEWS:
        order = order.desc()
        after = [when.column <= stop, or_(when.column < stop, is_further)]
    elif when.nature is Nature.UNDATED:
        after = [or_(when.at > start, is_further)]
    else:
        is_after = or_(when.at > start, and_(when.at == start, is_further))
        after = [when.since(start), when.before(stop), is_after]
    in_order = [row_id] if order is None else [order, row_id]
    own = func.row_number().over(order_by=in_order).label("own")
    columns = (row_id.label("object_id"), when.at.label("at"), own)
    rows = one.rows.with_only_columns(*columns, maintain_column_froms=True).where(*after)
    return rows.order_by(*in_order).limit(MOST)


def _shown(found: CTE) -> CTE:
    """The first lines of each group; of each source some, however many others come before."""
    row, epoch = found.c, extract("epoch", found.c.at)
    turn = case((row.name == written(Group.NEWS), -epoch), else_=epoch)
    order = (row.own > SPARED, turn, row.rank, row.object_id)
    place = func.row_number().over(partition_by=row.name, order_by=order)
    placed = select(*row, place.label("place")).where(row.own <= SHOWN).subquery()
    return select(placed).where(placed.c.place <= SHOWN).cte("shown")


def _told(rank: int, one: Found, shown: CTE, *, with_about: bool) -> Select[Any]:
    """What is said of the lines of one source, found by identifier before anything is read."""
    ids: Any = func.array(select(shown.c.object_id).where(shown.c.rank == rank).scalar_subquery())
    if with_about:
        ids = func.array_cat(ids, ABOUT, type_=ARRAY(Uuid))
    told = one.told.where(one.told_id == any_(ids)).subquery()
    line = and_(shown.c.rank == rank, shown.c.object_id == told.c.object_id)
    blank = _blank(object_id=told.c.object_id, at=shown.c.at, facts=told.c.facts)
    return select(_rank(rank), shown.c.name, *blank).select_from(told.outerjoin(shown, line))


def _rank(rank: int) -> ColumnElement[int]:
    return _rank_of(rank).label("rank")


def _rank_of(rank: int) -> ColumnElement[int]:
    return literal_column(str(rank), Integer)


def written(text: str) -> ColumnElement[str]:
    """A word of ours, in the statement itself: what is given is sent and read at each request."""
    return literal_column(f"'{text}'", Text)


def _length(length: timedelta) -> ColumnElement[timedelta]:
    return literal_column(f"interval '{length // SMALLEST} microseconds'", Interval)


def _blank(**given: Any) -> list[ColumnElement[Any]]:
    """The columns of a row, those that are not given empty."""
    kinds: dict[str, Any] = {"number": Integer, "object_id": Uuid, "at": INSTANT, "facts": JSONB}
    return [cast(given.get(name, null()), kind).label(name) for name, kind in kinds.items()]
