"""Invitations and forgotten passwords: by their links, from asking to being in."""

import re
from datetime import timedelta

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.actors import Role
from app.db import db
from app.jobs import NoLongerDue, Outbox
from app.links import Link, LinkPurpose
from partners.people import proofs, tasks
from partners.people.models import (
    Invitation,
    Membership,
    RecoveryCode,
    UserAccount,
    UserSecret,
)
from tests.factories.organisations import make_organisation, make_seat
from tests.factories.people import make_member
from tests.partners.people.conftest import PASSWORD, Known, make_link
from tests.support.acting import SEEDER, acting_as, seeding
from tests.support.pages import InspectingClient
from tests.support.signing import sign_in

NEW = "horloge bambou cerise tracteur"


def make_invitation(manager: Membership, email: str = "nouvelle@exemple.test") -> Invitation:
    with seeding() as session:
        made = Invitation(
            email=email,
            full_name="Alix Nouvelle",
            seat_id=manager.seat_id,
            role=Role.ADVISER,
            invited_by=manager.user_id,
        )
        session.add(made)
    return made


@pytest.fixture
def manager(app: Flask) -> Membership:
    """Someone responsible for an organisation."""
    return make_member(make_seat(make_organisation("Association Exemple")), Role.MANAGER)


def test_a_manager_invites_by_mail(client: InspectingClient, manager: Membership) -> None:
    sign_in(client, manager)
    typed = {"email": "Nouvelle@Exemple.test", "full_name": "Alix Nouvelle", "role": "adviser"}
    answer = client.post("/structure/invitations/nouvelle", data={**typed, "seat": manager.seat_id})
    assert answer.location == "/structure/membres"
    assert "Alix Nouvelle" in client.get("/structure/membres").get_data(as_text=True)
    again = client.post("/structure/invitations/nouvelle", data={**typed, "seat": manager.seat_id})
    assert again.status_code == 422
    assert "attend déjà cette personne" in again.get_data(as_text=True)
    with seeding() as session:
        row = session.scalars(select(Outbox)).one()
        made = session.scalars(select(Invitation)).one()
    assert (row.kind, row.payload) == (
        "partners.people.send_invitation",
        {"invitation_id": str(made.id)},
    )
    assert made.email == "nouvelle@exemple.test"


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("email", "nouvelle", "n’est pas complète"),
        ("role", "platform_admin", "choix valide"),
        ("role", "", "Choisissez un rôle"),
    ],
)
def test_an_invitation_is_checked(
    client: InspectingClient, manager: Membership, field: str, value: str, sentence: str
) -> None:
    sign_in(client, manager)
    typed = {"email": "a@exemple.test", "full_name": "Alix", "role": "adviser"}
    data = {**typed, "seat": manager.seat_id, field: value}
    answer = client.post("/structure/invitations/nouvelle", data=data)
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)


def test_nobody_invites_into_another_organisation(
    client: InspectingClient, manager: Membership
) -> None:
    other = make_organisation("Ailleurs")
    seat = make_seat(other)
    sign_in(client, manager)
    assert client.get(f"/structure/invitations/nouvelle?structure={other.id}").status_code == 404
    data = {"email": "a@b.test", "full_name": "A", "role": "adviser", "seat": seat.id}
    assert client.post("/structure/invitations/nouvelle", data=data).status_code == 422


def test_the_mail_carries_a_link_made_when_it_leaves(
    app: Flask, manager: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, str, str]] = []
    monkeypatch.setattr(tasks, "send_mail", lambda to, s, t, message_id: sent.append((to, s, t)))
    invitation = make_invitation(manager)
    row = Outbox(kind="x", payload={"invitation_id": str(invitation.id)})
    with acting_as(SEEDER) as session:
        tasks.send_invitation(row)
        session.flush()
        link = session.scalars(select(Link)).one()
    ((to, subject, text),) = sent
    assert (to, subject) == (invitation.email, "Association Exemple vous invite sur Relais")
    token = re.search(r"/invitations/(\S+)", text)
    assert token and link.token_hash not in text
    assert link.object_id == invitation.id
    with seeding() as session:
        session.get_one(Invitation, invitation.id).revoked_at = clock.now()
    with pytest.raises(NoLongerDue), acting_as(SEEDER):
        db.session.expire_all()
        tasks.send_invitation(row)


