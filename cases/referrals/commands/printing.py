"""The *fiche de liaison* as a PDF, made by the worker for one member."""

from datetime import timedelta

from sqlalchemy import delete

from app import clock, journal
from app.actors import Actor
from app.db import db
from app.jobs import enqueue
from cases.referrals.enums import PrintoutStatus
from cases.referrals.models import Printout, Referral
from partners.people.models import Membership

PRINT_SHEET = "cases.referrals.print_sheet"
#: A printout is kept for a day, then made again.
KEPT = timedelta(days=1)


def ask_printout(referral: Referral, *, by: Actor) -> Printout:
    """Ask for the document; the worker makes it with the rights its asker has then."""
    printout = Printout(
        referral_id=referral.id,
        user_id=by.user_id,
        seat_id=by.seat_id,
        expires_at=clock.now() + KEPT,
    )
    db.session.add(printout)
    db.session.flush()
    journal.record(referral, "sheet.printed", by=by)
    enqueue(PRINT_SHEET, key=str(printout.id), by=by, printout_id=printout.id)
    return printout


def note_export(count: int, *, by: Actor) -> None:
    """The box leaves as a file: the journal says who took it, and how many lines it holds."""
    details = {"referrals": count}
    journal.record(Membership(id=by.membership_id), "referrals.exported", by=by, details=details)


def forget_printouts() -> int:
    """Delete the documents whose day is over; how many."""
    done = db.session.execute(delete(Printout).where(Printout.expires_at <= clock.now()))
    return int(done.rowcount)  # type: ignore[attr-defined]


def finish_printout(printout: Printout, content: bytes) -> None:
    """The document is there."""
    printout.content, printout.progress = content, 100
    printout.status = PrintoutStatus.READY
