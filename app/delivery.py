"""Delivery of one effect of the outbox, by a worker.

The job runs and the row is marked in one transaction, in which the row stays locked: nobody takes
an effect that is being delivered, and one whose worker was killed is free at once. What leaves the
database (a mail) may therefore leave twice, under the same ``Message-ID``; what stays in it, once.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog
from flask import current_app
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app import clock
from app.actors import SYSTEM, Actor, ActorKind
from app.db import check_constraints, db, unit_of_work
from app.jobs import JOBS, Job, NoLongerDue, Outbox, OutboxStatus
from app.rows import OPEN_SCOPE, scope_of

#: After that many failures a row is dead and waits for a human.
MOST_ATTEMPTS = 8
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=6)
LONGEST_ERROR = 300

log = structlog.get_logger("relais.delivery")


def deliver(outbox_id: uuid.UUID) -> str:
    """Deliver one row that the relay handed out; its status afterwards, or ``skipped``.

    Running it twice, or for a row that was cancelled meanwhile, does nothing more.
    """
    if not _start(outbox_id):
        return "skipped"
    try:
        return _run(outbox_id)
    except NoLongerDue as reason:
        return _end(outbox_id, OutboxStatus.CANCELLED, str(reason))
    except Exception as error:
        return _fail(outbox_id, error)


def pause_after(attempts: int) -> timedelta:
    """How long a row rests after so many failures: 30 s, then three times longer each time."""
    return min(FIRST_PAUSE * 3 ** (attempts - 1), LONGEST_PAUSE)


def _start(outbox_id: uuid.UUID) -> bool:
    """Count the attempt before it is made: a job that kills its worker is counted too."""
    with unit_of_work():
        row = _locked(outbox_id)
        if row is None:
            return False
        row.attempts += 1
        row.started_at = clock.now()
        return True


def _run(outbox_id: uuid.UUID) -> str:
    with unit_of_work() as session:
        row = _locked(outbox_id)
        if row is None:
            return "skipped"
        job = JOBS[row.kind]
        with _speaking_as(_principal(job, row), session), _refusing_commits(session):
            job.run(row)
        row.status, row.sent_at = OutboxStatus.SENT, clock.now()
        row.lease_until = row.last_error = None
    log.info("outbox.sent", id=str(outbox_id), kind=row.kind, attempts=row.attempts)
    return OutboxStatus.SENT


def _locked(outbox_id: uuid.UUID) -> Outbox | None:
    """The row, locked; None when another worker holds it or it is no longer to be sent."""
    statement = (
        select(Outbox)
        .where(Outbox.id == outbox_id, Outbox.status == OutboxStatus.SENDING)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(statement).one_or_none()


def _principal(job: Job, row: Outbox) -> Actor:
    """Who acts: the system, or the author with the rights they have now."""
    if not job.as_author or row.principal is ActorKind.SYSTEM:
        return SYSTEM
    find_author = current_app.extensions["relais.actors"]["author"]
    author = find_author(row.user_id, row.seat_id)
    if author is None:
        raise NoLongerDue("its author no longer acts for this seat")
    return author


@contextmanager
def _speaking_as(actor: Actor, session: Session) -> Iterator[None]:
    """The actor's scope for a part of the worker's transaction; checked before it is left."""
    if actor is SYSTEM:
        yield
        return
    session.execute(OPEN_SCOPE, scope_of(actor))
    yield
    check_constraints(session)
    session.execute(OPEN_SCOPE, scope_of(SYSTEM))


@contextmanager
def _refusing_commits(session: Session) -> Iterator[None]:
    """A job that committed would free its row before it is marked."""

    def refuse(_session: Session) -> None:
        if not session.in_nested_transaction():
            raise RuntimeError("a job must not commit: its row is marked in the same transaction")

    event.listen(session, "before_commit", refuse)
    try:
        yield
    finally:
        event.remove(session, "before_commit", refuse)


def _fail(outbox_id: uuid.UUID, error: Exception) -> str:
    said = f"{type(error).__name__}: {error}"[:LONGEST_ERROR]
    with unit_of_work():
        row = _locked(outbox_id)
        if row is None:
            return "skipped"
        is_over = row.attempts >= MOST_ATTEMPTS
        row.status = OutboxStatus.DEAD if is_over else OutboxStatus.PENDING
        row.available_at = clock.now() + pause_after(row.attempts)
        row.last_error, row.lease_until = said, None
    tell = log.error if is_over else log.warning
    tell(f"outbox.{row.status}", id=str(outbox_id), kind=row.kind, error=type(error).__name__)
    return row.status


def _end(outbox_id: uuid.UUID, status: OutboxStatus, reason: str) -> str:
    with unit_of_work():
        row = _locked(outbox_id)
        if row is not None:
            row.status, row.last_error, row.lease_until = status, reason[:LONGEST_ERROR], None
    log.info(f"outbox.{status}", id=str(outbox_id))
    return status
