"""Reads of the directory, with other organisations in it."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from app import clock
from app.actors import ANONYMOUS, Side
from app.errors import NotVisible
from partners.organisations import queries
from partners.organisations.enums import OrganisationKind, Subject, TerritoryKind, UnitLevel
from partners.organisations.models import UnitTerritory
from tests.factories import make_member, make_organisation, make_seat, make_service, make_unit
from tests.support.acting import act_as_member, acting_as, seeding
from tests.support.counting import recorded_statements

BORDEAUX, BAYONNE, LYON_3 = "33063", "64102", "69383"


@pytest.fixture(autouse=True)
def _member(session: Session) -> None:
    act_as_member(make_member(make_seat(make_organisation("Zone témoin"))))


def covering(kind: TerritoryKind, code: str, name: str = "") -> None:
    unit = make_unit(make_organisation(name or f"Par {kind.value}"), departments=())
    with seeding() as session:
        session.add(UnitTerritory(unit_id=unit.id, kind=kind, code=code))


def names_covering(commune: str) -> list[str]:
    return [unit.organisation.name for unit in queries.units_covering(commune)]


def test_units_covering_a_commune_by_each_kind_of_territory() -> None:
    covering(TerritoryKind.COUNTRY, "FR")
    covering(TerritoryKind.REGION, "75")
    covering(TerritoryKind.DEPARTEMENT, "33")
    covering(TerritoryKind.COMMUNE, BORDEAUX)
    covering(TerritoryKind.DEPARTEMENT, "64", "Ailleurs")
    expected = ["Par commune", "Par country", "Par departement", "Par region"]
    assert names_covering(BORDEAUX) == expected


def test_units_covering_a_city_cover_its_districts() -> None:
    covering(TerritoryKind.COMMUNE, "69123", "Lyon")
    assert names_covering(LYON_3) == ["Lyon"]


def test_closed_units_and_organisations_cover_nothing() -> None:
    closed, suspended = make_organisation("Fermée"), make_organisation("Suspendue")
    unit = make_unit(closed)
    make_unit(suspended)
    with seeding() as session:
        session.merge(unit).is_active = False
        session.merge(suspended).is_active = False
    assert names_covering(BORDEAUX) == []


@pytest.mark.parametrize("number", [1, 3])
def test_units_covering_takes_three_statements(number: int) -> None:
    for rank in range(number):
        covering(TerritoryKind.DEPARTEMENT, "33", f"Structure {rank} de Gironde")
    queries.get_organisation(queries.units_covering(BORDEAUX)[0].organisation_id)
    with recorded_statements() as statements:
        assert len(queries.units_covering(BORDEAUX)) == number
    assert len(statements) == 3


def test_list_organisations_by_name_subject_kind_and_place() -> None:
    chamber = make_organisation("Chambre de l’Océan", OrganisationKind.CCI)
    helpers = make_organisation("Entraide d’exemple")
    make_unit(chamber, ("33",))
    make_unit(helpers, ("64",))
    make_service(helpers, Subject.CASH_FLOW)

    def found(*args: object, **more: object) -> list[str]:
        wanted = queries.Wanted(*args, **more)  # type: ignore[arg-type]
        rows, total = queries.page_of_organisations(wanted)
        assert queries.count_organisations(wanted) == total == len(rows)
        return [row.name for row in rows]

    assert found() == ["Chambre de l’Océan", "Entraide d’exemple", "Zone témoin"]
    assert found("OCEAN chambre") == ["Chambre de l’Océan"]
    assert found("tresorerie") == ["Entraide d’exemple"]
    assert found("", OrganisationKind.CCI) == ["Chambre de l’Océan"]
    assert found("", None, Subject.CASH_FLOW) == ["Entraide d’exemple"]
    assert found("", None, None, "64") == ["Entraide d’exemple"]
    assert found("%") == found()
    assert found("chanbre de l'ocean") == ["Chambre de l’Océan"]
    assert found(level=UnitLevel.NATIONAL) == []
    assert len(found(level=UnitLevel.DEPARTMENTAL)) == 2


def test_the_directory_is_sorted_and_narrowed_by_freshness() -> None:
    old, fresh = make_organisation("Fiche ancienne"), make_organisation("Fiche vérifiée")
    never, now = make_organisation("Jamais vérifiée", OrganisationKind.AGS), clock.now()
    with seeding() as session:
        session.merge(old).checked_at = now - timedelta(days=300)
        session.merge(fresh).checked_at = now
    names = [old.name, fresh.name, never.name]

    def ordered(order: queries.Order, **more: object) -> list[str]:
        wanted = queries.Wanted()
        rows, _ = queries.page_of_organisations(wanted, order, **more)  # type: ignore[arg-type]
        ids = queries.list_exported(wanted, order, limit=25, **more)  # type: ignore[arg-type]
        assert [row.id for row in queries.list_among(ids)] == [row.id for row in rows]
        return [row.name for row in rows if row.name in names]

    assert ordered(queries.Order.CHECKED) == [old.name, fresh.name, never.name]
    assert ordered(queries.Order.CHECKED, descending=True) == [fresh.name, old.name, never.name]
    assert ordered(queries.Order.KIND) == [never.name, old.name, fresh.name]
    quickest = [never.id, fresh.id]
    assert ordered(queries.Order.DELAY, quickest=quickest) == [never.name, fresh.name, old.name]
    since = now - timedelta(days=180)
    recent, _ = queries.page_of_organisations(queries.Wanted(checked_since=since))
    assert [one.name for one in recent] == [fresh.name]
    others, _ = queries.page_of_organisations(queries.Wanted(not_checked_since=since))
    assert {one.name for one in others} == {old.name, never.name, "Zone témoin"}


def test_a_stranger_reads_nothing_of_the_directory() -> None:
    organisation = make_organisation()
    with acting_as(ANONYMOUS):
        assert queries.page_of_organisations(queries.Wanted()) == ([], 0)
        assert queries.list_exported(queries.Wanted(), limit=25) == []
        assert queries.list_among([organisation.id]) == []
        with pytest.raises(NotVisible):
            queries.get_organisation(organisation.id)


def test_services_of_open_organisations_only() -> None:
    ours, other = make_organisation("Nôtre"), make_organisation("Autre")
    kept = make_service(ours, Subject.BANK)
    make_service(ours, Subject.BANK, is_active=False)
    make_service(other, Subject.INSURANCE)
    assert [service.id for service in queries.list_services(Subject.BANK)] == [kept.id]
    assert queries.list_services(organisation_ids=[other.id])[0].organisation.name == "Autre"


def test_labels_of_seats_say_the_side_of_creditors_only() -> None:
    urssaf = make_organisation("Urssaf d’exemple", OrganisationKind.URSSAF)
    aid, recovery = make_seat(urssaf), make_seat(urssaf, Side.RECOVERY)
    plain = make_seat(make_organisation("Entraide"))
    with recorded_statements() as statements:
        labels = queries.labels_of_seats([aid.id, recovery.id, plain.id, None, uuid7()])
    assert labels == {
        aid.id: "Urssaf d’exemple (accompagnement)",
        recovery.id: "Urssaf d’exemple (recouvrement)",
        plain.id: "Entraide",
    }
    assert len([s for s in statements if "set_config" not in s]) == 1
    assert queries.seats_of([urssaf.id], Side.RECOVERY)[urssaf.id].id == recovery.id


def test_get_refuses_what_does_not_exist() -> None:
    for get in (queries.get_unit, queries.get_service, queries.get_seat, queries.get_routing_rule):
        with pytest.raises(NotVisible):
            get(uuid7())
