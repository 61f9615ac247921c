"""The lead answers, refuses or takes more time; the person is told each time."""

from sqlalchemy.exc import InvalidRequestError

from app import clock, journal
from app.actors import Actor
from app.db import db
from app.errors import NotAllowed
from app.jobs import enqueue
from cases.rights.enums import RefusalReason, RequestState
from cases.rights.errors import (
    AlreadyAnswered,
    AnswerIncomplete,
    ReasonNotForThis,
    TooLateToExtend,
)
from cases.rights.models import RightsRequest
from cases.rights.rules import (
    MONTHS_EXTENDED,
    day_of,
    due_day,
    is_extensible,
    is_reason_admitted,
)

TELL_ANSWER = "cases.rights.tell_answer"
TELL_EXTENSION = "cases.rights.tell_extension"
COLUMNS = ["state", "due_on", "extended_at", "answered_at"]


def answer_request(request: RightsRequest, answer: str, *, by: Actor) -> None:
    """Done as asked; ``answer`` says what was done. Raises AlreadyAnswered, AnswerIncomplete."""
    _lock(request)
    _close(request, RequestState.ANSWERED, answer, by)
    journal.record(request, "rights_request.answered", by=by, details={"kind": request.kind.value})


def refuse_request(
    request: RightsRequest, reason: RefusalReason, answer: str, *, by: Actor
) -> None:
    """Refused, for one of the reasons of this right, explained to the person (art. 12-4).

    Raises AlreadyAnswered, ReasonNotForThis, AnswerIncomplete.
    """
    _lock(request)
    if not is_reason_admitted(request.kind, reason):
        raise ReasonNotForThis
    request.refusal = reason
    _close(request, RequestState.REFUSED, answer, by)
    details = {"kind": request.kind.value, "reason": reason.value}
    journal.record(request, "rights_request.refused", by=by, details=details)


def extend_request(request: RightsRequest, reason: str, *, by: Actor) -> None:
    """Two more months, once, with the reason, within the first one (RGPD art. 12-3).

    Raises AlreadyAnswered, TooLateToExtend, AnswerIncomplete.
    """
    _lock(request)
    if not is_extensible(request, clock.today()):
        raise TooLateToExtend
    if not reason.strip():
        raise AnswerIncomplete
    request.state, request.extended_at = RequestState.EXTENDED, clock.now()
    request.extension_reason = reason
    request.due_on = due_day(day_of(request.received_at), months=MONTHS_EXTENDED)
    db.session.flush()
    journal.record(request, "rights_request.extended", by=by)
    enqueue(TELL_EXTENSION, key=str(request.id), by=by, request_id=request.id)


def close_with_copy(request: RightsRequest, answer: str, *, by: Actor) -> None:
    """A copy is the answer; the mail that carries its link speaks for it.

    Raises AlreadyAnswered.
    """
    _lock(request)
    _sign(request, RequestState.ANSWERED, answer, by)
    journal.record(request, "rights_request.answered", by=by, details={"kind": request.kind.value})


def _lock(request: RightsRequest) -> None:
    """Take the row for this transaction, with what it holds now.

    Raises AlreadyAnswered, NotAllowed when its case is no longer the actor's to answer for.
    """
    try:
        db.session.refresh(request, attribute_names=COLUMNS, with_for_update=True)
    except InvalidRequestError as error:
        db.session.refresh(request, attribute_names=COLUMNS)
        raise (NotAllowed if request.is_waiting else AlreadyAnswered) from error
    if not request.is_waiting:
        raise AlreadyAnswered


def _close(request: RightsRequest, state: RequestState, answer: str, by: Actor) -> None:
    if not answer.strip():
        raise AnswerIncomplete
    _sign(request, state, answer, by)
    enqueue(TELL_ANSWER, key=str(request.id), by=by, request_id=request.id)


def _sign(request: RightsRequest, state: RequestState, answer: str, by: Actor) -> None:
    request.state, request.answer, request.answered_at = state, answer, clock.now()
    request.answered_by, request.answered_seat_id = by.membership_id, by.seat_id
    db.session.flush()
