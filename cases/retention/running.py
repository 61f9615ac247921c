"""Catching up with what is past its time: kinds in order, batches in transactions of their own.

A predicate each time: killed in the middle, the next run goes on; run twice, it finds nothing. A
kind whose number is above its ceiling is left alone, the others go on, and the run ends in failure
so that a human is called.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from app import clock
from app.db import db, unit_of_work
from cases.retention.commands.erasing import erase_batch
from cases.retention.commands.noting import write_outside
from cases.retention.enums import Kind
from cases.retention.errors import AboveCeiling, JournalBroken
from cases.retention.queries.due import Past, count_all, count_due
from cases.retention.queries.durations import durations_in_force
from cases.retention.register import ELSEWHERE
from cases.retention.rules import CEILINGS, Ceiling

#: Where the log is written outside of the database, below the folder of the installation.
LOG_FILE = "erasures.jsonl"
#: Cases first: the persons and companies they free are past their time in the same run.
ORDER = tuple(kind for kind in Kind if kind not in ELSEWHERE)

log = structlog.get_logger("relais.retention")


@dataclass(frozen=True)
class Standing:
    """How a kind stands: past its time, in all, and how many one run may erase (None: any)."""

    kind: Kind
    due: int
    total: int
    allowed: int | None

    @property
    def is_stopped(self) -> bool:
        """Does this kind wait for a human?"""
        return self.allowed is not None and self.due > self.allowed


def read_standings(now: datetime | None = None) -> list[Standing]:
    """How every kind stands, as the system. Writes nothing."""
    past = _past(now)
    found = [_standing(kind, past, CEILINGS) for kind in Kind]
    db.session.rollback()
    return found


def run_retention(file: Path, now: datetime | None = None) -> dict[Kind, int]:
    """Erase what is past its time, up to the ceilings; how many by kind.

    ``file`` is where the log is written outside. Raises AboveCeiling when a kind was left alone,
    JournalBroken when the journal was: everything else is done by then.
    """
    return _run(file, CEILINGS, now)


def run_above_ceiling(file: Path, now: datetime | None = None) -> dict[Kind, int]:
    """The same without ceilings, for a human who has looked."""
    return _run(file, {}, now)


def _run(file: Path, ceilings: Mapping[Kind, Ceiling], now: datetime | None) -> dict[Kind, int]:
    _write_all_outside(file)
    past, done, stopped = _past(now), dict[Kind, int](), list[Kind]()
    broken: JournalBroken | None = None
    for kind in ORDER:
        standing = _standing(kind, past, ceilings)
        db.session.rollback()
        if standing.is_stopped:
            stopped.append(kind)
            log.error("retention.stopped", kind=kind, due=standing.due, allowed=standing.allowed)
        elif standing.due:
            try:
                done[kind] = _erase_all(kind, past)
            except JournalBroken as found:
                broken = found
            _write_all_outside(file)
    if broken:
        raise broken
    if stopped:
        raise AboveCeiling(stopped)
    return done


def _past(now: datetime | None) -> Past:
    durations = durations_in_force()
    db.session.rollback()
    return Past(durations, now or clock.now())


def _standing(kind: Kind, past: Past, ceilings: Mapping[Kind, Ceiling]) -> Standing:
    total, ceiling = count_all(kind), ceilings.get(kind)
    return Standing(kind, count_due(kind, past), total, ceiling.allowed(total) if ceiling else None)


def _erase_all(kind: Kind, past: Past) -> int:
    total = 0
    while True:
        with unit_of_work():
            done = erase_batch(kind, past)
        total += done
        if not done:
            return total


def _write_all_outside(file: Path) -> None:
    while True:
        with unit_of_work():
            if not write_outside(file):
                return
