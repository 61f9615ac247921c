"""Territories in words, and as they are typed. Pure."""

import re
from collections.abc import Iterable, Mapping

from app.folding import fold
from app.reference.labels import department_choices, department_label, region_label
from partners.organisations.enums import TerritoryKind
from partners.organisations.errors import PlaceUnknown
from partners.organisations.models import UnitTerritory
from partners.organisations.rules import COUNTRY_CODE

Place = tuple[TerritoryKind, str]
BETWEEN = re.compile(r"[,;\n]+")
WIDEST_FIRST = list(TerritoryKind)


def place_in_words(kind: TerritoryKind, code: str, communes: Mapping[str, str]) -> str:
    """« Toute la France », « Région Nouvelle-Aquitaine », « Gironde (33) », « Bordeaux ».

    ``communes`` are the names by INSEE code; an unknown code is shown as it is.
    """
    if kind is TerritoryKind.COUNTRY:
        return "Toute la France"
    if kind is TerritoryKind.REGION:
        return f"Région {region_label(code)}"
    if kind is TerritoryKind.DEPARTEMENT:
        return f"{department_label(code)} ({code})"
    return communes.get(code, code)


def territories_in_words(
    territories: Iterable[UnitTerritory], communes: Mapping[str, str]
) -> list[str]:
    """Each territory in words, the widest first."""
    ordered = sorted(territories, key=lambda one: (WIDEST_FIRST.index(one.kind), one.code))
    return [place_in_words(one.kind, one.code, communes) for one in ordered]


def codes_of(territories: Iterable[UnitTerritory], kind: TerritoryKind) -> list[str]:
    """Codes of one kind, sorted."""
    return sorted(one.code for one in territories if one.kind is kind)


def commune_codes(territories: Iterable[UnitTerritory]) -> set[str]:
    """INSEE codes of the communes among these territories."""
    return {one.code for one in territories if one.kind is TerritoryKind.COMMUNE}


def pieces(text: str) -> list[str]:
    """What is between commas, semicolons and ends of line, without blanks nor repeats."""
    return list(dict.fromkeys(part.strip() for part in BETWEEN.split(text) if part.strip()))


def read_departments(text: str) -> list[str]:
    """Codes of the départements typed by number or by name: « 33, Landes, 2A ».

    Raises ``PlaceUnknown`` with a French sentence that names the first one not recognised.
    """
    return [_department(part) for part in pieces(text)]


def _department(text: str) -> str:
    wanted = fold(text)
    for code, name in department_choices():
        if wanted in (code.lower(), code.lower().lstrip("0"), fold(name)):
            return code
    raise PlaceUnknown(f"« {text} » n’est pas un département. Écrivez son numéro ou son nom.")


def places_from(
    is_everywhere: bool, regions: Iterable[str], departments: Iterable[str], communes: Iterable[str]
) -> list[Place]:
    """The territory of a unit as it was chosen; the whole country makes the rest needless."""
    if is_everywhere:
        return [(TerritoryKind.COUNTRY, COUNTRY_CODE)]
    chosen = [(TerritoryKind.REGION, code) for code in regions]
    chosen += [(TerritoryKind.DEPARTEMENT, code) for code in departments]
    chosen += [(TerritoryKind.COMMUNE, code) for code in communes]
    return list(dict.fromkeys(chosen))
