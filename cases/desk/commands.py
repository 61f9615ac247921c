"""What the desk changes: notices become read, the journal leaves as a file, figures are folded."""

from datetime import datetime

from sqlalchemy import func, update

from app import clock, journal
from app.actors import Actor
from app.db import db
from app.notices import Notice
from cases.desk.queries.notices import unread_by
from partners.organisations.models import Organisation


def mark_notice_read(notice: Notice, *, by: Actor) -> None:
    """This notice waits no more. ``by`` reads it: the second lock holds others."""
    if notice.read_at is None:
        notice.read_at = clock.now()


def mark_notices_read(until: datetime, *, by: Actor) -> int:
    """Those that ``by`` had by then wait no more, whatever their number; how many did."""
    waiting = unread_by(by).where(Notice.created_at <= until).with_only_columns(Notice.id)
    statement = update(Notice).where(Notice.id.in_(waiting)).values(read_at=clock.now())
    found = db.session.execute(statement.execution_options(synchronize_session=False))
    return int(found.rowcount)  # type: ignore[attr-defined]


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
