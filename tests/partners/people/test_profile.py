"""One's own profile."""

from flask import Flask
from sqlalchemy import select

from app.jobs import Outbox
from partners.people.models import MemberSession, RecoveryCode, UserAccount
from tests.factories.people import make_member
from tests.partners.people.conftest import PASSWORD, Known
from tests.support.acting import seeding
from tests.support.pages import InspectingClient
from tests.support.signing import sign_in

NEW = "horloge bambou cerise tracteur"


def test_the_profile_shows_oneself(client: InspectingClient, known: Known) -> None:
    sign_in(client, known.membership)
    page = client.get("/mon-profil").get_data(as_text=True)
    assert known.email in page and "Cette session" in page and "1\u00a0code restant" in page


def test_name_and_telephone_are_changed(client: InspectingClient, known: Known) -> None:
    sign_in(client, known.membership)
    assert client.post("/mon-profil/modifier", data={"full_name": ""}).status_code == 422
    typed = {"full_name": "Éloïse Dupré", "phone": "05 56 00 00 00"}
    assert client.post("/mon-profil/modifier", data=typed).status_code == 302
    with seeding() as session:
        account = session.get_one(UserAccount, known.membership.user_id, populate_existing=True)
    assert (account.full_name, account.folded_name) == ("Éloïse Dupré", "eloise dupre")


def test_a_new_password_needs_the_old_one_and_ends_other_sessions(
    app: Flask, client: InspectingClient, known: Known
) -> None:
    other = sign_in(app.test_client(), known.membership)
    sign_in(client, known.membership)
    typed = {"current": "faux", "password": NEW, "again": NEW}
    wrong = client.post("/mon-profil/mot-de-passe", data=typed)
    assert wrong.status_code == 422
    assert "ne correspond pas" in wrong.get_data(as_text=True)
    right = client.post("/mon-profil/mot-de-passe", data={**typed, "current": PASSWORD})
    assert right.status_code == 302
    assert client.get("/mon-profil").status_code == 200
    assert other.get("/mon-profil").status_code == 302
    with seeding() as session:
        assert session.scalars(select(Outbox.kind)).all() == [
            "partners.people.tell_password_changed"
        ]


def test_new_recovery_codes_replace_the_old_ones(client: InspectingClient, known: Known) -> None:
    sign_in(client, known.membership)
    assert client.get("/mon-profil/codes-de-secours").status_code == 200
    page = client.post("/mon-profil/codes-de-secours").get_data(as_text=True)
    assert page.count("<li><code>") == 10
    with seeding() as session:
        assert len(session.scalars(select(RecoveryCode)).all()) == 10


def test_one_closes_ones_own_sessions_only(
    app: Flask, client: InspectingClient, known: Known
) -> None:
    other = sign_in(app.test_client(), known.membership)
    foreign = sign_in(app.test_client(), make_member())
    with seeding() as session:
        theirs, mine = [
            session.scalars(select(MemberSession).where(condition)).one()
            for condition in (
                MemberSession.user_id != known.membership.user_id,
                MemberSession.user_id == known.membership.user_id,
            )
        ]
    sign_in(client, known.membership)
    assert client.post(f"/mon-profil/sessions/{theirs.id}/fermer").status_code == 404
    assert client.post(f"/mon-profil/sessions/{mine.id}/fermer").status_code == 302
    assert other.get("/mon-profil").status_code == 302
    assert foreign.get("/mon-profil").status_code == 200