def test_an_invitation_becomes_a_member(client: InspectingClient, manager: Membership) -> None:
    invitation = make_invitation(manager)
    make_link(LinkPurpose.INVITATION, invitation.id, "jeton")
    assert "Association Exemple" in client.get("/invitations/jeton").get_data(as_text=True)
    typed = {"full_name": "Alix Nouvelle", "password": NEW, "again": NEW}
    assert (
        client.post("/invitations/jeton", data=typed).location == "/connexion/double-verification"
    )
    page = client.get("/connexion/double-verification").get_data(as_text=True)
    sealed = re.search(r'name="sealed"[^>]*value="([^"]+)"', page)
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
    assert sealed and secret and "data:image/svg+xml" in page
    bare = secret.group(1).replace(" ", "")
    wrong = client.post(
        "/connexion/double-verification", data={"totp_code": "000000", "sealed": sealed.group(1)}
    )
    assert wrong.status_code == 422
    assert secret.group(1) in wrong.get_data(as_text=True)
    right = {"totp_code": pyotp.TOTP(bare).at(clock.now()), "sealed": sealed.group(1)}
    codes = client.post("/connexion/double-verification", data=right)
    assert codes.get_data(as_text=True).count("<li><code>") == 10
    assert client.get("/mon-profil").status_code == 200
    with seeding() as session:
        account = session.scalars(
            select(UserAccount).where(UserAccount.email == invitation.email)
        ).one()
        kept = session.get_one(UserSecret, account.id)
        assert proofs.open_secret(account.id, kept.totp_secret or b"") == bare
        assert len(session.scalars(select(RecoveryCode)).all()) == 10
        member = session.scalars(select(Membership).where(Membership.user_id == account.id)).one()
        assert (member.seat_id, member.role) == (manager.seat_id, Role.ADVISER)
    assert client.get("/invitations/jeton").status_code == 410


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("court", "au moins 12 caractères"),
        ("a" * 129, "au plus 128"),
        ("nouvelle lavande 7431", "N’y mettez ni votre nom"),
        ("association lavande 7431", "N’y mettez ni votre nom"),
        ("motdepasse2026", "trop facile à deviner"),
    ],
)
def test_a_weak_password_is_refused(
    client: InspectingClient, manager: Membership, password: str, sentence: str
) -> None:
    invitation = make_invitation(manager)
    make_link(LinkPurpose.INVITATION, invitation.id, "jeton")
    typed = {"full_name": "Alix Nouvelle", "password": password, "again": password}
    answer = client.post("/invitations/jeton", data=typed)
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)
    assert password not in answer.get_data(as_text=True) or len(password) < 6


def test_links_that_no_longer_serve_say_so(client: InspectingClient, manager: Membership) -> None:
    invitation = make_invitation(manager)
    past = clock.now() - timedelta(seconds=1)
    make_link(LinkPurpose.INVITATION, invitation.id, "perime", expires_at=past)
    make_link(LinkPurpose.INVITATION, invitation.id, "bon")
    for token in ("perime", "Bon", "bon2", "inconnu"):
        answer = client.get(f"/invitations/{token}")
        assert answer.status_code == 410
        assert "n’est plus valable" in answer.get_data(as_text=True)
    assert client.get("/mot-de-passe/bon").status_code == 410
    with seeding() as session:
        session.get_one(Invitation, invitation.id).revoked_at = clock.now()
    assert client.get("/invitations/bon").status_code == 410


