"""One run: fill, start, write under kills, let everything leave, look at what there is."""

import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import psycopg
from flask import Flask

from app.embedded.valkey import ensure_valkey
from app.factory import create_app
from app.mail import mail_folder
from app.sealing import seal_journal
from bench.database.filling import open_filled, stop_filled, superuser
from bench.machines.clients import Told, clients_at_work
from bench.machines.processes import VICTIMS, Machines
from bench.machines.verdict import (
    errors_logged,
    errors_told,
    kept_wrong,
    left_in_outbox,
    lost_or_doubled,
    mails_wrong,
)
from bench.measure.browser import signed_in
from bench.measure.targets import find_targets

CASES = 6_000
CALM_SECONDS, DEAD_SECONDS = 4.0, 2.0
DRAIN_SECONDS = 300.0
#: Messages about a change leave a minute later: here, as if their minute had passed.
HURRY = "UPDATE outbox SET available_at = now() WHERE status = 'pending' AND available_at > now()"
#: What an earlier run wrote is gone, and its seals, the last of the chain, with it.
CUT_TAIL = """
DELETE FROM journal_seal WHERE position >= (SELECT min(s.position) FROM journal_seal s
  WHERE NOT EXISTS (SELECT FROM journal_event e WHERE e.id = s.event_id))
"""
#: Four invented years are past their time: erasing them is not what is looked at here.
RETENTION_RAN = """
INSERT INTO job_run (id, name, started_at, ended_at, error)
VALUES (gen_random_uuid(), 'retention.run', now(), now(), '')
"""


@dataclass
class Run:
    """What was done and found."""

    machines: Machines
    since: datetime
    told: Told = field(default_factory=Told)
    mails: int = 0
    resent: int = 0
    wrong: list[str] = field(default_factory=list)


def try_machines() -> int:
    """0 when nothing was lost nor went wrong; says what was done, and each thing that is not so."""
    with _ended_like_an_interrupt():
        filled = open_filled(CASES)
        run = Run(Machines(filled), datetime.now(UTC))
        try:
            ensure_valkey(filled.folder)
            shutil.rmtree(mail_folder(filled.settings), ignore_errors=True)
            app = create_app(filled.settings, process="worker")
            with superuser(filled) as connection:
                _prepare(connection, app)
                _live(run, connection)
                run.wrong += [f"{name} ended by itself" for name in run.machines.dead()]
                run.machines.stop()
                _judge(run, connection, app)
        finally:
            run.machines.stop()
            stop_filled(CASES)
    _report(run)
    return 1 if run.wrong else 0


@contextmanager
def _ended_like_an_interrupt() -> Iterator[None]:
    """Told to end, it stops what it started as it does after Ctrl-C."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _prepare(connection: psycopg.Connection, app: Flask) -> None:
    """The invented journal is sealed, so that the chain is that of the run alone."""
    connection.execute(CUT_TAIL)
    connection.execute(RETENTION_RAN)
    with app.app_context():
        print(f"machines: {seal_journal()} events sealed before", flush=True)


def _live(run: Run, connection: psycopg.Connection) -> None:
    """Clients write while machines are killed and started again; then everything leaves."""
    machines, targets = run.machines, find_targets(connection)
    machines.start_all()
    session = signed_in(machines.ports["web0"], targets.adviser["email"])
    with clients_at_work(machines.ports, session, targets) as run.told:
        for victim in VICTIMS:
            _wait(CALM_SECONDS, connection)
            machines.kill(victim)
            _wait(DEAD_SECONDS, connection)
            machines.bring_back(victim)
            print(f"machines: {victim} killed, and back", flush=True)
        for name in machines.ports:
            machines.renew(name)
            print(f"machines: {name} renewed, dropping nothing", flush=True)
        _wait(CALM_SECONDS, connection)
    deadline = time.monotonic() + DRAIN_SECONDS
    while left_in_outbox(connection) and time.monotonic() < deadline:
        _wait(1.0, connection)


def _wait(seconds: float, connection: psycopg.Connection) -> None:
    """Meanwhile no message waits for its minute."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        connection.execute(HURRY)
        time.sleep(0.5)


def _judge(run: Run, connection: psycopg.Connection, app: Flask) -> None:
    """Fill in what is wrong."""
    machines, told = run.machines, run.told
    mails, wrong_mails = mails_wrong(connection, machines.filled, run.since)
    run.mails, run.resent = len(mails), sum(mails.values()) - len(mails)
    left = left_in_outbox(connection)
    run.wrong += [
        *errors_told(machines, told),
        *errors_logged(machines),
        *lost_or_doubled(connection, told),
        *wrong_mails,
        *([f"the outbox keeps {left}"] if left else []),
        *kept_wrong(connection, app),
    ]


def _report(run: Run) -> None:
    told, killed = run.told, run.machines.killed
    lines = [
        f"{len(killed)} killed: {', '.join(str(victim) for victim, _ in killed)}",
        f"{len(told.notes)} notes and {len(told.referrals)} referrals acknowledged",
        f"{len(run.machines.ports)} web machines renewed, as an upgrade does",
        f"{len(told.broken)} requests broke off with their machine",
        f"{run.mails} mails left, {run.resent} of them twice under their one Message-ID",
    ]
    nothing = "nothing lost, every partner told once, the outbox is empty, the journal is whole"
    for sentence in [*lines, *(run.wrong or [nothing])]:
        print(f"machines: {sentence}")
