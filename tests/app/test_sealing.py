"""The chain of the journal: sealed over commits, and where it breaks when somebody tampers."""

import uuid
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select, text

from app import sealing
from app.actors import SYSTEM
from app.db import db, unit_of_work
from app.journal import JournalEvent, JournalSeal
from app.sealing import seal_journal
from app.verifying import verify_journal
from tests.support.acting import acting_as

EVENTS = 5


@pytest.fixture
def chain(app: Flask) -> Iterator[list[uuid.UUID]]:
    """Five sealed events; their identifiers in order of the chain."""
    with acting_as(SYSTEM):
        write_events(EVENTS)
        seal_journal()
        yield list(db.session.scalars(select(JournalSeal.event_id).order_by(JournalSeal.position)))


def write_events(count: int) -> None:
    """Committed events."""
    with unit_of_work() as session:
        for n in range(count):
            session.add(
                JournalEvent(
                    principal=SYSTEM.kind,
                    action="case.read",
                    object_type="case_file",
                    object_id=uuid.uuid4(),
                    details={"n": n, "word": "é", "list": [1, None, True]},
                )
            )


def tamper(statement: str, **values: object) -> None:
    """What only a superuser can do."""
    db.session.execute(text("RESET ROLE"))
    db.session.execute(text(statement), values)
    db.session.commit()
    db.session.expire_all()


def breaks() -> list[str]:
    """What verifying says, the identifiers left out."""
    return [f"{found.position} {found.kind}" for found in verify_journal().breaks]


def test_chain_is_whole_and_contiguous(chain: list[uuid.UUID]) -> None:
    verdict = verify_journal()
    assert (verdict.sealed, verdict.unsealed, verdict.breaks) == (EVENTS, 0, [])
    positions = db.session.scalars(select(JournalSeal.position).order_by(JournalSeal.position))
    assert positions.all() == [1, 2, 3, 4, 5]


def test_sealing_again_goes_on_in_batches(
    chain: list[uuid.UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "BATCH", 2)
    write_events(EVENTS)
    assert verify_journal().unsealed == EVENTS
    assert seal_journal() == EVENTS
    assert seal_journal() == 0
    verdict = verify_journal()
    assert (verdict.sealed, verdict.unsealed, verdict.breaks) == (2 * EVENTS, 0, [])


@pytest.mark.parametrize(
    "change",
    [
        "action = 'case.closed'",
        "at = at + interval '1 microsecond'",
        "seat_id = object_id",
        "details = '{}'",
    ],
)
def test_altered_event_is_named(chain: list[uuid.UUID], change: str) -> None:
    tamper(f"UPDATE journal_event SET {change} WHERE id = :id", id=chain[2])
    assert breaks() == ["3 the event was altered"]


def test_missing_event_is_named(chain: list[uuid.UUID]) -> None:
    tamper("DELETE FROM journal_event WHERE id = :id", id=chain[1])
    assert breaks() == ["2 the event is missing"]


def test_altered_seal_is_named(chain: list[uuid.UUID]) -> None:
    tamper("UPDATE journal_seal SET hash = :hash WHERE position = 2", hash="ab" * 32)
    assert breaks() == ["2 the seal was altered"]


def test_altered_last_seal_cannot_be_told_from_its_event(chain: list[uuid.UUID]) -> None:
    tamper("UPDATE journal_seal SET hash = :hash WHERE position = 5", hash="ab" * 32)
    assert breaks() == ["5 the event or the seal was altered"]


def test_missing_seal_is_named(chain: list[uuid.UUID]) -> None:
    tamper("DELETE FROM journal_seal WHERE position = 3")
    assert breaks() == ["3 the seal is missing"]


def test_every_break_is_told(chain: list[uuid.UUID]) -> None:
    tamper("UPDATE journal_event SET action = 'x.y' WHERE id IN (:a, :b)", a=chain[0], b=chain[3])
    tamper("DELETE FROM journal_event WHERE id = :id", id=chain[1])
    assert breaks() == [
        "1 the event or the seal was altered",
        "2 the event is missing",
        "4 the event was altered",
    ]


def test_worker_cannot_tamper(chain: list[uuid.UUID]) -> None:
    with pytest.raises(Exception, match="permission denied"):
        db.session.execute(text("UPDATE journal_event SET action = 'x.y'"))
    db.session.rollback()
