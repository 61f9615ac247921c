"""Saying why one opens a case outside one's usual territory."""

from uuid_utils.compat import uuid7

from app import journal
from app.actors import Actor
from app.db import db
from cases.casework.enums import OutsideReason
from cases.casework.errors import ReasonMissing
from cases.casework.models import CaseFile, OutsideAccess
from cases.casework.queries.sharing import OPENED_OUTSIDE
from cases.casework.territory import place_of


def give_reason(
    case: CaseFile, reason: OutsideReason, text: str = "", *, by: Actor
) -> OutsideAccess:
    """Say why: the lead and one's own manager read it. ``case.company`` is loaded.

    Raises ReasonMissing: another reason is told in words.
    """
    if reason is OutsideReason.OTHER and not text.strip():
        raise ReasonMissing
    access = OutsideAccess(
        id=uuid7(),
        case_id=case.id,
        seat_id=by.seat_id,
        member_id=by.membership_id,
        department=place_of(case),
        reason=reason,
        text=text.strip(),
    )
    # The event first: the database takes no reason without it.
    journal.record(access, OPENED_OUTSIDE, by=by, details={"reason": reason.value})
    db.session.flush()
    db.session.add(access)
    db.session.flush()
    return access
