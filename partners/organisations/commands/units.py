"""Units: where they are, what they cover, when they are open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time

from app import journal
from app.actors import Actor
from app.days_off import department_of, zone_of
from app.db import db
from partners.organisations.enums import UnitLevel
from partners.organisations.errors import LastUnit
from partners.organisations.models import OpeningPeriod, Organisation, Unit, UnitTerritory
from partners.organisations.places import Place


@dataclass(frozen=True)
class UnitFacts:
    """Everything one says of a unit: ``hours`` maps a weekday (0 is Monday) to its periods."""

    name: str
    level: UnitLevel
    address: str = ""
    commune_code: str | None = None
    phone: str = ""
    email: str = ""
    places: Sequence[Place] = ()
    hours: Mapping[int, Sequence[tuple[time, time]]] = field(default_factory=dict)


def open_unit(organisation: Organisation, facts: UnitFacts, *, by: Actor) -> Unit:
    """A new unit of the organisation."""
    unit = Unit(organisation_id=organisation.id, territories=[], opening_periods=[])
    _describe(unit, facts)
    db.session.add(unit)
    journal.record(unit, "unit.opened", by=by)
    _cover(unit, facts.places)
    _open_on(unit, facts.hours)
    return unit


def change_unit(unit: Unit, facts: UnitFacts, *, by: Actor) -> None:
    """Other facts; territories and hours are replaced where they differ."""
    _describe(unit, facts)
    _cover(unit, facts.places)
    _open_on(unit, facts.hours)
    journal.record(unit, "unit.changed", by=by)


def _describe(unit: Unit, facts: UnitFacts) -> None:
    unit.name = facts.name
    unit.level = facts.level
    unit.address = facts.address
    unit.commune_code = facts.commune_code
    unit.phone = facts.phone
    unit.email = facts.email
    unit.zone = zone_of(department_of(facts.commune_code) if facts.commune_code else None)


def _cover(unit: Unit, places: Sequence[Place]) -> None:
    """Rows that stay are left alone, so that the unique constraint is never met half-way."""
    wanted = set(places)
    kept = [one for one in unit.territories if (one.kind, one.code) in wanted]
    known = {(one.kind, one.code) for one in kept}
    new = [
        UnitTerritory(kind=kind, code=code) for kind, code in places if (kind, code) not in known
    ]
    unit.territories = [*kept, *new]


def _open_on(unit: Unit, hours: Mapping[int, Sequence[tuple[time, time]]]) -> None:
    wanted = [(day, *period) for day, periods in hours.items() for period in periods]
    known = {(one.weekday, one.opens_at, one.closes_at): one for one in unit.opening_periods}
    unit.opening_periods = [
        known.get(one) or OpeningPeriod(weekday=one[0], opens_at=one[1], closes_at=one[2])
        for one in wanted
    ]


def close_unit(unit: Unit, organisation: Organisation, *, by: Actor) -> None:
    """No referral comes to this unit any more. Raises LastUnit."""
    if not any(other.is_active for other in organisation.units if other.id != unit.id):
        raise LastUnit()
    unit.is_active = False
    journal.record(unit, "unit.closed", by=by)


def reopen_unit(unit: Unit, *, by: Actor) -> None:
    """The unit works again."""
    unit.is_active = True
    journal.record(unit, "unit.reopened", by=by)
