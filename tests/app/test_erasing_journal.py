"""The journal at the end of its time: erased by one function only, and the chain still verifies."""

import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app import clock
from app.actors import SYSTEM, Role
from app.db import db, unit_of_work
from app.journal import JournalCheckpoint, JournalEvent
from app.sealing import seal_journal
from app.verifying import verify_journal
from tests.factories import make_member
from tests.support.acting import acting_as, actor_of, seeding

OLD, RECENT = 6, 3
ERASE = text("SELECT erase_journal(1000)")


def ago(days: float) -> datetime:
    return clock.now() - timedelta(days=days)


@pytest.fixture
def chain(app: Flask) -> Iterator[None]:
    """Six sealed events of more than a year, then three of this month."""
    with acting_as(SYSTEM):
        write([ago(500 - n) for n in range(OLD)])
        write([ago(20 - n) for n in range(RECENT)])
        yield


def write(instants: list[datetime]) -> None:
    """Events of these instants, sealed in this order."""
    with unit_of_work() as session:
        for n, at in enumerate(sorted(instants)):
            event_id = uuid.UUID(int=(int(at.timestamp() * 1000) << 80) + n)
            session.add(
                JournalEvent(
                    id=event_id, at=at, principal=SYSTEM.kind, action="case.read", object_type="x"
                )
            )
    seal_journal()


def erase(limit: int = 1000) -> int:
    with unit_of_work() as session:
        return int(session.scalar(text("SELECT erase_journal(:limit)"), {"limit": limit}) or 0)


def tamper(statement: str, **values: object) -> None:
    """What only a superuser can do."""
    db.session.execute(text("RESET ROLE"))
    db.session.execute(text(statement), values)
    db.session.commit()
    db.session.expire_all()


def breaks() -> list[str]:
    return [f"{found.position} {found.kind}" for found in verify_journal().breaks]


@pytest.mark.usefixtures("chain")
def test_old_events_go_and_the_chain_is_whole() -> None:
    assert erase() == OLD
    seal_journal()
    verdict = verify_journal()
    assert (verdict.sealed, verdict.erased, verdict.breaks) == (OLD + RECENT + 1, OLD, [])
    actions = set(db.session.scalars(select(JournalEvent.action)))
    assert actions == {"case.read", "journal.erased"}
    assert erase() == 0


@pytest.mark.usefixtures("chain")
def test_in_batches_then_later_again() -> None:
    assert [erase(4), erase(4), erase(4)] == [4, 2, 0]
    assert breaks() == []
    positions = db.session.scalars(
        select(JournalCheckpoint.position).order_by(JournalCheckpoint.position)
    )
    assert positions.all() == [4, OLD]
    assert breaks() == []


@pytest.mark.usefixtures("chain")
def test_what_is_not_sealed_is_never_erased() -> None:
    with unit_of_work() as session:
        session.add(JournalEvent(at=ago(600), principal=SYSTEM.kind, action="a.b", object_type="x"))
    assert erase() == OLD
    assert "a.b" in set(db.session.scalars(select(JournalEvent.action)))


@pytest.mark.usefixtures("chain")
def test_an_old_event_behind_a_recent_one_waits() -> None:
    """A prefix, not a selection: what was written late goes with its neighbours."""
    with unit_of_work() as session:
        late = uuid.UUID(int=(int(clock.now().timestamp() * 1000) << 80) + 99)
        session.add(
            JournalEvent(id=late, at=ago(450), principal=SYSTEM.kind, action="a.b", object_type="x")
        )
    seal_journal()
    assert erase() == OLD
    assert "a.b" in set(db.session.scalars(select(JournalEvent.action)))


