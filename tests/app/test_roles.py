"""Roles printed for managed servers, and logins the site must not run on."""

import pytest

from app.roles import login_refusals, roles_sql, schema_sql


def test_printed_roles_carry_no_password() -> None:
    printed = roles_sql()
    assert "-- ALTER ROLE relais_web PASSWORD '…';" in printed
    assert "CREATE ROLE relais_owner NOLOGIN NOSUPERUSER" in printed


def test_password_is_quoted() -> None:
    passwords = dict.fromkeys(
        ("relais_migrate", "relais_web", "relais_worker", "relais_backup"), "it's"
    )
    assert "PASSWORD 'it''s'" in roles_sql(passwords)


def test_only_owner_and_definer_create() -> None:
    grants = [line for line in schema_sql("relais").splitlines() if "GRANT CREATE" in line]
    assert grants == ["GRANT CREATE ON SCHEMA public TO relais_owner, relais_definer;"]


@pytest.mark.parametrize(
    ("facts", "count"),
    [
        ((False, False, True), 0),
        ((True, False, True), 1),
        ((False, True, True), 1),
        ((False, False, False), 1),
        ((True, True, False), 3),
    ],
)
def test_login_is_refused_for_each_fault(facts: tuple[bool, bool, bool], count: int) -> None:
    assert len(login_refusals(*facts)) == count
