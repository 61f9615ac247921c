"""Pages of the directory and of *Structure*, as each role meets them."""

import re

import pytest
from sqlalchemy import select

from app.actors import Role, Side
from app.journal import JournalEvent
from partners.organisations.enums import (
    OrganisationKind,
    RuleEffect,
    RuleField,
    RuleOperator,
    Subject,
)
from partners.organisations.models import Organisation, RoutingRule, Seat, Service, Unit
from partners.people.models import Absence, Correspondent, Membership
from tests.factories import (
    make_member,
    make_organisation,
    make_seat,
    make_service,
    make_unit,
    make_user,
)
from tests.support.acting import seeding
from tests.support.counting import recorded_statements
from tests.support.pages import InspectingClient
from tests.support.signing import sign_in


@pytest.fixture
def manager(client: InspectingClient) -> Membership:
    """The manager of « Entraide », signed in."""
    member = make_member(make_seat(make_organisation("Entraide")), Role.MANAGER)
    sign_in(client, member)
    return member


def organisation_of(member: Membership) -> Organisation:
    with seeding() as session:
        seat = session.get_one(Seat, member.seat_id)
        return session.get_one(Organisation, seat.organisation_id)


def actions() -> list[str]:
    with seeding() as session:
        return list(session.scalars(select(JournalEvent.action).order_by(JournalEvent.at)))


def test_directory_needs_a_member(client: InspectingClient) -> None:
    assert client.get("/annuaire").location.startswith("/connexion")


def test_directory_finds_by_subject_and_place(client: InspectingClient) -> None:
    sign_in(client, make_member())
    ours, other = make_organisation("Solidarité Gironde"), make_organisation("Appui des Landes")
    make_unit(ours, ("33",))
    make_unit(other, ("40",))
    make_service(ours, Subject.CASH_FLOW)
    make_service(other, Subject.CASH_FLOW)
    page = client.get("/annuaire?besoin=cash_flow&departement=33").text
    assert "Solidarité Gironde" in page
    assert "Appui des Landes" not in page
    assert "Gironde (33)" in page
    assert "1\u00a0structure" in page
    assert "Aucune structure ne correspond" in client.get("/annuaire?q=introuvable").text


def test_the_directory_leaves_as_a_file_that_says_what_its_pages_say(
    client: InspectingClient,
) -> None:
    member = make_member()
    sign_in(client, member)
    ours, other = make_organisation("Solidarité Gironde"), make_organisation("Appui des Landes")
    make_unit(ours, ("33",))
    make_service(ours, Subject.CASH_FLOW)
    make_service(other, Subject.CASH_FLOW)
    page = client.get("/annuaire?besoin=cash_flow&departement=33&tri=delay").text
    assert "/annuaire/export.csv?besoin=cash_flow&amp;departement=33" in page
    answer = client.get("/annuaire/export.csv?besoin=cash_flow&departement=33&tri=delay")
    header, line = answer.text.lstrip("\ufeff").splitlines()
    assert header.startswith('"Structure";"Nature";')
    assert '"Solidarité Gironde";"Association"' in line and '"Gironde (33)"' in line
    with seeding() as session:
        [event] = session.scalars(
            select(JournalEvent).where(JournalEvent.action == "directory.exported")
        )
    assert (event.user_id, event.details) == (member.user_id, {"organisations": 1})


@pytest.mark.parametrize("number", [1, 3])
def test_directory_takes_as_many_statements_whatever_its_length(
    client: InspectingClient, number: int
) -> None:
    sign_in(client, make_member())
    for _ in range(number):
        make_unit(organisation := make_organisation())
        make_service(organisation, Subject.BANK)
    client.get("/annuaire?besoin=bank")
    with recorded_statements() as statements:
        client.get("/annuaire?besoin=bank")
    assert len([s for s in statements if "organisation" in s or "ref_" in s]) == 5, statements


def test_organisation_page_shows_who_answers_and_whom_it_helps(client: InspectingClient) -> None:
    organisation = make_organisation("Entraide")
    seat = make_seat(organisation)
    make_unit(organisation)
    service = make_service(organisation, Subject.CASH_FLOW)
    away = make_member(seat, user=make_user("Alix Absente"))
    deputy = make_member(seat, user=make_user("Dana Remplaçante"))
    with seeding() as session:
        session.add(Correspondent(service_id=service.id, membership_id=away.id))
        session.add(absence_now(away, deputy))
        session.add(small_companies(organisation))
    sign_in(client, make_member())
    page = client.get(f"/annuaire/{organisation.id}").text
    for words in ("Alix Absente", "Dana Remplaçante", "Moins de 25 salariés", "Gironde (33)"):
        assert words in page
    assert "Modifier la fiche" not in page


