"""A broker that stops, workers that are killed: nothing is lost, nothing is said twice."""

import mailbox
import os
import signal
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.actors import SYSTEM
from app.db import db, unit_of_work
from app.embedded.postgres import PostgresInfo
from app.embedded.valkey import ensure_valkey, stop_valkey
from app.jobs import Outbox, OutboxStatus, enqueue
from app.notices import Notice
from app.relay import relay_once
from app.tasks import DELIVER, make_celery
from config import ROOT, Settings
from tests.conftest import make_test_app, settings_for
from tests.support.acting import acting_as
from tests.support.databases import cloned_database

pytestmark = [pytest.mark.commits, pytest.mark.worker]

MESSAGES = 24
LEASE = timedelta(seconds=2)
PATIENCE_SECONDS = 60


@pytest.fixture
def place(cluster: PostgresInfo, tmp_path: Path) -> Iterator[Settings]:
    """A database and a broker of one's own, with the real logins."""
    name = f"relais_delivery_{os.getpid()}_{uuid.uuid4().hex[:6]}"
    broker = ensure_valkey(tmp_path)
    with cloned_database(cluster, name):
        yield settings_for(
            cluster,
            name,
            tmp_path,
            database_url=cluster.url("relais_web", name),
            worker_database_url=cluster.url("relais_worker", name),
            broker_url=broker.url,
        )
    stop_valkey(tmp_path)


@pytest.fixture
def app(place: Settings) -> Iterator[Flask]:
    """The relay's application."""
    app = make_test_app(place, process="worker")
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@contextmanager
def worker(place: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """A real Celery worker, ended with all its children."""
    environment = {
        **os.environ,
        "PUBLIC_URL": "https://relais.example",
        "SECRET_KEY": place.secret_key,
        "RELAIS_VAR": str(place.var_dir),
        "DATABASE_URL": place.database_url,
        "WORKER_DATABASE_URL": place.worker_database_url,
        "BROKER_URL": place.broker_url,
    }
    command = [sys.executable, "-m", "celery", "-A", "tests.support.working:celery", "worker"]
    options = ["--concurrency", "2", "--without-mingle", "--loglevel", "WARNING"]
    with (place.var_dir / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            [*command, *options], cwd=ROOT, env=environment, stderr=log, start_new_session=True
        )
    try:
        yield process
    finally:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """``kill -9`` on the worker and its children."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def ask_for(count: int) -> set[uuid.UUID]:
    """Commit rows of the outbox; their identifiers."""
    with unit_of_work():
        rows = [
            enqueue("tests.tell", key=str(n), by=SYSTEM, seat_id=uuid.uuid4()) for n in range(count)
        ]
    return {row.id for row in rows}


def sent() -> int:
    """How many rows have left."""
    statement = select(func.count()).select_from(Outbox)
    count = db.session.scalar(statement.where(Outbox.status == OutboxStatus.SENT)) or 0
    db.session.rollback()
    return count


def relay_until(app: Flask, place: Settings, goal: int) -> None:
    """Relay until that many rows have left."""
    celery = make_celery(app)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while sent() < goal:
        log = (place.var_dir / "worker.log").read_text()[-2000:]
        assert time.monotonic() < deadline, f"{sent()} sent of {goal}: {log}"
        relay_once(lambda row_id: celery.send_task(DELIVER, args=[str(row_id)]), LEASE)
        time.sleep(0.1)


def mails(place: Settings) -> Counter[str]:
    """How many times each mail left, by Message-ID."""
    box = mailbox.Maildir(place.var_dir / "mail", create=False)
    return Counter(message["Message-ID"] for message in box)


def test_nothing_lost_nothing_twice(app: Flask, place: Settings) -> None:
    with acting_as(SYSTEM):
        stop_valkey(place.var_dir)
        ids = ask_for(MESSAGES)
        celery = make_celery(app)
        assert relay_once(lambda row_id: celery.send_task(DELIVER, args=[str(row_id)])) == 0
        ensure_valkey(place.var_dir)
        for goal in (MESSAGES // 4, MESSAGES // 2):
            with worker(place):
                relay_until(app, place, goal)
        with worker(place):
            relay_until(app, place, MESSAGES)
        keys = db.session.scalars(select(Notice.key)).all()
    assert sorted(keys) == sorted(f"tests.tell:{n}" for n in range(MESSAGES))
    times = mails(place)
    assert times.keys() == {f"<{row_id}@relais.example>" for row_id in ids}
    assert max(times.values()) <= 2
