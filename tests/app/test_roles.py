"""Roles printed for managed servers, and logins the site must not run on."""

import psycopg
import pytest

from app.embedded.postgres import PostgresInfo
from app.roles import DEAD_CLIENTS, LOGINS, login_refusals, roles_sql, schema_sql


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


@pytest.mark.parametrize("login", ["relais_web", "relais_worker"])
def test_a_session_gives_up_what_it_waits_for_and_those_who_died(
    cluster: PostgresInfo, login: str
) -> None:
    """Kept with the role: whatever the server is, and behind a pooler."""
    with cluster.connect_as_superuser() as connection:
        asked = "SELECT rolconfig FROM pg_roles WHERE rolname = %s"
        [kept] = connection.execute(asked, [login]).fetchone() or [None]
    expected = {"search_path": "public", **LOGINS[login]}
    assert dict(line.split("=", 1) for line in kept) == expected
    assert {"lock_timeout", "idle_in_transaction_session_timeout", *DEAD_CLIENTS} <= set(expected)


def test_a_session_signs_in_with_them(cluster: PostgresInfo, database: str) -> None:
    asked = "SELECT current_setting('client_connection_check_interval')"
    with psycopg.connect(cluster.dsn("relais_web", database)) as connection:
        assert connection.execute(asked).fetchone() == ("5s",)
