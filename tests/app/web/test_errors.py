"""Error pages: one h1, a French sentence, a way home; nothing typed is lost."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.web.errors import PAGES


@pytest.mark.parametrize("code", PAGES)
def test_each_error_has_its_page(client: FlaskClient, code: int) -> None:
    answer = client.get(f"/erreur/{code}")
    assert answer.status_code == code
    assert answer.text.count("<h1>") == 1
    assert "Revenir à l’accueil" in answer.text


def test_unknown_codes_use_the_nearest_page(client: FlaskClient) -> None:
    assert client.get("/erreur/418").status_code == 418
    assert client.get("/erreur/502").status_code == 502


@pytest.mark.parametrize(
    ("name", "status"),
    [("visible", 404), ("allowed", 403), ("gone", 410), ("many", 429), ("other", 409)],
)
def test_refusals_have_their_status(client: FlaskClient, name: str, status: int) -> None:
    assert client.get(f"/refus/{name}").status_code == status


def test_expired_form_gives_back_the_text_without_secrets(client: FlaskClient) -> None:
    data = {"note": "Rappeler <mardi>", "password": "secret-long", "csrf_token": "abc", "n": "1"}
    answer = client.post("/envoi", data=data)
    assert answer.status_code == 400
    assert "Rappeler &lt;mardi&gt;" in answer.text
    assert "secret-long" not in answer.text
    assert "Votre session a expiré" in answer.text


@pytest.mark.parametrize("state", ["55P03", "57014", "40P01", "away"])
def test_a_database_that_waits_or_is_away_gives_back_what_was_typed(
    app: Flask, client: FlaskClient, state: str
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    answer = client.post(f"/base/{state}", data={"note": "Rappeler mardi", "password": "secret"})
    assert answer.status_code == 503 and answer.headers["Retry-After"] == "5"
    assert "Rappeler mardi" in answer.text and "secret" not in answer.text
    assert ("Trop de monde à la fois" in answer.text) is (state != "away")
