"""Public holidays and time zones, by territory.

Sources: Code du travail L. 3133-1 (mainland), L. 3134-13 (Alsace-Moselle), L. 3422-2 (the days of
abolition, overseas); for the rest of overseas, local usage as the ``holidays`` library has it.
The tests compare them, year by year, with the ``holidays`` library, which knows the whole world and
takes 18 MB for it.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from dateutil.easter import easter

PARIS = "Europe/Paris"

#: By month and day, everywhere (L. 3133-1).
FIXED = {
    (1, 1): "Jour de l’an",
    (5, 1): "Fête du Travail",
    (5, 8): "Fête de la Victoire",
    (7, 14): "Fête nationale",
    (8, 15): "Assomption",
    (11, 1): "Toussaint",
    (11, 11): "Armistice",
    (12, 25): "Noël",
}
#: By days after Easter Sunday, everywhere.
MOVABLE = {1: "Lundi de Pâques", 39: "Ascension", 50: "Lundi de Pentecôte"}
GOOD_FRIDAY, MID_LENT = -2, -24
ABOLITION, SCHOELCHER = "Abolition de l’esclavage", "Fête de Victor Schoelcher"
SAINT_STEPHEN = {(12, 26): "Saint-Étienne"}
#: What a département adds (décret 83-1003; the Pacific has its own texts).
FIXED_THERE: dict[str, dict[tuple[int, int], str]] = {
    "57": SAINT_STEPHEN,
    "67": SAINT_STEPHEN,
    "68": SAINT_STEPHEN,
    "971": {(5, 27): ABOLITION, (7, 21): SCHOELCHER},
    "972": {(5, 22): ABOLITION, (7, 21): SCHOELCHER},
    "973": {(6, 10): ABOLITION},
    "974": {(12, 20): ABOLITION},
    "976": {(4, 27): ABOLITION},
    "977": {(10, 9): ABOLITION},
    "978": {(5, 28): ABOLITION, (7, 21): SCHOELCHER},
    "986": {
        (4, 28): "Saint Pierre Chanel",
        (6, 29): "Saints Pierre et Paul",
        (7, 29): "Fête du Territoire",
    },
    "987": {(3, 5): "Arrivée de l’Évangile", (11, 20): "Matāri’i"},
    "988": {(9, 24): "Fête de la Citoyenneté"},
}
MOVABLE_THERE = {
    **{one: {GOOD_FRIDAY: "Vendredi saint"} for one in ("57", "67", "68", "987")},
    "971": {GOOD_FRIDAY: "Vendredi saint", MID_LENT: "Mi-Carême"},
}
ALSACE_MOSELLE = frozenset({"57", "67", "68"})

ZONES = {
    "971": "America/Guadeloupe",
    "972": "America/Martinique",
    "973": "America/Cayenne",
    "974": "Indian/Reunion",
    "975": "America/Miquelon",
    "976": "Indian/Mayotte",
    "977": "America/St_Barthelemy",
    "978": "America/Marigot",
    "984": "Indian/Kerguelen",
    "986": "Pacific/Wallis",
    "987": "Pacific/Tahiti",
    "988": "Pacific/Noumea",
    "989": "Etc/GMT+8",
}


@dataclass(frozen=True)
class Territory:
    """Where days off are counted: a département, and its Good Friday.

    ``has_good_friday`` counts in Alsace-Moselle only: Good Friday is off in the communes that have
    a Protestant or a mixed church (Code du travail, L. 3134-13).
    """

    department: str = "75"
    has_good_friday: bool = True


MAINLAND = Territory()


def zone_of(department: str | None) -> str:
    """IANA name of the time zone of a département; Paris for the mainland and for none."""
    return ZONES.get(department or "", PARIS)


def department_of(commune_code: str) -> str:
    """Département of an INSEE commune code: three characters overseas, two elsewhere."""
    return commune_code[:3] if commune_code.startswith(("97", "98")) else commune_code[:2]


def holiday_name(day: date, territory: Territory = MAINLAND) -> str | None:
    """French name of the public holiday that falls on a day, or None."""
    return _holidays(day.year, territory).get(day)


def is_public_holiday(day: date, territory: Territory = MAINLAND) -> bool:
    """Is this day off for everybody in the territory?"""
    return day in _holidays(day.year, territory)


@lru_cache(maxsize=256)
def _holidays(year: int, territory: Territory) -> dict[date, str]:
    """Days off of a year with their names; never change the returned dict, it is shared."""
    sunday, department = easter(year), territory.department
    moving = {**MOVABLE, **MOVABLE_THERE.get(department, {})}
    if department in ALSACE_MOSELLE and not territory.has_good_friday:
        del moving[GOOD_FRIDAY]
    found = {sunday + timedelta(days=days): name for days, name in moving.items()}
    for (month, day), name in {**FIXED, **FIXED_THERE.get(department, {})}.items():
        found.setdefault(date(year, month, day), name)
    return found
