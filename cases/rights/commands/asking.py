"""A request comes in: by the person's own link, or noted by a member who received it."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError

from app import clock, journal
from app.actors import Actor
from app.days_off import PARIS
from app.db import db
from app.jobs import enqueue
from cases.casework.models import CaseFile, LegalBasis
from cases.rights.enums import Channel, RightsKind
from cases.rights.errors import AlreadyAsked
from cases.rights.models import RightsRequest
from cases.rights.queries.requests import find_waiting
from cases.rights.rules import day_of, due_day

TELL_LEAD = "cases.rights.tell_lead"
TELL_RECEIVED = "cases.rights.tell_received"


def ask_right(basis: LegalBasis, kind: RightsKind, *, text: str = "", by: Actor) -> RightsRequest:
    """The bearer of the link of ``basis`` asks: they are who gave it, at the address it went to.

    Raises AlreadyAsked while the same request waits.
    """
    return _receive(
        RightsRequest(
            case_id=basis.case_id,
            kind=kind,
            channel=Channel.LINK,
            asked_by=basis.given_by,
            answer_to=basis.sent_to,
            text=text,
            received_at=clock.now(),
        ),
        by,
    )


def note_request(
    case: CaseFile,
    kind: RightsKind,
    channel: Channel,
    *,
    asked_by: str,
    answer_to: str = "",
    received_on: date,
    text: str = "",
    by: Actor,
) -> RightsRequest:
    """A member received it by post or by phone: its clock began that day. Raises AlreadyAsked."""
    return _receive(
        RightsRequest(
            case_id=case.id,
            kind=kind,
            channel=channel,
            asked_by=asked_by,
            answer_to=answer_to,
            text=text,
            received_at=_instant(received_on),
            received_by=by.membership_id,
            received_seat_id=by.seat_id,
        ),
        by,
    )


def _receive(request: RightsRequest, by: Actor) -> RightsRequest:
    """Kept, journalled, told to the lead and to the person; a double click keeps one."""
    request.due_on = due_day(day_of(request.received_at))
    if find_waiting(request.case_id, request.kind, request.asked_by, by):
        raise AlreadyAsked
    try:
        with db.session.begin_nested():
            db.session.add(request)
    except IntegrityError as error:
        if "uq_rights_request_waiting" not in str(error.orig):
            raise
        raise AlreadyAsked from error
    details: dict[str, Any] = {"kind": request.kind.value, "channel": request.channel.value}
    journal.record(request, "rights_request.received", by=by, details=details)
    for kind in (TELL_LEAD, TELL_RECEIVED):
        enqueue(kind, key=str(request.id), by=by, subject_id=request.id, request_id=request.id)
    return request


def _instant(day: date) -> datetime:
    """Now for today, else noon in Paris."""
    if day == clock.today():
        return clock.now()
    return datetime.combine(day, time(12), ZoneInfo(PARIS)).astimezone(clock.UTC)