TAMPERED: list[tuple[str, Callable[[], None], list[str]]] = [
    (
        "another event taken away",
        lambda: tamper(
            "DELETE FROM journal_event e USING journal_seal s"
            " WHERE s.event_id = e.id AND s.position = 8"
        ),
        ["8 the event is missing"],
    ),
    (
        "the checkpoint moved over it",
        lambda: tamper(
            "DELETE FROM journal_event e USING journal_seal s"
            " WHERE s.event_id = e.id AND s.position = 7;"
            " UPDATE journal_checkpoint SET position = 7, erased = 7,"
            " hash = (SELECT hash FROM journal_seal WHERE position = 7)"
        ),
        ["7 the checkpoint is not what it was"],
    ),
    (
        "the checkpoint taken away",
        lambda: tamper("DELETE FROM journal_checkpoint"),
        [f"{n} the event is missing" for n in range(1, OLD + 1)],
    ),
    (
        "its hash",
        lambda: tamper("UPDATE journal_checkpoint SET hash = :hash", hash="ab" * 32),
        ["6 the checkpoint is not what it was"],
    ),
    (
        "its count",
        lambda: tamper("UPDATE journal_checkpoint SET erased = 5"),
        ["6 the checkpoint is not what it was"],
    ),
    (
        "its limit",
        lambda: tamper("UPDATE journal_checkpoint SET erased_before = erased_before + '1 day'"),
        ["6 the checkpoint is not what it was"],
    ),
    (
        "the seal it names",
        lambda: tamper("UPDATE journal_seal SET hash = :hash WHERE position = 6", hash="ab" * 32),
        ["6 the checkpoint is not what it was", "7 the event was altered"],
    ),
    (
        "a seal of the part that was erased",
        lambda: tamper("DELETE FROM journal_seal WHERE position = 3"),
        ["3 the seal is missing"],
    ),
    (
        "the event of the checkpoint",
        lambda: tamper("DELETE FROM journal_event WHERE action = 'journal.erased'"),
        ["6 the checkpoint is not what it was", "10 the event is missing"],
    ),
]


@pytest.mark.usefixtures("chain")
@pytest.mark.parametrize(("name", "change", "expected"), TAMPERED, ids=[one[0] for one in TAMPERED])
def test_what_is_not_the_covered_prefix_is_found(
    name: str, change: Callable[[], None], expected: list[str]
) -> None:
    erase()
    seal_journal()
    assert breaks() == []
    change()
    assert breaks() == expected


@pytest.mark.usefixtures("chain")
def test_a_missing_event_is_not_erased_with_the_others() -> None:
    tamper(
        "DELETE FROM journal_event e USING journal_seal s"
        " WHERE s.event_id = e.id AND s.position = 3"
    )
    assert erase() == 2
    assert erase() == 0
    assert breaks() == ["3 the event is missing"]


@pytest.mark.usefixtures("chain")
@pytest.mark.parametrize("months", [24, 36])
def test_a_documented_need_keeps_it_longer(months: int) -> None:
    admin = make_member(role=Role.PLATFORM_ADMIN)
    with seeding() as session:
        session.execute(
            text(
                "INSERT INTO retention_extension (id, kind, months, reason, decided_by, decided_at)"
                " VALUES (gen_random_uuid(), 'journal', :months, :reason, :by, :at)"
            ),
            {"months": months, "reason": "x" * 30, "by": admin.user_id, "at": clock.now()},
        )
    db.session.info["actor"] = SYSTEM
    assert erase() == 0


@pytest.mark.usefixtures("chain")
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM journal_event",
        "DELETE FROM journal_seal",
        "INSERT INTO journal_checkpoint VALUES (gen_random_uuid(), 9, 'x', now(), 9, now())",
        "UPDATE journal_checkpoint SET position = 9",
        "DELETE FROM journal_checkpoint",
    ],
)
def test_the_worker_has_no_other_way(statement: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        db.session.execute(text(statement))
    db.session.rollback()


@pytest.mark.parametrize("role", list(Role))
def test_no_member_erases(app: Flask, role: Role) -> None:
    member = actor_of(make_member(role=role))
    with pytest.raises(DBAPIError, match="permission denied"), acting_as(member) as session:
        session.execute(ERASE)
