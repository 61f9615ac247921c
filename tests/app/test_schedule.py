"""Periodic jobs: due by predicate, one scheduler, runs written."""

from collections.abc import Iterator
from datetime import timedelta
from threading import Event, Thread

import pytest
from flask import Flask
from sqlalchemy import select, text

from app import clock, schedule
from app.actors import SYSTEM
from app.db import db, unit_of_work
from app.pulses import SCHEDULER, Pulse
from app.schedule import JobRun, Periodic
from tests.support.acting import acting_as

HOUR = timedelta(hours=1)


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> dict[str, Periodic]:
    """The periodic jobs of one test."""
    registry: dict[str, Periodic] = {}
    monkeypatch.setattr(schedule, "PERIODIC", registry)
    return registry


@pytest.fixture
def _as_system(app: Flask) -> Iterator[None]:
    with acting_as(SYSTEM):
        yield


def ran(name: str, ago: timedelta) -> None:
    """A run that began some time ago."""
    with unit_of_work() as session:
        session.add(JobRun(name=name, started_at=clock.now() - ago, error=""))


def due() -> list[str]:
    """Names of what is due."""
    return [job.name for job in schedule.due_jobs(clock.now())]


@pytest.mark.usefixtures("_as_system")
def test_due_when_never_run_or_long_ago(jobs: dict[str, Periodic]) -> None:
    for name, ago in (("a", None), ("b", 2 * HOUR), ("c", HOUR / 2), ("d", timedelta(days=3))):
        jobs[name] = Periodic(name, HOUR, lambda: None)
        if ago:
            ran(name, ago)
    ran("forgotten", timedelta(days=2))
    assert due() == ["a", "b", "d"]


@pytest.mark.usefixtures("_as_system")
def test_run_is_written_and_old_ones_go(jobs: dict[str, Periodic]) -> None:
    calls: list[int] = []
    ran("a", timedelta(days=8))
    ran("other", timedelta(days=8))
    assert schedule.run_job(Periodic("a", HOUR, lambda: calls.append(1))) == ""
    runs = db.session.execute(select(JobRun.name, JobRun.error, JobRun.ended_at.is_(None)))
    assert sorted(map(tuple, runs)) == [("a", "", False), ("other", "", True)]
    assert calls == [1]


@pytest.mark.usefixtures("_as_system")
def test_failure_is_written_and_does_not_stop_the_others() -> None:
    def fail() -> None:
        db.session.execute(text("SELECT nothing"))

    assert schedule.run_job(Periodic("a", HOUR, fail)).startswith("ProgrammingError")
    run = db.session.scalars(select(JobRun)).one()
    assert run.error and run.ended_at is not None


def test_registering_keeps_the_function(jobs: dict[str, Periodic]) -> None:
    def work() -> None:
        """Nothing."""

    assert schedule.periodic("tests.work", every=HOUR)(work) is work
    assert jobs == {"tests.work": Periodic("tests.work", HOUR, work)}


@pytest.mark.commits
def test_two_schedulers_one_works(
    committed_app: Flask, jobs: dict[str, Periodic], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(committed_app.extensions, "relais.default_actor", SYSTEM)
    monkeypatch.setattr(schedule, "TICK_SECONDS", 0.05)
    calls: list[int] = []
    jobs["a"] = Periodic("a", HOUR, lambda: calls.append(1))
    stop = Event()

    def loop() -> None:
        with committed_app.app_context():
            schedule.run_scheduler(stop)

    threads = [Thread(target=loop) for _ in range(2)]
    for thread in threads:
        thread.start()
    stop.wait(1)
    stop.set()
    for thread in threads:
        thread.join(timeout=10)
    assert calls == [1]
    with acting_as(SYSTEM):
        assert db.session.scalars(select(Pulse.name)).all() == [SCHEDULER]
