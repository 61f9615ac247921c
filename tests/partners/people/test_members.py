"""Running members: only one's own, with the password given lately; who leaves is out at once."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from app import clock
from app.actors import Role, Side
from app.jobs import Outbox
from app.journal import JournalEvent
from partners.organisations.enums import OrganisationKind
from partners.people.models import Absence, MemberSession, Membership, UserSecret
from tests.factories.casework import make_case
from tests.factories.organisations import make_organisation, make_seat, make_unit
from tests.factories.people import make_member, make_user
from tests.partners.people.conftest import make_known
from tests.support.acting import acting_as, actor_of, seeding
from tests.support.counting import recorded_statements
from tests.support.pages import InspectingClient
from tests.support.signing import sign_in


@pytest.fixture
def manager(app: Flask) -> Membership:
    """Someone responsible for a creditor with two sides."""
    organisation = make_organisation("Urssaf Exemple", OrganisationKind.URSSAF)
    make_seat(organisation, Side.RECOVERY)
    return make_member(make_seat(organisation), Role.MANAGER)


def make_colleague(manager: Membership, name: str = "Dominique Lebon", **more: Any) -> Membership:
    with seeding() as session:
        from partners.organisations.models import Seat

        seat = session.get_one(Seat, manager.seat_id)
    return make_member(seat, user=make_user(name), **more)


def reread(membership: Membership) -> Membership:
    with seeding() as session:
        return session.get_one(Membership, membership.id, populate_existing=True)


PAGES = ("", "/modifier", "/retirer", "/deplacer", "/double-verification")


@pytest.mark.parametrize("page", PAGES)
def test_the_manager_of_another_organisation_finds_nobody(
    client: InspectingClient, manager: Membership, page: str
) -> None:
    colleague = make_colleague(manager)
    sign_in(client, make_member(role=Role.MANAGER))
    path = f"/structure/membres/{colleague.id}{page}"
    assert sign_in(client.application.test_client(), manager).get(path).status_code == 200
    assert client.get(path).status_code == 404
    if page:
        assert client.post(path, data={"role": "manager"}).status_code == 404


@pytest.mark.parametrize("role", [r for r in Role if r not in (Role.MANAGER, Role.PLATFORM_ADMIN)])
def test_other_roles_run_nobody(client: InspectingClient, manager: Membership, role: Role) -> None:
    colleague = make_colleague(manager, role=role)
    sign_in(client, colleague)
    for path in ("membres", "absences", "invitations/nouvelle", f"membres/{colleague.id}"):
        assert client.get(f"/structure/{path}").status_code == 403


def test_a_sensitive_page_asks_for_the_password_again(
    client: InspectingClient, manager: Membership, password_hash: str
) -> None:
    known = make_known(manager, password_hash)
    colleague = make_colleague(manager)
    sign_in(client, manager)
    with seeding() as session:
        one = session.scalars(select(MemberSession)).one()
        one.fresh_at = clock.now() - timedelta(minutes=16)
    path = f"/structure/membres/{colleague.id}/modifier"
    asked = client.get(path)
    assert asked.location == f"/confirmer?next={path}"
    assert client.get(asked.location).status_code == 200
    before = client.get_cookie("relais_session")
    wrong = client.post("/confirmer", data={"password": "non", "next": path})
    assert wrong.status_code == 422
    right = client.post(
        "/confirmer", data={"password": "girafe tonnerre lavande ficelle", "next": path}
    )
    after = client.get_cookie("relais_session")
    assert right.location == path and before and after and before.value != after.value
    assert client.get(path).status_code == 200
    assert known.email


def test_a_new_role_ends_the_session(
    app: Flask, client: InspectingClient, manager: Membership
) -> None:
    colleague = make_colleague(manager)
    theirs = sign_in(app.test_client(), colleague)
    assert theirs.get("/mon-profil").status_code == 200
    sign_in(client, manager)
    path = f"/structure/membres/{colleague.id}/modifier"
    assert client.post(path, data={"role": "coordinator"}).status_code == 302
    assert reread(colleague).role is Role.COORDINATOR
    assert theirs.get("/mon-profil").status_code == 302
    assert client.post(path, data={"role": "platform_admin"}).status_code == 422


def test_a_unit_of_another_organisation_is_not_offered(
    client: InspectingClient, manager: Membership
) -> None:
    colleague, unit = make_colleague(manager), make_unit(make_organisation())
    sign_in(client, manager)
    path = f"/structure/membres/{colleague.id}/modifier"
    assert client.post(path, data={"role": "adviser", "unit": unit.id}).status_code == 422


def test_the_last_manager_stays(client: InspectingClient, manager: Membership) -> None:
    sign_in(client, manager)
    path = f"/structure/membres/{manager.id}"
    answer = client.post(f"{path}/modifier", data={"role": "adviser"})
    assert answer.status_code == 422
    assert "seule personne responsable" in answer.get_data(as_text=True)
    assert client.post(f"{path}/retirer").status_code == 403
    assert client.post(f"{path}/double-verification").status_code == 403


def test_who_leaves_is_out_at_once_and_a_colleague_takes_over(
    app: Flask, client: InspectingClient, manager: Membership
) -> None:
    leaving, heir = make_colleague(manager), make_colleague(manager, "Sacha Suivant")
    case = make_case(leaving)
    theirs = sign_in(app.test_client(), leaving)
    sign_in(client, manager)
    path = f"/structure/membres/{leaving.id}/retirer"
    unnamed = client.post(path, data={"successor": ""})
    assert unnamed.status_code == 422
    stranger = make_member()
    assert client.post(path, data={"successor": stranger.id}).status_code == 422
    assert client.post(path, data={"successor": heir.id}).location == "/structure/membres"
    assert reread(leaving).ended_at is not None
    assert theirs.get("/mon-profil").status_code == 302
    with seeding() as session:
        from cases.casework.models import CaseFile

        session.expire_all()
        assert session.get_one(CaseFile, case.id).lead_member_id == heir.id
        actions = session.scalars(select(JournalEvent.action)).all()
    assert {"member.ended", "member.cases_handed_over"} <= set(actions)
    assert client.post(path, data={"successor": heir.id}).status_code == 403


def test_changing_side_begins_another_membership(
    app: Flask, client: InspectingClient, manager: Membership
) -> None:
    moving, heir = make_colleague(manager), make_colleague(manager, "Sacha Suivant")
    theirs = sign_in(app.test_client(), moving)
    sign_in(client, manager)
    answer = client.post(f"/structure/membres/{moving.id}/deplacer", data={"successor": heir.id})
    assert answer.status_code == 302
    with seeding() as session:
        both = session.scalars(select(Membership).where(Membership.user_id == moving.user_id)).all()
    assert {bool(one.ended_at): one.seat_id == manager.seat_id for one in both} == {
        True: True,
        False: False,
    }
    assert theirs.get("/mon-profil").status_code == 302


def test_a_second_factor_is_reset_and_the_person_told(
    app: Flask, client: InspectingClient, manager: Membership, password_hash: str
) -> None:
    known = make_known(make_colleague(manager), password_hash)
    theirs = sign_in(app.test_client(), known.membership)
    sign_in(client, manager)
    path = f"/structure/membres/{known.membership.id}/double-verification"
    assert client.get(path).status_code == 200
    assert client.post(path).status_code == 302
    assert theirs.get("/mon-profil").status_code == 302
    with seeding() as session:
        session.expire_all()
        assert session.get_one(UserSecret, known.membership.user_id).totp_secret is None
        assert session.scalars(select(Outbox.kind)).all() == ["partners.people.tell_factor_reset"]
    again = theirs.post("/connexion", data={"email": known.email, "password": "x" * 12})
    assert again.status_code == 422
    data = {"email": known.email, "password": "girafe tonnerre lavande ficelle"}
    assert theirs.post("/connexion", data=data).location.startswith("/connexion/double-verif")


def test_the_database_itself_refuses_what_a_manager_may_not(manager: Membership) -> None:
    colleague, stranger = make_colleague(manager), make_member()
    mine, theirs = actor_of(manager), actor_of(stranger)
    at = {"at": clock.now(), "id": colleague.id}
    with acting_as(theirs) as session:
        for name in ("reset_second_factor", "end_sessions"):
            session.execute(text(f"SELECT {name}(:id, :at)"), at)
        update = text("UPDATE membership SET ended_at = :at WHERE id = :id")
        assert session.execute(update, at).rowcount == 0  # type: ignore[attr-defined]
    assert reread(colleague).ended_at is None
    rise = text("UPDATE membership SET role = 'platform_admin' WHERE id = :id")
    bring = text(
        "INSERT INTO membership (id, user_id, seat_id, role, job_title, created_at)"
        " VALUES (gen_random_uuid(), :user, :seat, 'adviser', '', :at)"
    )
    for statement, values in (
        (rise, {"id": colleague.id}),
        (bring, {"user": stranger.user_id, "seat": manager.seat_id, "at": clock.now()}),
        (text("UPDATE membership SET seat_id = :s WHERE id = :id"), {"s": stranger.seat_id, **at}),
    ):
        with pytest.raises(ProgrammingError), acting_as(mine) as session:
            session.execute(statement, values)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_members_costs_the_same(
    client: InspectingClient, manager: Membership, count: int
) -> None:
    for number in range(count):
        one = make_colleague(manager, f"Personne {number}")
        with seeding() as session:
            today = clock.today()
            session.add(Absence(membership_id=one.id, starts_on=today, ends_on=today))
    make_member()
    sign_in(client, manager)
    client.get("/structure/membres")
    with recorded_statements() as statements:
        page = client.get("/structure/membres").get_data(as_text=True)
    assert page.count("Absente jusqu’au") == count
    assert len(statements) == 7, statements


def test_members_are_searched_and_narrowed(client: InspectingClient, manager: Membership) -> None:
    make_colleague(manager, "Éloïse Dupré")
    make_colleague(manager, "Ancien Membre", ended_at=clock.now())
    sign_in(client, manager)
    found = client.get("/structure/membres?q=eloise&role=adviser&versant=aid").get_data(
        as_text=True
    )
    assert "Éloïse Dupré" in found and "Ancien Membre" not in found
    ended = client.get("/structure/membres?etat=ended").get_data(as_text=True)
    assert "Ancien Membre" in ended and "Éloïse Dupré" not in ended
    assert "Personne ne correspond" in client.get("/structure/membres?q=zz").get_data(as_text=True)


def test_absences_are_noted_with_a_deputy(client: InspectingClient, manager: Membership) -> None:
    away, deputy = make_colleague(manager), make_colleague(manager, "Sacha Suivant")
    sign_in(client, manager)
    days = {"starts_on": "2030-01-07", "ends_on": "11/01/2030"}
    typed = {**days, "member": away.id, "deputy": deputy.id}
    assert client.post("/structure/absences/nouvelle", data=typed).location == "/structure/absences"
    page = client.get("/structure/absences").get_data(as_text=True)
    assert "Sacha Suivant répond" in page
    twice = client.post("/structure/absences/nouvelle", data=typed)
    assert twice.status_code == 422 and "déjà notée" in twice.get_data(as_text=True)
    own = client.post("/structure/absences/nouvelle", data={**typed, "deputy": away.id})
    assert own.status_code == 422
    with seeding() as session:
        absence = session.scalars(select(Absence)).one()
    path = f"/absences/{absence.id}"
    changed = {"starts_on": "2030-01-08", "ends_on": "2030-01-09", "deputy": ""}
    assert client.post(f"{path}/modifier", data=changed).status_code == 302
    stranger = sign_in(client.application.test_client(), make_member(role=Role.MANAGER))
    assert stranger.post(f"{path}/supprimer").status_code == 404
    assert client.post(f"{path}/supprimer").status_code == 302


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "sentence"),
    [
        ("2030-02-30", "2030-03-02", "Cette date n’existe pas"),
        ("2030-03-02", "2030-03-01", "Le dernier jour vient avant"),
        ("2020-03-02", "2020-03-04", "déjà passés"),
        ("", "2030-03-04", "Indiquez le premier jour"),
    ],
)
def test_impossible_days_are_refused(
    client: InspectingClient, manager: Membership, starts_on: str, ends_on: str, sentence: str
) -> None:
    sign_in(client, manager)
    typed = {"starts_on": starts_on, "ends_on": ends_on, "deputy": ""}
    answer = client.post("/mon-profil/absences/nouvelle", data=typed)
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)
