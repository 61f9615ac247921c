"""What the probes are told."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app import clock, health
from app.actors import SYSTEM
from app.db import db, unit_of_work
from app.jobs import OutboxStatus, enqueue
from app.pulses import RELAY, SCHEDULER, Pulse
from app.schedule import JobRun, Periodic
from tests.support.acting import acting_as
from tests.support.counting import recorded_statements
from tests.support.pages import InspectingClient


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> dict[str, Periodic]:
    """One periodic job, every ten minutes."""
    registry = {"a": Periodic("a", timedelta(minutes=10), lambda: None)}
    monkeypatch.setattr(health, "PERIODIC", registry)
    return registry


@pytest.fixture
def alive(app: Flask) -> Iterator[None]:
    """Relay and scheduler spoke two seconds ago."""
    speak(RELAY, timedelta(seconds=2))
    speak(SCHEDULER, timedelta(seconds=2))
    yield


def speak(name: str, ago: timedelta) -> None:
    """A process that was heard some time ago."""
    with acting_as(SYSTEM) as session:
        session.merge(Pulse(name=name, at=clock.now() - ago))


def ask(client: InspectingClient) -> tuple[int, dict[str, Any]]:
    """Status and body of the readiness page."""
    response = client.get("/readyz")
    return response.status_code, response.get_json()


def test_process_answers_without_the_database(client: InspectingClient) -> None:
    with recorded_statements() as statements:
        response = client.get("/healthz")
    assert (response.status_code, response.get_json()) == (200, {"status": "ok"})
    assert statements == []


@pytest.mark.usefixtures("alive")
def test_ready_when_every_part_is_heard(client: InspectingClient, jobs: dict[str, Any]) -> None:
    status, body = ask(client)
    assert status == 200
    parts = {name: body[name]["ok"] for name in ("database", "broker", "relay", "scheduler")}
    assert parts == {"database": True, "broker": True, "relay": True, "scheduler": True}
    assert 2 <= body["relay"]["age_seconds"] < 10
    assert body["outbox"] == {"waiting": 0, "dead": 0, "uncertain": 0, "oldest_due_seconds": 0.0}
    assert body["migrations"]["ok"]


@pytest.mark.usefixtures("alive")
@pytest.mark.parametrize("name", [RELAY, SCHEDULER])
def test_silent_process_is_told(client: InspectingClient, name: str) -> None:
    speak(name, timedelta(minutes=5))
    status, body = ask(client)
    assert (status, body["status"], body[name]["ok"]) == (503, "not ready", False)
    assert 300 <= body[name]["age_seconds"] < 310


def test_processes_never_heard_have_no_age(client: InspectingClient) -> None:
    status, body = ask(client)
    assert (status, body["relay"]) == (503, {"ok": False, "age_seconds": None})


@pytest.mark.usefixtures("alive")
def test_broker_away_is_told(client: InspectingClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "answers", lambda url: False)
    status, body = ask(client)
    assert (status, body["broker"]) == (503, {"ok": False, "age_seconds": None})


def test_broker_that_is_not_there_does_not_answer() -> None:
    assert not health.answers("redis+socket:///nowhere/valkey.sock")
    assert not health.answers("redis://127.0.0.1:9/0")


@pytest.mark.usefixtures("alive")
def test_what_is_stuck_or_late_is_told(client: InspectingClient, jobs: dict[str, Any]) -> None:
    with acting_as(SYSTEM) as session:
        for n, status in enumerate((OutboxStatus.DEAD, OutboxStatus.UNCERTAIN)):
            enqueue("tests.tell", key=str(n), by=SYSTEM).status = status
        enqueue("tests.tell", key="due", by=SYSTEM, delay=-timedelta(minutes=1))
        ended = clock.now() - timedelta(hours=2)
        session.add(JobRun(name="a", started_at=ended, ended_at=ended, error=""))
        session.add(JobRun(name="a", ended_at=clock.now(), error="it failed"))
        # One more at this very moment would tell what a request fell upon.
        enqueue("tests.tell", key="now", by=SYSTEM)
    _, body = ask(client)
    assert (body["outbox"]["waiting"], body["outbox"]["dead"]) == (1, 1)
    assert body["outbox"]["uncertain"] == 1
    assert 60 <= body["outbox"]["oldest_due_seconds"] < 70
    assert body["jobs"]["a"]["ok"] is False
    assert 7200 <= body["jobs"]["a"]["age_seconds"] < 7210


@pytest.mark.usefixtures("alive")
def test_missing_migration_is_told(
    client: InspectingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "head", lambda: "9999")
    status, body = ask(client)
    assert (status, body["migrations"]["ok"]) == (503, False)


def test_database_away_is_told(client: InspectingClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_args: Any, **_options: Any) -> None:
        raise OperationalError("SELECT", {}, Exception("away"))

    monkeypatch.setattr(db.session, "scalar", away)
    status, body = ask(client)
    assert (status, body["database"]) == (503, {"ok": False, "age_seconds": None})


def test_web_reads_no_row_behind_the_facts(app: Flask) -> None:
    with pytest.raises(Exception, match="permission denied"), unit_of_work() as session:
        session.execute(text("SELECT * FROM job_run"))
