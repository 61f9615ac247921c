"""Organisations, seats, units, services."""

from itertools import count
from typing import Any

from app.actors import Side
from app.folding import fold
from partners.organisations.enums import OrganisationKind, Subject, TerritoryKind, UnitLevel
from partners.organisations.models import Organisation, Seat, Service, Unit, UnitTerritory
from tests.support.acting import seeding

_numbers = count(1)


def make_organisation(name: str = "", kind: OrganisationKind | None = None) -> Organisation:
    """An organisation, without seat."""
    name = name or f"Structure {next(_numbers)}"
    with seeding() as session:
        made = Organisation(
            kind=kind or OrganisationKind.ASSOCIATION, name=name, folded_name=fold(name)
        )
        session.add(made)
    return made


def make_seat(organisation: Organisation | None = None, side: Side = Side.AID) -> Seat:
    """A seat of the organisation, of a new one by default."""
    organisation = organisation or make_organisation()
    with seeding() as session:
        made = Seat(organisation_id=organisation.id, side=side)
        session.add(made)
    return made


def make_unit(organisation: Organisation, departments: tuple[str, ...] = ("33",)) -> Unit:
    """A unit that covers these départements."""
    with seeding() as session:
        made = Unit(organisation_id=organisation.id, level=UnitLevel.DEPARTMENTAL, name="Antenne")
        session.add(made)
        session.flush()
        for code in departments:
            session.add(UnitTerritory(unit_id=made.id, kind=TerritoryKind.DEPARTEMENT, code=code))
    return made


def make_service(organisation: Organisation, subject: Subject, **more: Any) -> Service:
    """A service offered on a subject."""
    with seeding() as session:
        made = Service(organisation_id=organisation.id, subject=subject, name=subject.label, **more)
        session.add(made)
    return made