def absence_now(away: Membership, deputy: Membership) -> Absence:
    from datetime import timedelta

    from app import clock

    today = clock.today()
    return Absence(
        membership_id=away.id,
        deputy_id=deputy.id,
        starts_on=today - timedelta(days=1),
        ends_on=today + timedelta(days=3),
    )


def small_companies(organisation: Organisation) -> RoutingRule:
    return RoutingRule(
        organisation_id=organisation.id,
        field=RuleField.HEADCOUNT,
        operator=RuleOperator.BELOW,
        value=25,
        effect=RuleEffect.REQUIRE,
        reason="Moins de 25 salariés",
    )


def test_structure_is_for_managers_and_administrators(client: InspectingClient) -> None:
    sign_in(client, make_member())
    assert client.get("/structure").status_code == 403


@pytest.mark.parametrize(
    ("role", "side", "count"),
    [
        (Role.MANAGER, Side.AID, 6),
        (Role.MANAGER, Side.RECOVERY, 6),
        (Role.PLATFORM_ADMIN, Side.AID, 4),
    ],
)
def test_every_tab_of_the_structure_opens(
    client: InspectingClient, role: Role, side: Side, count: int
) -> None:
    sign_in(client, make_member(make_seat(make_organisation("Urssaf Exemple"), side), role))
    tabs = client.get("/structure").text.partition('aria-label="Votre structure"')[2]
    addresses = re.findall(r'href="([^"]+)"', tabs.partition("</nav>")[0])
    assert len(addresses) == count
    assert {client.get(address).status_code for address in addresses} == {200}


def test_manager_of_another_organisation_is_refused_everywhere(
    client: InspectingClient, manager: Membership
) -> None:
    other = make_organisation("Voisine")
    unit, service = make_unit(other), make_service(other, Subject.BANK)
    for path in (f"/structures/{other.id}", f"/antennes/{unit.id}/modifier"):
        assert client.get(path).status_code == 403
    for path in (
        f"/structures/{other.id}/modifier",
        f"/structures/{other.id}/verifier",
        f"/structures/{other.id}/antennes/nouvelle",
        f"/structures/{other.id}/services/nouveau",
        f"/structures/{other.id}/regles/nouvelle",
        f"/antennes/{unit.id}/fermer",
        f"/services/{service.id}/modifier",
        f"/services/{service.id}/retirer",
    ):
        assert client.post(path).status_code == 403, path
    assert client.post("/administration/structures/nouvelle").status_code == 403
    assert actions() == []


def test_manager_describes_the_organisation(client: InspectingClient, manager: Membership) -> None:
    organisation = organisation_of(manager)
    assert "Il reste à" in client.get("/structure").text
    values = {
        "purpose": "Écoute et entraide.",
        "phone": "05 56 00 00 00",
        "email": "",
        "website": "",
    }
    answer = client.post(f"/structures/{organisation.id}/modifier", data=values)
    assert answer.status_code == 302
    page = client.get("/structure").text
    assert "Écoute et entraide." in page
    assert "Vérifié" in page
    assert actions() == ["organisation.changed"]


def test_wrong_input_is_given_back(client: InspectingClient, manager: Membership) -> None:
    path = f"/structures/{organisation_of(manager).id}/modifier"
    answer = client.post(path, data={"purpose": "Gardé", "email": "sans arobase"})
    assert answer.status_code == 422
    assert "Gardé" in answer.text
    assert "pas complète" in answer.text
    assert actions() == []


def unit_values(**more: object) -> dict[str, object]:
    values = {"name": "Antenne de Pau", "level": "departmental", "departments": "64, Landes"}
    return values | {"hours_0": "9h-12h, 14h-17h"} | more


