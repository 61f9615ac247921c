"""Sealing the journal: each committed event is chained to the one before (``trust.md`` §3).

``hash = SHA-256(canonical JSON of the event (RFC 8785) ‖ previous hash)``. One sealer at a time,
over committed events only, so that the order of commits does not matter. ``app.verifying``
reads the chain back.
"""

import hashlib
import uuid
from datetime import UTC, timedelta

import rfc8785
from sqlalchemy import Select, select, text

from app.db import unit_of_work
from app.journal import JournalEvent, JournalSeal
from app.schedule import periodic

LOCK = 7_305_002
BATCH = 500
#: What the first event is chained to.
BEGINNING = "0" * 64


def hash_event(event: JournalEvent, previous: str) -> str:
    """Hash of an event after another, in hexadecimal."""
    facts = {
        "id": str(event.id),
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "principal": event.principal.value,
        "user_id": _text(event.user_id),
        "seat_id": _text(event.seat_id),
        "link_id": _text(event.link_id),
        "action": event.action,
        "object_type": event.object_type,
        "object_id": _text(event.object_id),
        "case_id": _text(event.case_id),
        "details": event.details,
    }
    return hashlib.sha256(rfc8785.dumps(facts) + bytes.fromhex(previous)).hexdigest()


def _text(value: uuid.UUID | None) -> str | None:
    return None if value is None else str(value)


@periodic("journal.seal", every=timedelta(minutes=1))
def seal_journal() -> int:
    """Seal every committed event that is not sealed yet; how many were."""
    total = 0
    while count := _seal_batch():
        total += count
    return total


def _seal_batch() -> int:
    with unit_of_work() as session:
        if not session.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": LOCK}):
            return 0
        last = session.scalars(_last_seal()).one_or_none()
        position, previous = (last.position, last.hash) if last else (0, BEGINNING)
        events = session.scalars(unsealed().order_by(JournalEvent.id).limit(BATCH)).all()
        for event in events:
            position, previous = position + 1, hash_event(event, previous)
            session.add(JournalSeal(position=position, event_id=event.id, hash=previous))
        return len(events)


def _last_seal() -> Select[JournalSeal]:
    return select(JournalSeal).order_by(JournalSeal.position.desc()).limit(1)


def unsealed() -> Select[JournalEvent]:
    """Committed events that are not in the chain yet."""
    is_sealed = select(JournalSeal.position).where(JournalSeal.event_id == JournalEvent.id)
    return select(JournalEvent).where(~is_sealed.exists())
