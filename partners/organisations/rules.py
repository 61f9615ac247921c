"""Who may run an organisation; how seats, places and freshness are decided. Pure."""

import uuid
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from app import clock
from app.actors import Actor, Role, Side
from app.days_off import department_of
from app.folding import fold
from app.reference.labels import region_of
from partners.organisations.enums import SIDE_LABELS, TerritoryKind
from partners.organisations.models import Organisation, UnitTerritory
from partners.organisations.shown import AnySeat

COUNTRY_CODE = "FR"
#: A page of the directory that nobody confirmed for longer than this is called old.
FRESH_FOR = timedelta(days=180)
#: Cities whose municipal districts have INSEE codes of their own.
DISTRICTS = {"751": "75056", "693": "69123", "132": "13055"}


def runs_an_organisation(actor: Actor) -> bool:
    """May this member open the pages of *Structure*?"""
    return actor.is_member and actor.role is Role.MANAGER


def runs_organisations(actor: Actor) -> bool:
    """A manager, for their own organisation, or the administration, for all of them."""
    return runs_an_organisation(actor) or runs_platform(actor)


def runs_platform(actor: Actor) -> bool:
    """May this member open organisations?"""
    return actor.is_member and actor.role is Role.PLATFORM_ADMIN


def can_see_structure(actor: Actor, organisation_id: uuid.UUID) -> bool:
    """Any manager of this very organisation, or the administration of the platform."""
    if runs_platform(actor):
        return True
    return runs_an_organisation(actor) and actor.organisation_id == organisation_id


def can_run_organisation(
    actor: Actor, organisation_id: uuid.UUID, *, aid_has_manager: bool = True
) -> bool:
    """Its manager, or the administration of the platform.

    What concerns the whole organisation decides which referrals reach the helping side: a manager
    of the recovery side runs it only while the helping side has none (``domain.md`` §9).
    """
    if not can_see_structure(actor, organisation_id):
        return False
    return runs_platform(actor) or actor.side is not Side.RECOVERY or not aid_has_manager


def seat_label(seat: AnySeat) -> str:
    """Name of a seat; the side is said for creditors only. Needs ``seat.organisation`` loaded."""
    organisation = seat.organisation
    if not organisation.kind.can_claim:
        return organisation.name
    return f"{organisation.name} ({SIDE_LABELS[seat.side]})"


def places_holding(commune_code: str) -> list[tuple[TerritoryKind, str]]:
    """Every territory that holds a commune (INSEE code), from itself to the whole country."""
    department = department_of(commune_code)
    places = [
        (TerritoryKind.COMMUNE, commune_code),
        (TerritoryKind.DEPARTEMENT, department),
        (TerritoryKind.COUNTRY, COUNTRY_CODE),
    ]
    if city := DISTRICTS.get(commune_code[:3]):
        places.append((TerritoryKind.COMMUNE, city))
    if region := region_of(department):
        places.append((TerritoryKind.REGION, region))
    return places


def places_touching(department: str) -> list[tuple[TerritoryKind, str]]:
    """Territories that hold a whole département."""
    places = [(TerritoryKind.DEPARTEMENT, department), (TerritoryKind.COUNTRY, COUNTRY_CODE)]
    if region := region_of(department):
        places.append((TerritoryKind.REGION, region))
    return places


def names_commune(typed: str, folded_name: str) -> bool:
    """Is this typed text the whole name of the commune, or only a code that stands for it?"""
    words = [word for word in fold(typed).split() if not any(char.isdigit() for char in word)]
    whole = " ".join({"st": "saint", "ste": "sainte"}.get(word, word) for word in words)
    return not words or whole == folded_name


def covers(territories: Iterable[UnitTerritory], commune_code: str) -> bool:
    """Is the commune in one of these territories?"""
    wanted = set(places_holding(commune_code))
    return any((place.kind, place.code) in wanted for place in territories)


def is_fresh(checked_at: datetime | None) -> bool:
    """Did someone confirm these facts in the last six months?"""
    return checked_at is not None and clock.now() - checked_at <= FRESH_FOR


def is_open_organisation(organisation: Organisation) -> bool:
    """Open, and listed in the directory."""
    return organisation.is_active


def missing_parts(organisation: Organisation) -> Collection[str]:
    """What the page still lacks, in words, for its manager. Units and services loaded."""
    has_territory = any(unit.territories for unit in organisation.units if unit.is_active)
    checks = (
        (organisation.purpose, "dire en une phrase ce que vous faites"),
        (organisation.phone or organisation.email, "donner un téléphone ou une adresse"),
        (has_territory, "ouvrir une antenne et dire son territoire"),
        (organisation.services, "proposer au moins un service"),
    )
    return [sentence for is_there, sentence in checks if not is_there]