def test_manager_opens_then_changes_a_unit(client: InspectingClient, manager: Membership) -> None:
    organisation = organisation_of(manager)
    path = f"/structures/{organisation.id}/antennes/nouvelle"
    assert client.get(path).status_code == 200
    assert client.post(path, data=unit_values()).status_code == 302
    with seeding() as session:
        unit = session.scalars(select(Unit)).one()
    page = client.get(f"/antennes/{unit.id}/modifier").text
    assert "40, 64" in page
    assert "9\u00a0h – 12\u00a0h, 14\u00a0h – 17\u00a0h" in page
    changed = unit_values(departments="64", hours_0="9\u00a0h – 12\u00a0h", hours_1="8:00 à 17:00")
    assert client.post(f"/antennes/{unit.id}/modifier", data=changed).status_code == 302
    page = client.get("/structure").text
    assert "Pyrénées-Atlantiques (64)" in page
    assert "Landes" not in page
    assert "mardi 8\u00a0h – 17\u00a0h" in page
    assert actions() == ["unit.opened", "unit.changed"]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"departments": "Atlantide"}, "n’est pas un département"),
        ({"hours_0": "matin"}, "pas lisibles"),
        ({"hours_0": "17h-9h"}, "après l’ouverture"),
        ({"hours_0": "9h-12h, 11h-13h"}, "chevauchent"),
        ({"communes": "Xyzzyville"}, "Commune non reconnue"),
        ({"name": ""}, "Donnez un nom"),
    ],
)
def test_unit_refused_with_a_sentence(
    client: InspectingClient, manager: Membership, wrong: dict[str, object], sentence: str
) -> None:
    path = f"/structures/{organisation_of(manager).id}/antennes/nouvelle"
    answer = client.post(path, data=unit_values(**wrong))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Antenne de Pau" in answer.text or "name" in wrong


def test_the_last_unit_stays_open(client: InspectingClient, manager: Membership) -> None:
    unit = make_unit(organisation_of(manager))
    client.post(f"/antennes/{unit.id}/fermer")
    assert "seule antenne ouverte" in client.get("/structure").text
    assert actions() == []


def test_manager_offers_and_withdraws_a_service(
    client: InspectingClient, manager: Membership
) -> None:
    organisation = organisation_of(manager)
    values = {"subject": "cash_flow", "name": "Entretien d’écoute", "unit": ""}
    path = f"/structures/{organisation.id}/services/nouveau"
    assert client.get(path).status_code == 200
    assert client.post(path, data=values).status_code == 302
    with seeding() as session:
        service = session.scalars(select(Service)).one()
    client.post(f"/services/{service.id}/retirer")
    assert "Retiré" in client.get("/structure").text
    assert actions() == ["service.added", "service.withdrawn"]


def test_manager_writes_and_removes_a_rule(client: InspectingClient, manager: Membership) -> None:
    path = f"/structures/{organisation_of(manager).id}/regles/nouvelle"
    assert "Nombre de salariés" in client.get(path).text
    values = {"operator": "below", "value": "beaucoup", "effect": "require", "reason": "Petites"}
    assert client.post(f"{path}?sur=headcount", data=values).status_code == 422
    values["value"] = "25"
    assert client.post(f"{path}?sur=headcount", data=values).status_code == 302
    with seeding() as session:
        rule = session.scalars(select(RoutingRule)).one()
    assert (rule.operator, rule.value) == (RuleOperator.BELOW, 25)
    assert "Nombre de salariés\u00a0: moins de 25" in client.get("/structure").text
    client.post(f"/regles/{rule.id}/retirer")
    assert actions() == ["routing_rule.added", "routing_rule.removed"]


def test_administration_opens_suspends_and_resumes(client: InspectingClient) -> None:
    sign_in(client, make_member(role=Role.PLATFORM_ADMIN))
    path = "/administration/structures/nouvelle"
    assert client.get(path).status_code == 200
    values = {"name": "Urssaf d’exemple", "kind": "urssaf", "has_recovery": "y"}
    answer = client.post(path, data=values)
    assert client.get(answer.location).status_code == 200
    assert client.post(path, data=values | {"name": "URSSAF d'Exemple"}).status_code == 422
    wrong = client.post(path, data={"name": "Entraide", "kind": "association", "has_recovery": "y"})
    assert "organismes créanciers" in wrong.text
    with seeding() as session:
        made = session.scalars(
            select(Organisation).where(Organisation.kind == OrganisationKind.URSSAF)
        ).one()
        sides = session.scalars(select(Seat.side).where(Seat.organisation_id == made.id))
        assert sorted(side.value for side in sides) == ["aid", "recovery"]
    client.post(f"/administration/structures/{made.id}/suspendre")
    assert "Suspendue" in client.get("/administration").text
    client.post(f"/administration/structures/{made.id}/reprendre")
    assert actions() == ["organisation.opened", "organisation.suspended", "organisation.resumed"]
