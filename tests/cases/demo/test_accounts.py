"""Accounts that are listed and offered: known without the database, and true in it."""

from collections.abc import Callable
from typing import Any

import pyotp
import pytest
from flask import Flask

from app.actors import Role
from cases.demo.accounts import list_accounts, offered_accounts
from partners.people.proofs import open_secret

Ask = Callable[..., list[Any]]


def test_accounts_say_what_signs_in() -> None:
    accounts = list_accounts()
    assert {"login", "password", "totp_secret", "role", "organisation", "side"} == set(accounts[0])
    assert len({one["login"] for one in accounts}) == len(accounts) >= 60
    assert {one["role"] for one in accounts} == set(map(str, Role))
    assert len(pyotp.TOTP(accounts[0]["totp_secret"]).now()) == 6


def test_the_recovery_side_of_an_aid_organisation_has_accounts() -> None:
    sides = {one["side"] for one in list_accounts() if one["organisation"] == "Urssaf Aquitaine"}
    assert sides == {"aid", "recovery"}


def test_offered_accounts_are_some_of_them() -> None:
    offered = offered_accounts()
    assert {one["login"] for one in offered} <= {one["login"] for one in list_accounts()}
    assert 10 <= len(offered) <= 40
    assert {"login", "name", "role", "organisation", "side"} == set(offered[0])


@pytest.mark.commits
def test_listed_accounts_are_those_of_the_database(ask: Ask, demo_app: Flask) -> None:
    known = {one["login"]: one for one in list_accounts()}
    rows = ask(
        "SELECT u.email, s.user_id, s.totp_secret FROM user_account u"
        " JOIN user_secret s ON s.user_id = u.id"
    )
    assert {row.email for row in rows} == set(known)
    for row in rows:
        assert open_secret(row.user_id, row.totp_secret) == known[row.email]["totp_secret"]
