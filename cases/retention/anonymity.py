"""What stays of an anonymised case must be at least three alike (``trust.md`` §8). Pure.

Département, NAF section, headcount band and year of closing would name somebody together with what
everybody knows. They are made coarser, one step of the ladder after the other, until three cases at
least say the same; a case that is alone even in its year keeps none of them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

#: As many cases as must say the same.
ALIKE = 3


@dataclass(frozen=True)
class Traits:
    """What is kept of a case beside its phase, outcome and delays; None: unknown, or not kept."""

    department: str | None = None
    region: str | None = None
    naf_section: str | None = None
    headcount_band: str | None = None
    closed_year: int | None = None


#: What each step takes away; the place lasts longest, because the figures are those of a territory.
LADDER: tuple[frozenset[str], ...] = (
    frozenset(),
    frozenset({"headcount_band"}),
    frozenset({"headcount_band", "naf_section"}),
    frozenset({"headcount_band", "naf_section", "department"}),
    frozenset({"headcount_band", "naf_section", "department", "region"}),
    frozenset({"headcount_band", "naf_section", "department", "region", "closed_year"}),
)
LAST = len(LADDER) - 1
NOTHING = Traits()


def at_level(traits: Traits, level: int) -> Traits:
    """The traits as they are at a step of the ladder."""
    return replace(traits, **dict.fromkeys(LADDER[level]))


def coarsen(
    due: Sequence[Traits], kept: Mapping[Traits, int], whose: Sequence[object] = ()
) -> list[tuple[Traits, int]]:
    """For each case due, what may be kept of it and the step that was needed, in the same order.

    ``kept`` counts what was kept of earlier cases: they are company for the new ones, and are not
    touched again. ``whose`` tells the cases of one company or person, which count once; all differ
    when it is empty.
    """
    subjects = whose or range(len(due))
    found: dict[int, tuple[Traits, int]] = {}
    for level in range(LAST + 1):
        waiting = {i: at_level(due[i], level) for i in range(len(due)) if i not in found}
        crowd = Counter(traits for traits, _ in {(one, subjects[i]) for i, one in waiting.items()})
        found |= {
            i: (traits, level)
            for i, traits in waiting.items()
            if level == LAST or crowd[traits] + kept.get(traits, 0) >= ALIKE
        }
    return [found[i] for i in range(len(due))]


def lonely(kept: Iterable[Traits]) -> list[Traits]:
    """Traits that fewer than three cases share: none, when the rule was kept."""
    return [
        traits for traits, count in Counter(kept).items() if count < ALIKE and traits != NOTHING
    ]


#: First and last NAF division of each section (NAF rev. 2, INSEE).
SECTIONS = {
    "A": (1, 3), "B": (5, 9), "C": (10, 33), "D": (35, 35), "E": (36, 39), "F": (41, 43),
    "G": (45, 47), "H": (49, 53), "I": (55, 56), "J": (58, 63), "K": (64, 66), "L": (68, 68),
    "M": (69, 75), "N": (77, 82), "O": (84, 84), "P": (85, 85), "Q": (86, 88), "R": (90, 93),
    "S": (94, 96), "T": (97, 98), "U": (99, 99),
}  # fmt: skip


def section_of(naf: str | None) -> str | None:
    """Section (``I``) of a NAF code (``56.10A``), None when unknown."""
    if not naf or not naf[:2].isdigit():
        return None
    division = int(naf[:2])
    return next((key for key, (low, high) in SECTIONS.items() if low <= division <= high), None)
