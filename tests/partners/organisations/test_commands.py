"""What changes the directory: result, journal entry, refusals, second lock."""

from datetime import time

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from app.actors import Actor, Role, Side
from app.db import unit_of_work
from app.journal import JournalEvent
from partners.organisations import commands, queries
from partners.organisations.cli import create_organisation
from partners.organisations.enums import OrganisationKind, Subject, TerritoryKind, UnitLevel
from partners.organisations.errors import LastUnit, NameTaken, NoRecoverySide
from partners.organisations.models import Organisation, Seat
from tests.factories import make_member, make_organisation, make_seat, make_service, make_unit
from tests.support.acting import act_as_member, seeding


@pytest.fixture
def administrator(session: Session) -> Actor:
    """The administration of the platform acts."""
    return act_as_member(make_member(role=Role.PLATFORM_ADMIN))


def manager_of(organisation: Organisation) -> Actor:
    return act_as_member(make_member(make_seat(organisation), Role.MANAGER))


def journalled() -> list[tuple[str, dict[str, object]]]:
    with seeding() as session:
        events = session.scalars(select(JournalEvent).order_by(JournalEvent.at))
        return [(event.action, event.details) for event in events]


def test_open_organisation_with_its_seats(administrator: Actor) -> None:
    with unit_of_work():
        made = commands.open_organisation(
            "Banque d’exemple", OrganisationKind.BANK, (Side.RECOVERY,), by=administrator
        )
    with seeding() as session:
        sides = session.scalars(select(Seat.side).where(Seat.organisation_id == made.id))
        assert sorted(sides) == [Side.AID, Side.RECOVERY]
    assert made.folded_name == "banque d exemple"
    assert journalled() == [("organisation.opened", {"kind": "bank"})]


def test_open_organisation_refused(administrator: Actor) -> None:
    make_organisation("Entraide d’été")
    act_as_member(make_member(role=Role.PLATFORM_ADMIN))
    with pytest.raises(NameTaken):
        commands.open_organisation("ENTRAIDE D'ETE", OrganisationKind.OTHER, by=administrator)
    with pytest.raises(NoRecoverySide):
        commands.open_organisation(
            "Autre", OrganisationKind.ASSOCIATION, (Side.RECOVERY,), by=administrator
        )


def test_rename_organisation(administrator: Actor) -> None:
    ours, other = make_organisation("Avant"), make_organisation("Prise")
    administrator = act_as_member(make_member(role=Role.PLATFORM_ADMIN))
    organisation = queries.get_organisation(ours.id)
    with pytest.raises(NameTaken):
        commands.rename_organisation(organisation, other.name, by=administrator)
    with unit_of_work():
        commands.rename_organisation(organisation, "Après", by=administrator)
    assert queries.find_organisation_named("apres") is organisation
    assert journalled() == [("organisation.renamed", {})]


def facts(**more: object) -> commands.UnitFacts:
    values: dict[str, object] = {"name": "Antenne", "level": UnitLevel.DEPARTMENTAL}
    return commands.UnitFacts(**values | more)  # type: ignore[arg-type]


def test_a_unit_takes_the_time_of_its_commune(session: Session) -> None:
    organisation = make_organisation()
    manager = manager_of(organisation)
    with unit_of_work():
        unit = commands.open_unit(
            organisation,
            facts(
                commune_code="97411",
                places=[(TerritoryKind.DEPARTEMENT, "974")],
                hours={0: [(time(8), time(17))]},
            ),
            by=manager,
        )
    assert unit.zone == "Indian/Reunion"
    assert [found.id for found in queries.units_covering("97415")] == [unit.id]
    assert journalled() == [("unit.opened", {})]


def test_changing_a_unit_keeps_the_rows_that_stay(session: Session) -> None:
    organisation = make_organisation()
    made = make_unit(organisation, ("33", "40"))
    manager = manager_of(organisation)
    unit = queries.get_unit(made.id)
    kept = next(place.id for place in unit.territories if place.code == "33")
    places = [(TerritoryKind.DEPARTEMENT, "33"), (TerritoryKind.DEPARTEMENT, "64")]
    with unit_of_work():
        commands.change_unit(unit, facts(places=places), by=manager)
    session.expunge_all()
    found = {place.code: place.id for place in queries.get_unit(made.id).territories}
    assert sorted(found) == ["33", "64"]
    assert found["33"] == kept


def test_the_last_open_unit_cannot_close(session: Session) -> None:
    organisation = make_organisation()
    first, second = make_unit(organisation), make_unit(organisation)
    manager = manager_of(organisation)
    whole = queries.get_organisation(organisation.id)
    units = {unit.id: unit for unit in whole.units}
    with unit_of_work():
        commands.close_unit(units[first.id], whole, by=manager)
    with pytest.raises(LastUnit):
        commands.close_unit(units[second.id], whole, by=manager)
    assert journalled() == [("unit.closed", {})]


def test_confirming_refreshes_the_services_too(session: Session) -> None:
    organisation = make_organisation()
    make_service(organisation, Subject.BANK)
    manager = manager_of(organisation)
    whole = queries.get_organisation(organisation.id)
    with unit_of_work():
        commands.confirm_organisation(whole, by=manager)
    assert whole.checked_at is not None
    assert whole.services[0].checked_at == whole.checked_at


@pytest.mark.parametrize(
    ("column", "value"), [("name", "Autre nom"), ("is_active", False), ("kind", "urssaf")]
)
def test_a_manager_cannot_change_what_is_the_administrations(
    session: Session, column: str, value: object
) -> None:
    organisation = make_organisation()
    manager_of(organisation)
    whole = queries.get_organisation(organisation.id)
    with pytest.raises(ProgrammingError, match="only the administration"), unit_of_work():
        setattr(whole, column, OrganisationKind(value) if column == "kind" else value)


def test_create_organisation_from_the_command_line(app: Flask) -> None:
    with seeding():
        answer = CliRunner().invoke(create_organisation, ["Entraide", "--kind", "association"])
        assert answer.exit_code == 0, answer.output
        again = CliRunner().invoke(create_organisation, ["entraide", "--kind", "association"])
    assert again.exit_code == 1
    assert "porte déjà ce nom" in again.output
    assert [action for action, _ in journalled()] == ["organisation.opened"]
