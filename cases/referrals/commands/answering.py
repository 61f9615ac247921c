"""The receiver's answer: accept, decline, redirect. The first one counts.

``by`` is a member of the receiving seat, or the bearer of an answer link acting for it
(``rights.as_receiver``), who signs with a name and a function.
"""

from sqlalchemy import func as sql
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app import clock, journal
from app.actors import Actor
from app.db import db
from cases.casework.commands import add_line
from cases.casework.enums import Audience, EntryKind
from cases.referrals.commands.steps import (
    NOBODY,
    Signature,
    add_step,
    lock_referral,
    take_step,
    tell_seats,
)
from cases.referrals.enums import DeclineCode, ReferralKind, ReferralState
from cases.referrals.errors import (
    BasisMissing,
    DeclineNeedsReason,
    RedirectNeedsSeat,
    ReferralAlreadyAnswered,
    ReferralNotWaiting,
    SignatureMissing,
)
from cases.referrals.models import Referral
from cases.referrals.queries.referrals import who_answered
from cases.referrals.rules.gate import MissingBasis, can_receive
from cases.referrals.rules.rights import is_sealed
from cases.referrals.rules.states import WAITING
from partners.organisations.models import Seat

TELL_ANSWER = "cases.referrals.tell_answer"
TELL_ENTREPRENEUR = "cases.referrals.tell_entrepreneur"


def accept_referral(referral: Referral, *, signature: Signature = NOBODY, by: Actor) -> None:
    """Take it: the receiver enters the case at once, and leads it after a handover.

    Health stays out of the shared file: its receiver keeps the sheet. Raises SignatureMissing,
    ReferralAlreadyAnswered, ReferralNotWaiting, BasisMissing when the agreement lapsed meanwhile.
    """
    _lock_waiting(referral)
    _sign(referral, signature, by)
    step = take_step(referral, ReferralState.ACCEPTED, signature=signature, by=by)
    if not is_sealed(referral.subject):
        _join(referral, by)
    tell_seats(TELL_ANSWER, step, referral, [referral.sender_seat_id], by=by)


def decline_referral(
    referral: Referral,
    *,
    code: DeclineCode | None,
    text: str,
    can_entrepreneur_read: bool,
    signature: Signature = NOBODY,
    by: Actor,
) -> None:
    """Decline with a coded reason and a text; the sheet closes at once.

    The entrepreneur is sent the text only when the receiver chose so.
    Raises DeclineNeedsReason, SignatureMissing, ReferralAlreadyAnswered, ReferralNotWaiting.
    """
    if code is None or not text.strip():
        raise DeclineNeedsReason
    _lock_waiting(referral)
    _sign(referral, signature, by)
    referral.decline_code, referral.decline_text = code, text
    referral.can_entrepreneur_read = can_entrepreneur_read
    referral.ended_at = referral.answered_at
    declined = ReferralState.DECLINED
    step = add_step(referral, declined, note=code.value, signature=signature, by=by)
    tell_seats(TELL_ANSWER, step, referral, [referral.sender_seat_id], by=by)
    if can_entrepreneur_read:
        tell_seats(TELL_ENTREPRENEUR, step, referral, [referral.receiver_seat_id], by=by)


def redirect_referral(
    referral: Referral,
    *,
    proposed_seat: Seat | None,
    reason: str,
    signature: Signature = NOBODY,
    by: Actor,
) -> None:
    """Propose the next organisation in one step; the sender sends, the receiver does not.

    Raises RedirectNeedsSeat, SignatureMissing, ReferralAlreadyAnswered, ReferralNotWaiting.
    """
    if proposed_seat is None or not reason.strip() or not _is_other(referral, proposed_seat):
        raise RedirectNeedsSeat
    _lock_waiting(referral)
    _sign(referral, signature, by)
    referral.proposed_seat_id, referral.end_note = proposed_seat.id, reason
    referral.ended_at = referral.answered_at
    step = add_step(referral, ReferralState.REDIRECTED, signature=signature, by=by)
    tell_seats(TELL_ANSWER, step, referral, [referral.sender_seat_id], by=by)


def refuse_answered(referral: Referral) -> None:
    """Raises ReferralAlreadyAnswered, ReferralNotWaiting unless it still waits."""
    if referral.state in WAITING:
        return
    if referral.answered_at is None:
        raise ReferralNotWaiting
    raise ReferralAlreadyAnswered(who_answered(referral), referral.answered_at, referral.state)


def _lock_waiting(referral: Referral) -> None:
    lock_referral(referral)
    refuse_answered(referral)


def _sign(referral: Referral, signature: Signature, by: Actor) -> None:
    """A member signs with their account, the bearer of a link in words."""
    if not by.is_member and not signature.is_complete:
        raise SignatureMissing
    referral.receiver_member_id, referral.answered_at = by.membership_id, clock.now()


def _is_other(referral: Referral, seat: Seat) -> bool:
    parties = (referral.sender_seat_id, referral.receiver_seat_id)
    return seat.id not in parties and can_receive(referral.subject, seat.organisation.kind)


def _join(referral: Referral, by: Actor) -> None:
    """The database lets the seat in, and checks once more that the agreement covers it."""
    try:
        with db.session.begin_nested():
            db.session.execute(select(sql.join_case(referral.id, referral.answered_at)))
    except IntegrityError as error:
        raise BasisMissing(MissingBasis.LAPSED.label) from error
    is_handover = referral.kind is ReferralKind.HANDOVER
    fact = "reprend le pilotage du dossier" if is_handover else "entre dans le dossier"
    text = f"{by.organisation_name} {fact} ({referral.subject.label})."
    add_line(referral.case_id, EntryKind.PARTICIPANT_JOINED, text, audience=Audience.AID, by=by)
    journal.record(referral, "participation.started", by=by, details={"handover": is_handover})
