"""Lists: what a page was asked for, one page of rows, and an export that no spreadsheet runs."""

import csv
import io
import uuid
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Generic, TypeVar

T = TypeVar("T")

DEFAULT_PAGE_SIZE = 25
MAX_PAGE_SIZE = 100
MAX_PAGE_NUMBER = 4000
MAX_COUNTED_ROWS = 10_000
MAX_SEARCH_LENGTH = 120
ROWS_OF_A_PART = 500
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of rows. ``total`` is counted up to ``most`` and no further."""

    items: Sequence[T]
    total: int
    number: int = 1
    size: int = DEFAULT_PAGE_SIZE
    most: int = MAX_COUNTED_ROWS

    @property
    def is_total_exact(self) -> bool:
        """False when there are more rows than we count."""
        return self.total < self.most

    @property
    def has_previous(self) -> bool:
        """True when a page comes before this one."""
        return self.number > 1

    @property
    def has_next(self) -> bool:
        """True when a page comes after this one."""
        return self.number * self.size < self.total

    @property
    def last_number(self) -> int:
        """Number of the last page; 1 when there is no row."""
        return max(1, -(-self.total // self.size))

    @property
    def first_row(self) -> int:
        """Rank of the first row shown, from 1; 0 when there is none."""
        return (self.number - 1) * self.size + 1 if self.items else 0

    @property
    def last_row(self) -> int:
        """Rank of the last row shown; 0 when there is none."""
        return self.first_row + len(self.items) - 1 if self.items else 0


@dataclass(frozen=True)
class ListRequest:
    """What the address asks of a list. Unknown sorts and filters fall back, and never fail.

    ``sort`` is a key among those the page allows, ``descending`` its direction, ``filters`` the
    allowed values found in the address.
    """

    search: str = ""
    sort: str = ""
    descending: bool = False
    number: int = 1
    size: int = DEFAULT_PAGE_SIZE
    filters: Mapping[str, str] = field(default_factory=dict)

    @property
    def offset(self) -> int:
        """Rows to skip."""
        return (self.number - 1) * self.size

    @property
    def is_narrowed(self) -> bool:
        """True when a search or a filter hides some rows."""
        return bool(self.search or self.filters)

    def filter(self, name: str) -> str:
        """Return the value chosen for one filter, empty when there is none."""
        return self.filters.get(name, "")

    def most_of(self, most: int) -> int:
        """How far to count: ``most``, and one row beyond the page, so that « next » is right."""
        return max(most, self.offset + self.size + 1)

    def page(self, items: Sequence[T], total: int, most: int = MAX_COUNTED_ROWS) -> Page[T]:
        """Return ``items`` as the page that was asked for, ``total`` rows in all."""
        return Page(items, min(total, most), self.number, self.size, most)

    @classmethod
    def from_args(
        cls,
        args: Mapping[str, str],
        sorts: Sequence[str] = (),
        filters: Mapping[str, Iterable[str] | None] | None = None,
    ) -> "ListRequest":
        """Read a query string.

        ``sorts`` lists the allowed keys, the default one first, with ``-`` when it descends.
        ``filters`` maps each filter to its allowed values, or to ``None`` when any text will do.
        """
        sort, descending = _sort_of(args.get("tri", ""), sorts)
        return cls(
            search=_text(args.get("q", "")),
            sort=sort,
            descending=descending,
            number=_bounded(args.get("page", ""), 1, MAX_PAGE_NUMBER),
            size=_bounded(args.get("taille", ""), DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE),
            filters=_filters_of(args, filters or {}),
        )


Key = tuple[datetime, uuid.UUID]


def write_key(at: datetime, row_id: uuid.UUID) -> str:
    """Where a page ends, for the address of the next one: ``instant~id``."""
    return f"{at.isoformat()}~{row_id}"


def read_key(raw: str) -> Key | None:
    """The instant and identifier of ``write_key``; None for what is damaged: the beginning."""
    instant, _, row_id = raw.partition("~")
    try:
        at, found = datetime.fromisoformat(instant), uuid.UUID(row_id)
    except ValueError:
        return None
    return (at, found) if at.tzinfo else None


def _text(raw: str) -> str:
    return " ".join(raw.replace("\x00", "").split())[:MAX_SEARCH_LENGTH]


def _bounded(raw: str, default: int, ceiling: int) -> int:
    if not (raw.isascii() and raw.isdigit() and len(raw) < 8):
        return default
    return min(max(int(raw), 1), ceiling)


def _sort_of(raw: str, sorts: Sequence[str]) -> tuple[str, bool]:
    allowed = {key.removeprefix("-") for key in sorts}
    asked = raw if raw.removeprefix("-") in allowed else (sorts[0] if sorts else "")
    return asked.removeprefix("-"), asked.startswith("-")


def _filters_of(
    args: Mapping[str, str], filters: Mapping[str, Iterable[str] | None]
) -> dict[str, str]:
    asked = {name: _text(args.get(name, "")) for name in filters}
    return {
        name: value for name, value in asked.items() if value and _is_allowed(value, filters[name])
    }


def _is_allowed(value: str, allowed: Iterable[str] | None) -> bool:
    return allowed is None or value in [str(one) for one in allowed]


def safe_cell(value: object) -> object:
    """Return ``value`` so that no spreadsheet takes it for a formula; numbers stay numbers."""
    if isinstance(value, str) and value.lstrip(" ").startswith(FORMULA_STARTS):
        return f"'{value}"
    return "" if value is None else value


def csv_parts(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """Give a CSV file in UTF-8 with its mark, separated by semicolons, every text quoted,
    ``ROWS_OF_A_PART`` rows at a time: what is read is sent, and forgotten."""
    out, waiting = io.StringIO(), iter(rows)
    writer = csv.writer(out, delimiter=";", quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow(header)
    part = BOM_UTF8 + out.getvalue().encode()
    while part:
        yield part
        out.seek(0)
        out.truncate()
        some = islice(waiting, ROWS_OF_A_PART)
        writer.writerows([safe_cell(cell) for cell in row] for row in some)
        part = out.getvalue().encode()
