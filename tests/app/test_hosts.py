"""Requests for another host, and the headers that every answer carries."""

import pytest
from flask import Flask

from app.security import HEADERS


@pytest.mark.parametrize("path", ["/connexion", "/healthz", "/nulle-part"])
def test_another_host_is_refused_in_words(
    app: Flask, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setitem(app.config, "TRUSTED_HOSTS", ["relais.example"])
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    client = app.test_client()
    answer = client.get(path, headers={"Host": "ailleurs.example"}, follow_redirects=False)
    assert answer.status_code == 400 and "ailleurs" not in answer.text


@pytest.mark.parametrize(
    "path", ["/connexion", "/nulle-part", "/dossiers", "/static/css/tokens.css"]
)
def test_every_answer_carries_the_headers(app: Flask, path: str) -> None:
    with app.test_client().get(path) as answer:
        stored = answer.headers.get("Cache-Control", "")
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert (stored == "no-store") is (not path.startswith("/static"))
