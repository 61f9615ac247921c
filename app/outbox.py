"""The outbox as its keeper sees it: what waits, what is stuck, sending again."""

import uuid
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import and_, func, or_, select, update

from app import clock
from app.db import db, unit_of_work
from app.jobs import Outbox, OutboxStatus

STUCK = (OutboxStatus.DEAD, OutboxStatus.UNCERTAIN)


@dataclass(frozen=True)
class OutboxState:
    """Rows by status, and how long the oldest due row has waited (seconds, 0 when none)."""

    counts: dict[str, int]
    oldest_due_seconds: float

    def as_json(self) -> dict[str, Any]:
        """The same, ready for JSON."""
        return asdict(self)


def outbox_state() -> OutboxState:
    """How the outbox stands, as the system."""
    now = clock.now()
    found = db.session.execute(select(Outbox.status, func.count()).group_by(Outbox.status))
    counts = {status.value: 0 for status in OutboxStatus}
    counts |= {status.value: count for status, count in found}
    waiting = Outbox.status.in_((OutboxStatus.PENDING, OutboxStatus.SENDING))
    oldest = db.session.scalar(
        select(func.min(Outbox.available_at)).where(waiting, Outbox.available_at <= now)
    )
    db.session.rollback()
    return OutboxState(counts, (now - oldest).total_seconds() if oldest else 0.0)


def retry_stuck(ids: list[uuid.UUID]) -> int:
    """Send again dead rows (all of them when none is named) or named uncertain ones: how many.

    An uncertain row may have left already: it goes again only when a human names it.
    """
    named = and_(Outbox.id.in_(ids), Outbox.status.in_(STUCK))
    every_dead = Outbox.status == OutboxStatus.DEAD
    fresh = {"status": OutboxStatus.PENDING, "attempts": 0, "available_at": clock.now()}
    with unit_of_work() as session:
        done = session.execute(
            update(Outbox)
            .where(named if ids else every_dead)
            .values(**fresh, lease_until=None, started_at=None)
            .returning(Outbox.id)
        )
        return len(done.all())


def list_stuck(limit: int = 50) -> list[Outbox]:
    """Dead and uncertain rows, newest first."""
    is_stuck = or_(*(Outbox.status == status for status in STUCK))
    statement = select(Outbox).where(is_stuck).order_by(Outbox.id.desc()).limit(limit)
    rows = list(db.session.scalars(statement))
    db.session.rollback()
    return rows
