"""What the relay hands out, and what it leaves."""

import uuid
from collections.abc import Iterator
from datetime import timedelta
from threading import Event, Thread
from typing import Any

import pytest
from flask import Flask
from kombu.exceptions import OperationalError
from sqlalchemy import select, text

from app import clock, relay
from app.actors import SYSTEM
from app.db import db, unit_of_work
from app.delivery import MOST_ATTEMPTS
from app.jobs import JOBS, Job, Outbox, OutboxStatus, enqueue
from app.outbox import outbox_state, retry_stuck
from app.pulses import BROKER, RELAY, Pulse
from tests.support.acting import acting_as

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _as_system(app: Flask) -> Iterator[None]:
    with acting_as(SYSTEM):
        yield


def make_row(**facts: Any) -> Outbox:
    """A committed row, due since a second."""
    with unit_of_work():
        row = enqueue("tests.tell", key=str(uuid.uuid4()), by=SYSTEM)
        row.available_at = clock.now() - SECOND
        for name, value in facts.items():
            setattr(row, name, value)
    return row


def statuses() -> list[str]:
    """Statuses of all rows, oldest first."""
    db.session.expire_all()
    return [row.status.value for row in db.session.scalars(select(Outbox).order_by(Outbox.id))]


def test_due_rows_are_handed_oldest_first_and_no_other() -> None:
    now, rung = clock.now(), []
    make_row(available_at=now + HOUR)
    second = make_row(available_at=now - SECOND)
    first = make_row(available_at=now - 3 * HOUR)
    for status in ("sent", "dead", "uncertain", "cancelled"):
        make_row(status=OutboxStatus(status))
    assert relay.relay_once(rung.append) == 2
    assert rung == [first.id, second.id]
    expected = ["pending", "sending", "sending", "sent", "dead", "uncertain", "cancelled"]
    assert statuses() == expected
    assert relay.relay_once(rung.append) == 0, "they are leased"


def test_expired_lease_is_taken_again() -> None:
    row = make_row(status=OutboxStatus.SENDING, lease_until=clock.now() - SECOND, started_at=None)
    assert relay.claim_due() == [row.id]


def test_what_waited_three_days_leaves() -> None:
    row = make_row(available_at=clock.now() - timedelta(days=3))
    assert relay.claim_due() == [row.id]


def test_broker_down_gives_rows_back() -> None:
    def refuse(_row_id: uuid.UUID) -> None:
        raise OperationalError("away")

    row = make_row()
    assert relay.relay_once(refuse) == 0
    assert statuses() == ["pending"]
    assert row.attempts == 0


def test_broker_is_not_flooded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "MOST_RUNG", 2)
    for _ in range(3):
        make_row()
    assert len(relay.claim_due()) == 2
    assert relay.claim_due() == []


def test_broker_is_not_flooded_however_the_statement_is_planned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(relay, "MOST_RUNG", 2)
    for _ in range(3):
        make_row()
    for way in ("hashjoin", "mergejoin", "hashagg", "material", "sort", "indexscan"):
        db.session.execute(text(f"SET LOCAL enable_{way} = off"))
    assert len(relay.claim_due()) == 2, "a nested loop asks what is due again for each row"


@pytest.mark.parametrize(
    ("is_sensitive", "begun", "expected"),
    [(True, True, "uncertain"), (True, False, "sending"), (False, True, "sending")],
)
def test_sensitive_effect_begun_and_never_ended_waits_for_a_human(
    monkeypatch: pytest.MonkeyPatch, is_sensitive: bool, begun: bool, expected: str
) -> None:
    monkeypatch.setitem(JOBS, "tests.tell", Job("tests.tell", lambda row: None, is_sensitive))
    then = clock.now() - HOUR
    make_row(status=OutboxStatus.SENDING, lease_until=then, started_at=then if begun else None)
    relay.relay_once(lambda row_id: None)
    assert statuses() == [expected]


def test_effect_that_kills_its_workers_dies() -> None:
    then = clock.now() - HOUR
    make_row(status=OutboxStatus.SENDING, lease_until=then, started_at=then, attempts=MOST_ATTEMPTS)
    assert relay.relay_once(lambda row_id: None) == 0
    assert statuses() == ["dead"]


def test_state_counts_everything() -> None:
    make_row(available_at=clock.now() - HOUR)
    make_row(status=OutboxStatus.DEAD)
    state = outbox_state()
    assert state.counts == {
        "pending": 1,
        "sending": 0,
        "sent": 0,
        "dead": 1,
        "uncertain": 0,
        "cancelled": 0,
    }
    assert 3600 <= state.oldest_due_seconds < 3660


def test_retry_takes_every_dead_row_but_uncertain_ones_by_name() -> None:
    make_row(status=OutboxStatus.DEAD, attempts=8)
    unsure = make_row(status=OutboxStatus.UNCERTAIN)
    make_row(status=OutboxStatus.SENT)
    assert retry_stuck([]) == 1
    assert statuses() == ["pending", "uncertain", "sent"]
    assert retry_stuck([unsure.id]) == 1
    assert statuses() == ["pending", "pending", "sent"]


def test_loop_pulses_and_stops_when_told(committed_app: Flask) -> None:
    stop = Event()

    def loop() -> None:
        with committed_app.app_context():
            db.session.info["actor"] = SYSTEM
            relay.run_relay(lambda row_id: stop.set(), lambda: True, stop)

    with acting_as(SYSTEM):
        row = make_row()
        thread = Thread(target=loop)
        thread.start()
        thread.join(timeout=10)
        assert not thread.is_alive()
        assert row.status is OutboxStatus.PENDING
        assert set(db.session.scalars(select(Pulse.name))) == {RELAY, BROKER}
