"""Choosing organisations among many: type, search, add; those chosen stay listed.

One part of a form, whatever the form: its buttons send the form back to itself and nothing is
kept, until its own button is pressed. « Chercher » comes first in the page, so that the Enter key
searches and never sends.
"""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from app.web.tables import MAX_SEARCH_LENGTH
from partners.organisations import queries
from partners.organisations.models import Seat
from partners.organisations.rules import seat_label

#: Shown for one search; beyond, a longer name is asked for.
MOST_FOUND = 10

Choice = tuple[str, str]


@dataclass(frozen=True)
class Picker:
    """What the part shows: ``(identifier, label)`` of seats chosen, suggested, found."""

    name: str
    chosen: list[Choice]
    suggested: list[Choice]
    found: list[Choice]
    search: str = ""
    has_more: bool = False
    #: One of its own buttons was pressed: the form is shown again, nothing is sent.
    is_moving: bool = False


def pick_seats(
    field: Any,
    values: Any,
    *,
    suggested: Iterable[uuid.UUID] = (),
    never: Collection[uuid.UUID | None] = (),
) -> Picker:
    """Read the part of a form around a field of several seats, and fill that field.

    ``values`` is what was posted; seats in ``never`` cannot be chosen. Two statements.
    """
    name = field.name
    added, removed = (values.get(f"{name}-{verb}", "") for verb in ("ajouter", "retirer"))
    search = " ".join(values.get(f"{name}-q", "").split())[:MAX_SEARCH_LENGTH]
    wanted = [one for one in _uuids([*values.getlist(name), added]) if str(one) != removed]
    offered = list(dict.fromkeys(suggested))
    known = queries.open_seats([*wanted, *offered], never)
    chosen = [_choice(known[one]) for one in wanted if one in known]
    found = queries.find_seats(search, never, MOST_FOUND + 1) if search else []
    field.choices, field.data = chosen, [key for key, _ in chosen]
    taken = set(field.data)
    return Picker(
        name=name,
        chosen=chosen,
        suggested=_others((known[one] for one in offered if one in known), taken),
        found=_others(found[:MOST_FOUND], taken),
        search=search,
        has_more=len(found) > MOST_FOUND,
        is_moving=any(f"{name}-{verb}" in values for verb in ("ajouter", "retirer", "chercher")),
    )


def _others(seats: Iterable[Seat], taken: Collection[str]) -> list[Choice]:
    return [_choice(seat) for seat in seats if str(seat.id) not in taken]


def _choice(seat: Seat) -> Choice:
    return str(seat.id), seat_label(seat)


def _uuids(texts: Iterable[str]) -> list[uuid.UUID]:
    found = []
    for text in texts:
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue
    return list(dict.fromkeys(found))
