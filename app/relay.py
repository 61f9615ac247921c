"""The relay: hands due rows of the outbox to the workers, and never loses one.

A row is due by a predicate, never by a window: what waited while everything was down leaves when it
is back. Several relays may run; each claims rows that the others skip.
"""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import structlog
from kombu.exceptions import OperationalError as BrokerDown
from sqlalchemy import ColumnElement, Select, and_, func, or_, select, update
from sqlalchemy.exc import OperationalError as DatabaseDown
from sqlalchemy.sql.dml import ReturningUpdate

from app import clock
from app.db import db, unit_of_work
from app.delivery import MOST_ATTEMPTS
from app.jobs import JOBS, Outbox, OutboxStatus
from app.pulses import BROKER, RELAY, pulse

#: How long a row may stay rung without being begun. A row being delivered is locked, so that its
#: lease does not matter; one whose worker was killed is taken again after this.
LEASE = timedelta(seconds=20)
#: Most rows rung and not yet begun: the rest waits in the table, not in the broker.
MOST_RUNG = 200
IDLE_SECONDS = 0.5
PULSE_EVERY = timedelta(seconds=5)
BROKER_PAUSE = timedelta(seconds=2)

Ring = Callable[[uuid.UUID], object]
log = structlog.get_logger("relais.relay")


def run_relay(ring: Ring, answers: Callable[[], bool], stop: Event) -> None:
    """Relay until told to stop; a lost server is waited for.

    ``ring(outbox_id)`` rings a worker, ``answers()`` says whether the broker is there.
    """
    last_pulse = datetime.min.replace(tzinfo=UTC)
    while not stop.is_set():
        try:
            handed = relay_once(ring)
            if clock.now() - last_pulse >= PULSE_EVERY:
                pulse(RELAY, *([BROKER] if answers() else []))
                last_pulse = clock.now()
        except DatabaseDown as error:
            handed = 0
            log.error("relay.database_down", error=type(error.orig).__name__)
        finally:
            db.session.remove()
        stop.wait(0 if handed else IDLE_SECONDS)


def relay_once(ring: Ring, lease: timedelta = LEASE) -> int:
    """Hand out what is due now; how many rows were. Rows the broker refuses go back."""
    set_aside_unsure()
    ids = claim_due(lease)
    for position, outbox_id in enumerate(ids):
        try:
            ring(outbox_id)
        except (BrokerDown, OSError) as error:
            log.error("relay.broker_down", error=type(error).__name__, waiting=len(ids) - position)
            release(ids[position:])
            return position
    return len(ids)


def set_aside_unsure() -> int:
    """Rows begun, never ended, and not to be tried again by chance: how many. A human decides."""
    now = clock.now()
    is_sensitive = Outbox.kind.in_([kind for kind, job in JOBS.items() if job.is_sensitive])
    is_worn = Outbox.attempts >= MOST_ATTEMPTS
    with unit_of_work() as session:
        unsure = _set_aside(and_(_is_abandoned(now), is_sensitive), OutboxStatus.UNCERTAIN)
        worn = _set_aside(and_(_is_abandoned(now), is_worn), OutboxStatus.DEAD)
        found = [*session.scalars(unsure), *session.scalars(worn)]
    for outbox_id in found:
        log.error("outbox.set_aside", id=str(outbox_id))
    return len(found)


def claim_due(lease: timedelta = LEASE) -> list[uuid.UUID]:
    """Claim due rows, oldest first, and lease them; locked ones are not awaited.

    What is due is asked once, before the update: as a condition of it, a nested loop would ask
    again for each row, skip what it has just claimed, and go past the bound.
    """
    now = clock.now()
    with unit_of_work() as session:
        room = MOST_RUNG - session.scalars(_count_rung(now)).one()
        due = (
            select(Outbox.id)
            .where(_is_due(now))
            .order_by(Outbox.available_at)
            .limit(max(room, 0))
            .with_for_update(skip_locked=True)
            .cte("due")
        )
        claimed = (
            update(Outbox)
            .where(Outbox.id == due.c.id)
            .values(status=OutboxStatus.SENDING, lease_until=now + lease, started_at=None)
            .returning(Outbox.id, Outbox.available_at)
            .execution_options(synchronize_session=False)
        )
        rows = session.execute(claimed).all()
    return [row.id for row in sorted(rows, key=lambda row: row.available_at)]


def release(ids: list[uuid.UUID]) -> None:
    """Give rows back that could not be rung; they are due again in a moment."""
    given_back = and_(Outbox.id.in_(ids), Outbox.status == OutboxStatus.SENDING)
    values = {"status": OutboxStatus.PENDING, "lease_until": None}
    with unit_of_work() as session:
        session.execute(
            update(Outbox)
            .where(given_back, Outbox.started_at.is_(None))
            .values(**values, available_at=clock.now() + BROKER_PAUSE)
            .execution_options(synchronize_session=False)
        )


def _is_due(now: datetime) -> ColumnElement[bool]:
    waiting = and_(Outbox.status == OutboxStatus.PENDING, Outbox.available_at <= now)
    return or_(waiting, and_(Outbox.status == OutboxStatus.SENDING, Outbox.lease_until < now))


def _is_abandoned(now: datetime) -> ColumnElement[bool]:
    lost = and_(Outbox.status == OutboxStatus.SENDING, Outbox.lease_until < now)
    return and_(lost, Outbox.started_at.is_not(None))


def _set_aside(condition: ColumnElement[bool], status: OutboxStatus) -> ReturningUpdate[Any]:
    found = select(Outbox.id).where(condition).with_for_update(skip_locked=True)
    return (
        update(Outbox)
        .where(Outbox.id.in_(found.scalar_subquery()))
        .values(status=status, lease_until=None)
        .returning(Outbox.id)
        .execution_options(synchronize_session=False)
    )


def _count_rung(now: datetime) -> Select[Any]:
    rung = and_(Outbox.status == OutboxStatus.SENDING, Outbox.lease_until >= now)
    return select(func.count()).select_from(Outbox).where(rung, Outbox.started_at.is_(None))
