"""What the desk changes: notices become read, the journal leaves as a file, figures are folded."""

from collections.abc import Iterable

from sqlalchemy import func

from app import clock, journal
from app.actors import Actor
from app.db import db
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


def fold_figures() -> int:
    """What was appended to the figures goes into their sums; how many changes that was.

    Cases that moved are counted again once nothing older can be written. Safe to run twice.
    """
    db.session.scalar(func.settle_territory())
    return int(db.session.scalar(func.fold_territory()) or 0)


def rebuild_figures() -> int:
    """Count every figure again from what is counted; how many facts there are. As the system."""
    return int(db.session.scalar(func.rebuild_territory()) or 0)
