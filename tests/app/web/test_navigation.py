"""The menu: by role, and only what is installed."""

from importlib import import_module
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask, url_for

from app.web.links import MOST_PREFIXES, page_url, url_with, url_with_nothing
from app.web.navigation import drawn_navigation, navigation


@pytest.mark.parametrize(
    ("role", "labels"),
    [
        ("adviser", ["Aujourd’hui", "Dossiers"]),
        ("manager", ["Aujourd’hui", "Dossiers", "Structure"]),
        ("mediator", ["Aujourd’hui"]),
        ("observer", ["Aujourd’hui"]),
        ("auditor", ["Aujourd’hui"]),
    ],
)
def test_menu_depends_on_the_role(app: Flask, role: str, labels: list[str]) -> None:
    with app.test_request_context("/desk.today"):
        links = navigation(SimpleNamespace(role=role))
    assert [link.label for link in links] == labels
    assert links[0].is_current


def test_an_entry_stays_current_on_the_pages_below_it(app: Flask) -> None:
    app.add_url_rule("/casework.list_cases/<number>", "casework.show", lambda number: number)
    with app.test_request_context("/casework.list_cases/7"):
        links = navigation(SimpleNamespace(role="adviser"))
    assert [(link.is_current, link.is_page) for link in links] == [(False, False), (True, False)]


def test_nobody_has_no_menu(app: Flask) -> None:
    with app.test_request_context("/desk.today"):
        assert navigation(None) == []


def test_address_keeps_its_other_arguments(app: Flask) -> None:
    with app.test_request_context("/desk.today?q=pain&phase=a&phase=b&page=2"):
        assert url_with(page=3) == "/desk.today?q=pain&phase=a&phase=b&page=3"
        assert url_with(page=None, q=None) == "/desk.today?phase=a&phase=b"
        assert url_with_nothing() == "/desk.today"


@pytest.mark.parametrize(("side", "sends"), [("aid", True), ("recovery", False)])
def test_the_recovery_side_sends_no_referral(
    app: Flask, monkeypatch: pytest.MonkeyPatch, side: str, sends: bool
) -> None:
    module = import_module("app.web.navigation")
    monkeypatch.setattr(module, "has_page", lambda endpoint: True)
    monkeypatch.setattr(module, "lasting_url", lambda endpoint: f"/{endpoint}")
    with app.test_request_context("/desk.today"):
        links = navigation(SimpleNamespace(role="adviser", side=side))
    assert any(link.label == "Nouvelle orientation" for link in links) is sends


def test_bars_are_drawn_once_for_whoever_sees_the_same(app: Flask) -> None:
    def drawn(role: str, path: str) -> str:
        with app.test_request_context(path):
            return drawn_navigation(SimpleNamespace(role=role, side="aid"))

    first = drawn("adviser", "/desk.today")
    assert drawn("adviser", "/desk.today") is first
    assert 'href="/desk.today" aria-current="page"' in first
    below = drawn("adviser", "/casework.list_cases")
    assert below.count('aria-current="page"') == first.count('aria-current="page"') == 2
    assert below != first != drawn("manager", "/desk.today")
    assert "Structure" not in first
    nowhere = drawn("adviser", "/casework.list_cases/nulle-part")
    assert 'href="/casework.list_cases" aria-current="true"' in nowhere


def test_bars_below_a_prefix_lead_below_it(app: Flask) -> None:
    environ = {"SCRIPT_NAME": "/relais"}
    with app.test_request_context("/desk.today", environ_overrides=environ):
        bars = drawn_navigation(SimpleNamespace(role="adviser", side="aid"))
        assert 'href="/relais/desk.today"' in bars


def test_addresses_of_rows_are_those_of_flask(app: Flask) -> None:
    app.add_url_rule("/lignes/<uuid:first>/<uuid:second>", "line", lambda first, second: "")
    app.add_url_rule("/pages/<name>", "named", lambda name: "")
    one, other, third = uuid4(), uuid4(), uuid4()
    asked: list[dict[str, Any]] = [
        {"endpoint": "line", "first": one, "second": other},
        {"endpoint": "line", "second": one, "first": other, "third": third},
        {"endpoint": "line", "first": one, "second": one},
        {"endpoint": "line", "first": one, "second": other, "_anchor": "bas"},
        {"endpoint": "line", "first": str(one), "second": other},
        {"endpoint": "desk.today", "dossier": one},
        {"endpoint": "desk.today", "q": None},
        {"endpoint": "desk.today"},
        {"endpoint": "named", "name": "été"},
    ]
    for environ in ({}, {"SCRIPT_NAME": "/relais"}):
        with app.test_request_context("/desk.today", environ_overrides=environ):
            for _ in range(2):
                assert [page_url(**one) for one in asked] == [url_for(**one) for one in asked]


def test_prefixes_made_up_fill_nothing(app: Flask) -> None:
    for number in range(50):
        environ = {"SCRIPT_NAME": f"/invente-{number}"}
        with app.test_request_context("/desk.today", environ_overrides=environ):
            assert page_url("desk.today") == f"/invente-{number}/desk.today"
    assert len(app.extensions["relais.built_once"]) == MOST_PREFIXES
