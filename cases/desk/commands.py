"""What the desk changes: notices become read, the journal leaves as a file."""

from collections.abc import Iterable

from app import clock, journal
from app.actors import Actor
from app.notices import Notice
from partners.organisations.models import Organisation


def mark_notices_read(notices: Iterable[Notice], *, by: Actor) -> int:
    """These notices wait no more; how many did. ``by`` reads them: the second lock holds others."""
    unread = [notice for notice in notices if notice.read_at is None]
    for notice in unread:
        notice.read_at = clock.now()
    return len(unread)


def note_journal_export(organisation: Organisation, rows: int, *, by: Actor) -> None:
    """The journal of this organisation was taken out of the platform."""
    journal.record(organisation, "journal.exported", by=by, details={"rows": rows})
