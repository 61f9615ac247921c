"""Public holidays and time zones, by territory.

Sources: Code du travail L. 3133-1 (mainland), L. 3134-13 (Alsace-Moselle), L. 3422-2 (overseas),
through the ``holidays`` library.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import holidays

PARIS = "Europe/Paris"

#: Subdivision of the ``holidays`` library, by département; mainland ones are not in it.
SUBDIVISIONS = {
    "57": "57",
    "67": "6AE",
    "68": "6AE",
    "971": "971",
    "972": "972",
    "973": "973",
    "974": "974",
    "975": "PM",
    "976": "976",
    "977": "BL",
    "978": "MF",
    "984": "TF",
    "986": "WF",
    "987": "PF",
    "988": "NC",
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
    subdivision = SUBDIVISIONS.get(territory.department)
    found = dict(holidays.country_holidays("FR", subdiv=subdivision, years=year, language="fr"))
    if territory.department in ALSACE_MOSELLE and not territory.has_good_friday:
        found = {day: name for day, name in found.items() if name != "Vendredi saint"}
    return found
