"""The timeline of a case: what may be asked of it, and the page that answers, for one reader.

The latest lines come first; the others are folded behind « Voir la suite », and pages follow one
another by (instant, identifier), so that a line written meanwhile moves none of them.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from app.actors import Actor
from app.web.tables import Key, ListRequest, read_key, write_key
from cases.casework import queries
from cases.casework.enums import EntryKind
from cases.casework.models import TimelineEntry
from cases.casework.queries import FIRST_LINES, EntryFilter
from cases.casework.shown import AnyEntry, AnyParticipation, ShownCase
from partners.organisations.rules import seat_label
from partners.organisations.shown import AnySeat

#: Lines on each page after that of the case.
MORE_LINES = 20
CORRECTED = "corriges"
KIND_CHOICES = [
    (CORRECTED, "Textes corrigés"),
    *((one.value, one.label) for one in EntryKind),
]


@dataclass(frozen=True)
class TimelinePage:
    """Some lines, where the next ones begin, how many corrected ones are folded among them."""

    entries: Sequence[AnyEntry]
    next_key: str = ""
    corrected_below: int = 0


def ask_timeline(arguments: Any) -> ListRequest:
    """What an address asks of a timeline."""
    filters: dict[str, Iterable[str] | None] = {
        "genre": (CORRECTED, *EntryKind),
        "structure": None,
    }
    return ListRequest.from_args(arguments, filters=filters)


def first_lines(case: ShownCase) -> TimelinePage:
    """The latest lines, and how many corrected ones are below."""
    page = _cut(case.entries, FIRST_LINES)
    shown = sum(one.corrected_at is not None for one in page.entries)
    return TimelinePage(page.entries, page.next_key, case.corrected - shown)


def more_lines(case_id: uuid.UUID, listing: ListRequest, after: str, actor: Actor) -> TimelinePage:
    """The lines that follow: one statement whatever their number."""
    return _page(case_id, actor, _filter(listing), read_key(after), MORE_LINES)


def page_of(entry: TimelineEntry, actor: Actor) -> str | None:
    """Where the page that shows this line begins; None when the page of the case shows it."""
    if queries.count_newer(entry, actor) < FIRST_LINES:
        return None
    # One step before the line itself: pages begin after their key.
    return write_key(entry.happened_at, uuid.UUID(int=entry.id.int + 1))


def seat_choices(participations: Iterable[AnyParticipation]) -> list[tuple[str, str]]:
    """Seats that take or took part, by name; organisations loaded."""
    seats: dict[uuid.UUID, AnySeat] = {one.seat_id: one.seat for one in participations}
    return sorted(
        ((str(key), seat_label(seat)) for key, seat in seats.items()), key=lambda one: one[1]
    )


def _page(
    case_id: uuid.UUID, actor: Actor, asked: EntryFilter, after: Key | None, size: int
) -> TimelinePage:
    return _cut(queries.list_entries(case_id, actor, asked, after=after, limit=size + 1), size)


def _cut(found: Sequence[AnyEntry], size: int) -> TimelinePage:
    """A page of the lines found, of which one more than its size tells that others follow."""
    shown = found[:size]
    last = shown[-1] if len(found) > size else None
    return TimelinePage(shown, write_key(last.happened_at, last.id) if last else "")


def _filter(listing: ListRequest) -> EntryFilter:
    kind = listing.filter("genre")
    return EntryFilter(
        kind=next((one for one in EntryKind if one == kind), None),
        seat_id=_uuid(listing.filter("structure")),
        is_corrected=kind == CORRECTED,
    )


def _uuid(raw: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(raw)
    except ValueError:
        return None
