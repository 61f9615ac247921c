"""Effects leave through the outbox, written in the business transaction.

``enqueue`` writes a row; the relay hands due rows to Celery; the task runs the registered job as
the principal who caused it and marks the row. Redis is only the doorbell: it may be stopped or
emptied at any time.
"""

import enum
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.actors import Actor, ActorKind
from app.db import Base, Dated, Identified, RowClass, db, row_class, text_enum

#: Messages about a change of state leave one minute later, so that it can be undone.
UNDO_DELAY = timedelta(seconds=60)


class OutboxStatus(enum.StrEnum):
    """Where an effect stands."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"
    UNCERTAIN = "uncertain"
    CANCELLED = "cancelled"


class Outbox(Identified, Dated, Base):
    """One effect to come. ``payload`` holds identifiers only.

    ``subject_id`` is the row it is about (undo cancels by it), ``basis_id`` the legal basis it
    rests on (a withdrawal cancels by it). ``started_at`` is when a worker last began it: a
    sensitive effect that was begun and never ended is not sent again by chance.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_due",
            "available_at",
            postgresql_where=text("status IN ('pending', 'sending')"),
        ),
        Index(
            "ix_outbox_stuck", "status", postgresql_where=text("status IN ('dead', 'uncertain')")
        ),
        Index("ix_outbox_subject", "subject_id", postgresql_where=text("status = 'pending'")),
        row_class(RowClass.SYSTEM, written_last=True),
    )

    kind: Mapped[str]
    dedupe_key: Mapped[str] = mapped_column(unique=True)
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    principal: Mapped[ActorKind] = mapped_column(text_enum(ActorKind))
    user_id: Mapped[uuid.UUID | None]
    seat_id: Mapped[uuid.UUID | None]
    subject_id: Mapped[uuid.UUID | None]
    basis_id: Mapped[uuid.UUID | None]
    available_at: Mapped[datetime]
    status: Mapped[OutboxStatus] = mapped_column(
        text_enum(OutboxStatus), default=OutboxStatus.PENDING
    )
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
    sent_at: Mapped[datetime | None]


class NoLongerDue(Exception):
    """Raised by a job whose reason has gone (consent withdrawn, recipient left): never sent."""


@dataclass(frozen=True)
class Job:
    """A registered effect: ``run(outbox_row)``.

    ``is_sensitive``: never sent twice by chance. ``as_author``: runs with the rights its author has
    *now*, under the web's role; the others run as the system (only it may write notices).
    """

    kind: str
    run: Callable[[Outbox], None]
    is_sensitive: bool = False
    as_author: bool = False


JOBS: dict[str, Job] = {}


def job(kind: str, *, is_sensitive: bool = False, as_author: bool = False) -> Callable[[Any], Any]:
    """Register ``function(row: Outbox)`` as the effect of this kind.

    It must bear running twice, and never commits: its writes and the mark *sent* are one
    transaction. It raises ``NoLongerDue`` when there is nothing left to do.
    """

    def register(function: Callable[[Outbox], None]) -> Callable[[Outbox], None]:
        JOBS[kind] = Job(kind, function, is_sensitive, as_author)
        return function

    return register


def enqueue(
    kind: str,
    *,
    key: str,
    by: Actor,
    subject_id: uuid.UUID | None = None,
    basis_id: uuid.UUID | None = None,
    delay: timedelta = timedelta(0),
    **payload: Any,
) -> Outbox:
    """Ask for an effect, in the current transaction; it exists only if the transaction commits.

    ``key`` names the event and the recipient, so that one event never speaks twice to the same.
    """
    row = Outbox(
        kind=kind,
        dedupe_key=f"{kind}:{key}",
        payload={name: str(value) for name, value in payload.items()},
        principal=by.kind,
        user_id=by.user_id,
        seat_id=by.seat_id,
        subject_id=subject_id,
        basis_id=basis_id,
        available_at=clock.now() + delay,
    )
    db.session.add(row)
    return row
