"""Lists of cases as a file."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from app.web.formatting import date_short
from app.web.tables import csv_parts

HEADER = (
    "Référence",
    "Entreprise ou personne",
    "SIREN",
    "Commune",
    "Phase",
    "Statut",
    "Pilote",
    "Suivi par",
    "Ouvert le",
    "Dernier mouvement",
    "Issue",
    "Hors territoire",
)


def cases_csv(lines: Iterable[Any], is_outside: Callable[[Any], bool]) -> Iterator[bytes]:
    """One line for each case (``lists.list_lines``), in parts as they are read.

    ``is_outside`` says which the reader's list marks as out of their territory.
    """
    return csv_parts(HEADER, ((*_row(line), "oui" if is_outside(line) else "") for line in lines))


def _row(line: Any) -> tuple[object, ...]:
    return (
        line.reference,
        line.title,
        line.siren,
        line.commune,
        line.phase.label,
        line.status.label,
        line.lead,
        line.member,
        date_short(line.opened_at),
        date_short(line.moved_at),
        line.outcome.label if line.outcome else "",
    )
