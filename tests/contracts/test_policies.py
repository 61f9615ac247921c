"""Every page has a policy, and the table of pages is the one that was read in review."""

from pathlib import Path

from flask import Flask

from app.routes import route_table
from app.security import policy_of

KNOWN = Path(__file__).with_name("routes.txt")


def test_every_endpoint_has_a_policy(shared_app: Flask) -> None:
    assert [e for e in shared_app.view_functions if policy_of(shared_app, e) is None] == []


def test_the_table_of_pages_is_the_reviewed_one(shared_app: Flask) -> None:
    assert route_table(shared_app) == KNOWN.read_text(encoding="utf-8")
