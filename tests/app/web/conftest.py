"""A bare application with the shared pages only: no database, no feature."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined
from sqlalchemy.exc import OperationalError

from app.errors import Gone, NotAllowed, NotVisible, Refusal, TooMany
from app.web import init_web

ROOT = Path(__file__).parents[3]
REFUSALS = {"visible": NotVisible, "allowed": NotAllowed, "gone": Gone, "many": TooMany}


@pytest.fixture
def app() -> Flask:
    """An application with two pages in its menu and pages that fail."""
    app = Flask("app", root_path=str(ROOT / "app"), template_folder=str(ROOT / "templates"))
    app.config.update(SECRET_KEY="for tests", TESTING=True, PROPAGATE_EXCEPTIONS=False)
    app.jinja_env.undefined = StrictUndefined
    CSRFProtect(app)
    init_web(app)
    for endpoint in ("desk.today", "casework.list_cases", "organisations.structure"):
        app.add_url_rule(f"/{endpoint}", endpoint, lambda: "")
    app.add_url_rule("/erreur/<int:code>", "fail", abort)
    app.add_url_rule("/refus/<name>", "refuse", _refuse)
    app.add_url_rule("/base/<state>", "ask", _ask_database, methods=["POST"])
    app.add_url_rule("/envoi", "send", lambda: "reçu", methods=["POST"])
    return app


def _refuse(name: str) -> str:
    raise REFUSALS.get(name, Refusal)()


def _ask_database(state: str) -> str:
    failure = psycopg.errors.lookup(state) if state != "away" else psycopg.OperationalError
    raise OperationalError("UPDATE", {}, failure())


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    """A browser without JavaScript."""
    with app.test_client() as client:
        yield client
