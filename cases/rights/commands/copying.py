"""The copy: prepared by the worker as the lead reads the case, read again, given, forgotten."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from app import clock, journal
from app.actors import Actor
from app.db import db
from app.jobs import enqueue
from cases.rights.commands.answering import close_with_copy
from cases.rights.enums import CopyStatus, LeftOutReason
from cases.rights.errors import CopyNotReady, NothingToGive
from cases.rights.models import RightsCopy, RightsRequest
from cases.rights.queries.copies import list_copies_over
from cases.rights.rules import count_left_out, keep_entries

PREPARE = "cases.rights.prepare_copy"
GIVE = "cases.rights.give_copy"
#: A copy that nobody gave is forgotten after so long, and prepared again if need be.
KEPT_UNGIVEN = timedelta(days=15)


def ask_copy(request: RightsRequest, *, by: Actor) -> RightsCopy:
    """Ask the worker for a copy, as the actor reads the case now; an earlier one is left behind."""
    copy = RightsCopy(
        request_id=request.id,
        case_id=request.case_id,
        seat_id=by.seat_id,
        member_id=by.membership_id,
        expires_at=clock.now() + KEPT_UNGIVEN,
    )
    db.session.add(copy)
    db.session.flush()
    journal.record(copy, "rights_copy.asked", by=by)
    enqueue(PREPARE, key=str(copy.id), by=by, copy_id=copy.id)
    return copy


def fill_copy(copy: RightsCopy, content: Sequence[Mapping[str, Any]]) -> None:
    """What the case holds is there, to be read again."""
    copy.content, copy.status = [dict(part) for part in content], CopyStatus.READY


def give_copy(
    request: RightsRequest,
    copy: RightsCopy,
    left_out: Mapping[str, LeftOutReason],
    *,
    answer: str = "",
    by: Actor,
) -> None:
    """Give what is kept: the request is answered, a link leaves for the person.

    ``left_out`` maps keys of entries to the reason for which each stays behind; their text is
    taken out of the copy. Raises AlreadyAnswered, CopyNotReady, NothingToGive.
    """
    close_with_copy(request, answer, by=by)
    db.session.refresh(copy, attribute_names=["status", "content"])
    if copy.status is not CopyStatus.READY:
        raise CopyNotReady
    kept, counts = keep_entries(copy.content, left_out), count_left_out(copy.content, left_out)
    if not kept:
        raise NothingToGive
    copy.content, copy.left_out = kept, counts
    copy.status, copy.given_at = CopyStatus.GIVEN, clock.now()
    db.session.flush()
    journal.record(copy, "rights_copy.given", by=by, details={"left_out": counts})
    enqueue(GIVE, key=str(copy.id), by=by, copy_id=copy.id)


def lend_copy(copy: RightsCopy, pdf: bytes, data: bytes, until: datetime) -> None:
    """Both files are there, for as long as their link."""
    copy.pdf, copy.data, copy.expires_at = pdf, data, until


def forget_copies() -> int:
    """Delete copies whose time is over; how many. A predicate, so it catches up."""
    over = list_copies_over(clock.now())
    for copy in over:
        db.session.delete(copy)
    db.session.flush()
    return len(over)
