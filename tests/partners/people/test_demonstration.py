"""Demonstration mode: accounts one click each, the second factor that may be skipped."""

from flask import Flask
from sqlalchemy import select

from app.actors import Side
from partners.people.models import MemberSession, UserAccount
from tests.factories.people import make_member
from tests.partners.people.conftest import PASSWORD, Known
from tests.support.acting import seeding
from tests.support.pages import InspectingClient


def test_demonstration_accounts_are_one_click_each(
    demonstration: Flask, client: InspectingClient, known: Known
) -> None:
    account = {
        "login": known.email,
        "name": "Camille",
        "role": "Conseillère",
        "organisation": "Exemple",
        "side": Side.AID.value,
    }
    demonstration.extensions["relais.demo_accounts"] = lambda: [account]
    assert known.email in client.get("/connexion").get_data(as_text=True)
    other = make_member()
    with seeding() as session:
        hidden = session.get_one(UserAccount, other.user_id).email
    assert client.post("/connexion/demonstration", data={"login": hidden}).status_code == 404
    answer = client.post("/connexion/demonstration", data={"login": known.email, "next": "/x"})
    assert answer.location == "/x"
    demonstration.config["RELAIS_DEMO"] = False
    assert client.post("/connexion/demonstration", data={"login": known.email}).status_code == 404


def test_the_second_factor_may_be_skipped_in_demonstration_only(
    demonstration: Flask, client: InspectingClient, known: Known
) -> None:
    client.post("/connexion", data={"email": known.email, "password": PASSWORD})
    assert "Passer cette étape" in client.get("/connexion/code").get_data(as_text=True)
    assert client.post("/connexion/sans-code").location == "/"
    with seeding() as session:
        assert session.scalars(
            select(MemberSession).where(MemberSession.revoked_at.is_(None))
        ).one()
