"""The scheduler: what is done again and again, by one process at a time.

A feature registers its periodic job in ``tasks.py``: ``@periodic("referrals.expire",
every=timedelta(minutes=10))``. A job looks for what is due (a predicate, never "since last time"),
so that a scheduler that was down for three days catches up in one run.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event
from typing import Any

import structlog
from sqlalchemy import Connection, Index, delete, func, select, text
from sqlalchemy.exc import OperationalError as DatabaseDown
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.db import Base, Identified, RowClass, db, row_class, unit_of_work
from app.pulses import SCHEDULER, pulse

#: Key of the advisory lock that makes the scheduler single.
LOCK = 7_305_001
TICK_SECONDS = 1.0
PULSE_EVERY = timedelta(seconds=5)
#: Runs are kept that long, for whoever asks what happened on Tuesday.
KEPT_RUNS = timedelta(days=7)
LONGEST_ERROR = 300

log = structlog.get_logger("relais.schedule")


class JobRun(Identified, Base):
    """One run of a periodic job; ``error`` is empty when it went well, null while it runs."""

    __tablename__ = "job_run"
    __table_args__ = (
        Index("ix_job_run_name_started_at", "name", "started_at"),
        row_class(RowClass.SYSTEM),
    )

    name: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]
    error: Mapped[str | None]


@dataclass(frozen=True)
class Periodic:
    """A periodic job: ``run()`` opens its own units of work, as the system."""

    name: str
    every: timedelta
    run: Callable[[], object]


PERIODIC: dict[str, Periodic] = {}


def periodic(name: str, *, every: timedelta) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Register a function without argument, run by the scheduler at this interval."""

    def register(function: Callable[[], Any]) -> Callable[[], Any]:
        PERIODIC[name] = Periodic(name, every, function)
        return function

    return register


def due_jobs(now: datetime) -> list[Periodic]:
    """Jobs whose last run began long enough ago, or that never ran; by name."""
    found = db.session.execute(
        select(JobRun.name, func.max(JobRun.started_at)).group_by(JobRun.name)
    )
    last = {name: started_at for name, started_at in found}
    db.session.rollback()
    jobs = [job for _, job in sorted(PERIODIC.items())]
    return [job for job in jobs if job.name not in last or now - last[job.name] >= job.every]


def run_job(job: Periodic) -> str:
    """Run one periodic job and write its run; the error in one line, empty when it went well."""
    with unit_of_work() as session:
        run = JobRun(name=job.name)
        session.add(run)
    try:
        job.run()
        error = ""
    except Exception as problem:
        db.session.rollback()
        error = f"{type(problem).__name__}: {problem}"[:LONGEST_ERROR]
        log.error("job.failed", name=job.name, error=type(problem).__name__)
    _end_run(run, error)
    return error


def _end_run(run: JobRun, error: str) -> None:
    old = JobRun.started_at < clock.now() - KEPT_RUNS
    with unit_of_work() as session:
        session.add(run)
        run.ended_at, run.error = clock.now(), error
        session.execute(delete(JobRun).where(JobRun.name == run.name, old))


def run_scheduler(stop: Event) -> None:
    """Run what is due until told to stop; wait while another scheduler holds the lock."""
    while not stop.is_set():
        try:
            with db.engine.connect() as connection:
                if _is_ours(connection):
                    _work(connection, stop)
        except DatabaseDown as error:
            log.error("scheduler.database_down", error=type(error.orig).__name__)
        finally:
            db.session.remove()
        stop.wait(TICK_SECONDS)


def _is_ours(connection: Connection) -> bool:
    """The lock lives as long as the connection: it goes with a scheduler that dies."""
    asked = text("SELECT pg_try_advisory_lock(:key)")
    is_ours = bool(connection.execute(asked, {"key": LOCK}).scalar_one())
    connection.commit()
    return is_ours


def _work(connection: Connection, stop: Event) -> None:
    log.info("scheduler.started", pid=os.getpid())
    last_pulse: datetime | None = None
    while not stop.is_set():
        connection.execute(text("SELECT 1"))
        connection.commit()
        for job in due_jobs(clock.now()):
            run_job(job)
        if last_pulse is None or clock.now() - last_pulse >= PULSE_EVERY:
            pulse(SCHEDULER)
            last_pulse = clock.now()
        db.session.remove()
        stop.wait(TICK_SECONDS)
    connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": LOCK})
