"""Who opens which page of the desk; what may be told of figures. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from app.actors import Actor, Role
from partners.organisations.enums import Subject

#: Subjects that a territory is expected to serve; « other » is nobody's.
EXPECTED_SUBJECTS = frozenset(Subject) - {Subject.OTHER}


def reads_journal(actor: Actor) -> bool:
    """The access journal is read by auditors (data protection officers) only."""
    return actor.is_member and actor.role is Role.AUDITOR


def reads_figures(actor: Actor) -> bool:
    """Aggregates of a territory are for observers and coordinators."""
    return actor.is_member and actor.role in (Role.OBSERVER, Role.COORDINATOR)


@dataclass(frozen=True)
class Cell:
    """One line of figures: ``figure`` is None when it is hidden (fewer than three companies)."""

    label: str
    figure: int | None


def first_counted_day(today: date) -> date:
    """Figures run over twelve whole months and the one under way: sums are kept by month."""
    return today.replace(year=today.year - 1, day=1)


def total_of(cells: Iterable[Cell]) -> int | None:
    """The sum, only when no cell is hidden: else what is hidden could be found from it."""
    figures = [cell.figure for cell in cells]
    if any(figure is None for figure in figures):
        return None
    return sum(figure for figure in figures if figure is not None)


def holes_of(served: Mapping[str, set[Subject]]) -> dict[str, list[Subject]]:
    """Subjects that nobody serves, by département; places that lack nothing are left out."""
    missing = {
        department: [subject for subject in Subject if subject in EXPECTED_SUBJECTS - subjects]
        for department, subjects in served.items()
    }
    return {department: subjects for department, subjects in missing.items() if subjects}
