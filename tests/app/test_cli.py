"""The kernel's commands."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from app import factory
from app.actors import SYSTEM
from app.cli import commands
from app.db import unit_of_work
from app.jobs import OutboxStatus, enqueue
from app.journal import JournalEvent
from app.partitioning import CannotPartition, Part
from app.verifying import Break, BreakKind, Verdict
from config import Settings
from tests.support.acting import acting_as

Run = Callable[..., Result]
WHOLE = "journal: whole, {} sealed, {} not sealed yet, 0 erased at the end of their time\n"


@pytest.fixture
def run(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command of ``relais`` as a process of its own would: as the system."""
    found = {command.name: command for command in commands}
    monkeypatch.setitem(app.extensions, "relais.default_actor", SYSTEM)

    def invoke(name: str, *arguments: str) -> Result:
        with acting_as(SYSTEM):
            return app.test_cli_runner().invoke(found[name], arguments)

    return invoke


def write_event() -> None:
    """A committed event."""
    with acting_as(SYSTEM), unit_of_work() as session:
        event = JournalEvent(principal=SYSTEM.kind, action="case.read", object_type="case_file")
        session.add(event)


def test_outbox_status_as_json(run: Run) -> None:
    with acting_as(SYSTEM):
        enqueue("tests.tell", key="a", by=SYSTEM)
    result = run("outbox", "status", "--json")
    state = json.loads(result.output)
    assert state["counts"]["pending"] == 1
    assert state["oldest_due_seconds"] >= 0


def test_outbox_retry_says_how_many(run: Run) -> None:
    with acting_as(SYSTEM):
        row = enqueue("tests.tell", key="a", by=SYSTEM)
        row.status, row.last_error = OutboxStatus.DEAD, "OSError: away"
    status = run("outbox", "status").output
    assert f"{row.id}  dead       tests.tell: OSError: away" in status
    assert run("outbox", "retry").output == "1 to be sent again\n"


def test_journal_is_sealed_then_whole(run: Run) -> None:
    write_event()
    assert run("journal", "verify").output == WHOLE.format(0, 1)
    assert run("journal", "seal").output == "1 events sealed\n"
    result = run("journal", "verify")
    assert (result.exit_code, result.output) == (
        0,
        WHOLE.format(1, 0),
    )


@pytest.fixture
def parting(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Callable[..., list[Part]]], None]:
    """The journal command, told where the database is and what becomes of the parts."""

    def prepare(url: str, outcome: Callable[..., list[Part]]) -> None:
        settings = Settings(migrate_database_url=url)
        monkeypatch.setattr("app.cli.journal.load_settings", lambda: settings)
        monkeypatch.setattr("app.cli.journal.partition_journal", outcome)

    return prepare


def test_parts_of_the_journal_are_told(run: Run, parting: Any) -> None:
    ended = datetime(2027, 1, 1, tzinfo=UTC)
    parting(
        "a", lambda url, by, now: [Part(f"{url}_{by}", ended), Part("journal_event_rest", None)]
    )
    assert run("journal", "partition", "--by", "month").output.splitlines() == [
        "a_month                      until 2027-01-01",
        "journal_event_rest           the rest",
    ]


def test_a_journal_that_cannot_be_parted_says_why(run: Run, parting: Any) -> None:
    def refuse(*_arguments: object) -> list[Part]:
        raise CannotPartition("view everything rest on journal_event: put them aside first")

    parting("", refuse)
    assert run("journal", "partition").output == "Error: MIGRATE_DATABASE_URL is not set.\n"
    parting("a", refuse)
    result = run("journal", "partition")
    assert (result.exit_code, "view everything" in result.output) == (1, True)


def test_broken_journal_says_where_and_fails(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Verdict(3, 0, [Break(2, None, BreakKind.SEAL_MISSING)])
    monkeypatch.setattr("app.cli.journal.verify_journal", lambda: broken)
    result = run("journal", "verify")
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        "seal 2, event unknown: the seal is missing",
        "journal: broken at 1 place(s), 3 sealed, 0 not sealed yet,"
        " 0 erased at the end of their time",
    ]


def test_routes_say_the_policy_of_every_page(run: Run) -> None:
    found: list[dict[str, Any]] = json.loads(run("routes", "--json").output)
    health = next(route for route in found if route["endpoint"] == "kernel.healthz")
    expected = {"endpoint": "kernel.healthz", "methods": ["GET"], "rule": "/healthz"}
    assert health == {**expected, "policy": "public"}
    assert "kernel.healthz" in run("routes").output


def test_roles_are_printed_for_a_managed_server(run: Run) -> None:
    output = run("database", "roles", "--print", "--database", "relais_prod").output
    assert "CREATE ROLE relais_web LOGIN" in output
    assert "CREATE DATABASE relais_prod OWNER relais_owner" in output
    assert "PASSWORD '…'" in output


def test_periodic_jobs_are_listed(run: Run) -> None:
    assert "journal.seal" in run("beat", "--list").output


def test_the_command_line_offers_its_own_options_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLASK_APP", "nowhere:at_all")
    shown = CliRunner().invoke(factory.cli, ["--help"])
    assert shown.exit_code == 0 and "outbox" in shown.output
    options = re.findall(r"^ +(-.*?)(?:  |$)", shown.output.split("Commands:")[0], re.MULTILINE)
    assert options == ["--help"]
    for option in ("--debug", "--app", "-A", "-e", "--env-file"):
        refused = CliRunner().invoke(factory.cli, [option, "x", "routes"])
        assert refused.exit_code == 2 and "No such option" in refused.output


def test_restore_of_a_missing_file_refused(run: Run) -> None:
    result = run("restore", "/nowhere/relais.dump")
    assert result.exit_code == 2
    assert "does not exist" in result.output
