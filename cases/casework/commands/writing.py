"""Writing in the timeline: by hand, or because something happened."""

import uuid
from datetime import datetime

from uuid_utils.compat import uuid7

from app import clock, journal
from app.actors import Actor
from app.db import db
from cases.casework.enums import Audience, EntryKind
from cases.casework.errors import AudienceNotOpen, CaseIsClosed, HappensLater, NothingChanged
from cases.casework.models import EntryRevision, TimelineEntry
from cases.casework.rules import audiences_of
from cases.casework.shown import AnyCase


def write_entry(
    case: AnyCase,
    *,
    kind: EntryKind,
    audience: Audience,
    body: str,
    happened_at: datetime | None = None,
    by: Actor,
) -> TimelineEntry:
    """Write a note, a call, a visit… ``happened_at`` is aware, and not in the future.

    Raises CaseIsClosed, AudienceNotOpen, HappensLater.
    """
    if not case.is_open:
        raise CaseIsClosed
    if audience not in audiences_of(by):
        raise AudienceNotOpen
    if happened_at is not None and happened_at > clock.now():
        raise HappensLater
    entry = add_line(case.id, kind, body, audience=audience, happened_at=happened_at, by=by)
    journal.record(entry, "entry.written", by=by, details={"kind": kind, "audience": audience})
    return entry


def tell(
    case_id: uuid.UUID,
    kind: EntryKind,
    body: str,
    *,
    by: Actor,
    audience: Audience = Audience.ALL,
    happened_at: datetime | None = None,
    object_id: uuid.UUID | None = None,
    seat_id: uuid.UUID | None = None,
) -> TimelineEntry:
    """Write a line that says what happened; for commands, which journal the act itself.

    ``seat_id`` is whose line it is, when whoever acts sits nowhere (the bearer of a link).
    """
    entry = add_line(
        case_id,
        kind,
        body,
        audience=audience,
        happened_at=happened_at,
        object_id=object_id,
        seat_id=seat_id,
        by=by,
    )
    db.session.flush()
    return entry


def add_line(
    case_id: uuid.UUID,
    kind: EntryKind,
    body: str,
    *,
    by: Actor,
    audience: Audience = Audience.ALL,
    happened_at: datetime | None = None,
    object_id: uuid.UUID | None = None,
    seat_id: uuid.UUID | None = None,
) -> TimelineEntry:
    """The same, written with whatever else the transaction writes."""
    at = clock.now()
    entry = TimelineEntry(
        id=uuid7(),
        case_id=case_id,
        kind=kind,
        audience=audience,
        seat_id=seat_id or by.seat_id,
        author_id=by.membership_id,
        body=body,
        happened_at=happened_at or at,
        object_id=object_id,
        created_at=at,
    )
    db.session.add(entry)
    return entry


def correct_entry(entry: TimelineEntry, body: str, *, by: Actor) -> EntryRevision:
    """Replace a text; the earlier one stays, for those who could read it. Raises NothingChanged."""
    if body == entry.body:
        raise NothingChanged
    assert by.membership_id is not None
    revision = EntryRevision(
        entry_id=entry.id,
        case_id=entry.case_id,
        body=entry.body,
        replaced_by=by.membership_id,
        audience=entry.audience,
    )
    db.session.add(revision)
    entry.body, entry.corrected_at = body, clock.now()
    journal.record(entry, "entry.corrected", by=by)
    return revision
