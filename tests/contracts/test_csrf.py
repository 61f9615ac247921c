"""Nothing is done for a form that another site sent: every POST wants its token."""

import uuid

import pytest
from flask import Flask
from werkzeug.routing import Rule

from app.actors import Role
from app.security import policy_of
from tests.factories.people import make_member
from tests.support.signing import COOKIE, open_session


def posts(app: Flask) -> list[Rule]:
    """Every address that takes a form."""
    return [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]


def path_of(app: Flask, rule: Rule) -> str:
    """An address of this rule, about something that does not exist."""
    values = {name: "commencer" if name == "verb" else str(uuid.uuid4()) for name in rule.arguments}
    typed = {n: uuid.UUID(v) if n.endswith("_id") else v for n, v in values.items()}
    return str(app.url_map.bind("localhost").build(rule.endpoint, typed, method="POST"))


def test_a_form_without_its_token_is_refused_everywhere(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    sessions = [open_session(make_member(role=role)) for role in Role]
    rules = [r for r in posts(app) if not (p := policy_of(app, r.endpoint)) or not p.purpose]
    found = {}
    for rule in rules:
        path, answers = path_of(app, rule), set()
        for session in sessions:
            client = app.test_client()
            client.set_cookie(COOKIE, session, domain="localhost")
            with client.post(path, data={"login": "x"}) as answer:
                answers.add(answer.status_code)
        found[rule.rule] = answers
    assert len(found) > 60
    assert {rule: answers for rule, answers in found.items() if 400 not in answers} == {}
    assert {rule: answers for rule, answers in found.items() if answers - {400, 403}} == {}
