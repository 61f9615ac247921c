"""Who runs an organisation; seats, places, freshness: no database."""

from datetime import timedelta

import pytest
from uuid_utils.compat import uuid7

from app import clock
from app.actors import ANONYMOUS, SYSTEM, Actor, ActorKind, Role, Side
from partners.organisations import rules
from partners.organisations.enums import OrganisationKind, TerritoryKind
from partners.organisations.models import Organisation, Seat, Service, Unit, UnitTerritory

OURS, OTHER = uuid7(), uuid7()


def member(role: Role) -> Actor:
    return Actor(kind=ActorKind.MEMBER, role=role, organisation_id=OURS, side=Side.AID)


@pytest.mark.parametrize("role", list(Role))
def test_who_runs_what(role: Role) -> None:
    actor = member(role)
    is_manager, is_administrator = role is Role.MANAGER, role is Role.PLATFORM_ADMIN
    assert rules.runs_an_organisation(actor) is is_manager
    assert rules.runs_platform(actor) is is_administrator
    assert rules.runs_organisations(actor) is (is_manager or is_administrator)
    assert rules.can_run_organisation(actor, OURS) is (is_manager or is_administrator)
    assert rules.can_run_organisation(actor, OTHER) is is_administrator


@pytest.mark.parametrize("actor", [ANONYMOUS, SYSTEM, Actor(kind=ActorKind.LINK)])
def test_nobody_else_runs_anything(actor: Actor) -> None:
    assert not rules.runs_organisations(actor)
    assert not rules.can_run_organisation(actor, OURS)


@pytest.mark.parametrize("kind", list(OrganisationKind))
def test_the_side_of_a_seat_is_said_for_creditors(kind: OrganisationKind) -> None:
    organisation = Organisation(name="Exemple", kind=kind)
    label = rules.seat_label(Seat(organisation=organisation, side=Side.RECOVERY))
    assert label == ("Exemple (recouvrement)" if kind.can_claim else "Exemple")


@pytest.mark.parametrize(
    ("commune", "expected"),
    [
        ("33063", {("commune", "33063"), ("departement", "33"), ("region", "75")}),
        ("97411", {("commune", "97411"), ("departement", "974"), ("region", "04")}),
        ("2A004", {("commune", "2A004"), ("departement", "2A"), ("region", "94")}),
        (
            "75101",
            {("commune", "75101"), ("commune", "75056"), ("departement", "75"), ("region", "11")},
        ),
    ],
)
def test_places_holding_a_commune(commune: str, expected: set[tuple[str, str]]) -> None:
    found = {(kind.value, code) for kind, code in rules.places_holding(commune)}
    assert found == expected | {("country", "FR")}


@pytest.mark.parametrize(
    ("kind", "code", "expected"),
    [
        (TerritoryKind.COUNTRY, "FR", True),
        (TerritoryKind.REGION, "75", True),
        (TerritoryKind.REGION, "11", False),
        (TerritoryKind.DEPARTEMENT, "33", True),
        (TerritoryKind.COMMUNE, "33063", True),
        (TerritoryKind.COMMUNE, "33064", False),
    ],
)
def test_covers(kind: TerritoryKind, code: str, expected: bool) -> None:
    assert rules.covers([UnitTerritory(kind=kind, code=code)], "33063") is expected
    assert not rules.covers([], "33063")


@pytest.mark.parametrize(("days", "expected"), [(0, True), (179, True), (181, False)])
def test_is_fresh_for_six_months(days: int, expected: bool) -> None:
    assert rules.is_fresh(clock.now() - timedelta(days=days)) is expected
    assert not rules.is_fresh(None)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("Bordeaux", True), ("33000 bordeaux", True), ("33063", True), ("Bordea", False)],
)
def test_names_commune(typed: str, expected: bool) -> None:
    assert rules.names_commune(typed, "bordeaux") is expected


def test_a_saint_may_be_shortened() -> None:
    assert rules.names_commune("St-Denis (97411)", "saint denis")


def test_missing_parts_are_told_until_nothing_is_missing() -> None:
    organisation = Organisation(purpose="", phone="", email="", units=[], services=[])
    assert len(rules.missing_parts(organisation)) == 4
    place = UnitTerritory(kind=TerritoryKind.COUNTRY, code="FR")
    organisation.purpose, organisation.email = "Aider", "contact@exemple.test"
    organisation.units = [Unit(is_active=False, territories=[place])]
    organisation.services = [Service()]
    assert rules.missing_parts(organisation) == ["ouvrir une antenne et dire son territoire"]
    organisation.units[0].is_active = True
    assert rules.missing_parts(organisation) == []


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("aid_has_manager", [True, False])
@pytest.mark.parametrize("role", [Role.MANAGER, Role.PLATFORM_ADMIN, Role.ADVISER])
def test_the_recovery_side_runs_nothing_while_the_aid_side_has_a_manager(
    role: Role, aid_has_manager: bool, side: Side
) -> None:
    actor = Actor(kind=ActorKind.MEMBER, role=role, organisation_id=OURS, side=side)
    by_manager = role is Role.MANAGER and (side is Side.AID or not aid_has_manager)
    expected = by_manager or role is Role.PLATFORM_ADMIN
    runs = rules.can_run_organisation(actor, OURS, aid_has_manager=aid_has_manager)
    assert runs is expected
    assert rules.can_see_structure(actor, OURS) is (role is not Role.ADVISER)