def test_someone_with_an_account_joins_a_second_organisation(
    client: InspectingClient, manager: Membership, known: Known
) -> None:
    invitation = make_invitation(manager, known.email)
    make_link(LinkPurpose.INVITATION, invitation.id, "jeton")
    page = client.get("/invitations/jeton").get_data(as_text=True)
    assert "/invitations/jeton/rejoindre" in page
    typed = {"full_name": "Voleur", "password": NEW, "again": NEW}
    assert client.post("/invitations/jeton", data=typed).status_code == 410
    intruder = make_member()
    sign_in(client, intruder)
    assert client.get("/invitations/jeton/rejoindre").status_code == 410
    assert client.post("/invitations/jeton/rejoindre").status_code == 410
    sign_in(client, known.membership)
    assert "Association Exemple" in client.get("/invitations/jeton/rejoindre").get_data(
        as_text=True
    )
    assert client.post("/invitations/jeton/rejoindre").location == "/"
    profile = client.get("/mon-profil").get_data(as_text=True)
    assert "Association Exemple" in profile and "Agir pour elle" in profile
    back = client.post("/mes-structures", data={"membership_id": known.membership.id})
    assert back.status_code == 302
    assert client.post("/mes-structures", data={"membership_id": manager.id}).status_code == 410


def test_a_manager_takes_an_invitation_back_or_sends_it_again(
    client: InspectingClient, manager: Membership
) -> None:
    invitation = make_invitation(manager)
    make_link(LinkPurpose.INVITATION, invitation.id, "jeton")
    sign_in(client, make_member(role=Role.MANAGER))
    for verb in ("renvoyer", "annuler"):
        assert client.post(f"/structure/invitations/{invitation.id}/{verb}").status_code == 404
    sign_in(client, manager)
    for verb in ("renvoyer", "annuler"):
        assert client.post(f"/structure/invitations/{invitation.id}/{verb}").status_code == 302
    assert client.post(f"/structure/invitations/{invitation.id}/annuler").status_code == 404
    assert client.get("/invitations/jeton").status_code == 410


def test_a_forgotten_password_answers_the_same_for_everyone(
    client: InspectingClient, known: Known
) -> None:
    pages = []
    for email in (known.email, "personne@ailleurs.test"):
        answer = client.post("/mot-de-passe-oublie", data={"email": email})
        assert answer.status_code == 200
        pages.append(answer.get_data(as_text=True).replace(email, "x"))
    assert pages[0] == pages[1]
    with seeding() as session:
        rows = session.scalars(select(Outbox)).all()
    assert [row.kind for row in rows] == ["partners.people.send_reset"] * 2


def test_a_new_password_ends_every_session(
    app: Flask, client: InspectingClient, known: Known
) -> None:
    sign_in(client, known.membership)
    make_link(LinkPurpose.PASSWORD_RESET, known.membership.user_id, "oubli")
    other = app.test_client()
    assert other.get("/mot-de-passe/oubli").status_code == 200
    assert other.post("/mot-de-passe/oubli", data={"password": NEW}).status_code == 422
    assert client.get("/mon-profil").status_code == 200
    typed = {"password": NEW, "again": NEW}
    assert other.post("/mot-de-passe/oubli", data=typed).location == "/connexion"
    assert client.get("/mon-profil").status_code == 302
    assert other.post("/mot-de-passe/oubli", data=typed).status_code == 410
    old = other.post("/connexion", data={"email": known.email, "password": PASSWORD})
    assert old.status_code == 422
    new = other.post("/connexion", data={"email": known.email, "password": NEW})
    assert new.location.startswith("/connexion/code")


def test_an_account_without_password_chooses_its_first(client: InspectingClient) -> None:
    member = make_member()
    make_link(LinkPurpose.PASSWORD_RESET, member.user_id, "oubli")
    typed = {"password": NEW, "again": NEW}
    assert client.post("/mot-de-passe/oubli", data=typed).location == "/connexion"
    with seeding() as session:
        assert proofs.verify_password(
            session.get_one(UserSecret, member.user_id).password_hash, NEW
        )
