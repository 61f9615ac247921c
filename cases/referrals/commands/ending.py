"""What ends referrals from outside: a withdrawal, a closed case, thirty days of silence."""

from app import clock
from app.actors import SYSTEM, Actor
from app.jobs import enqueue
from cases.casework.models import CaseFile, LegalBasis
from cases.referrals.commands.forgetting import delete_copies
from cases.referrals.commands.steps import take_step, tell_seats
from cases.referrals.enums import ReferralState
from cases.referrals.models import Referral
from cases.referrals.queries.referrals import list_expired, list_waiting_of_case
from cases.referrals.rules.states import CASE_CLOSED

TELL_WITHDRAWAL = "cases.referrals.tell_withdrawal"
TELL_EXPIRY = "cases.referrals.tell_expiry"
TELL_STOP = "cases.referrals.tell_stop"


def tell_partners_of_withdrawal(basis: LegalBasis, by: Actor) -> None:
    """Tell each seat that the agreement named; the database closed its access already.

    Handler of the hook ``consent_withdrawn``. The message names nobody: the seat reads no more.
    """
    for seat_id in basis.seat_ids:
        enqueue(
            TELL_WITHDRAWAL,
            key=f"{basis.id}:{seat_id}",
            by=by,
            agreement_id=basis.id,
            seat_id=seat_id,
        )


def stop_referrals_of_case(case: CaseFile, by: Actor) -> int:
    """Take back what still waits for an answer when a case closes; how many.

    Handler of the hook ``case_closed``. What a partner accepted is theirs to finish.
    """
    waiting = list_waiting_of_case(case.id, by)
    for referral in waiting:
        was_sent = referral.state is not ReferralState.DRAFT
        referral.ended_at = clock.now()
        referral.sent_at = referral.sent_at or referral.ended_at
        step = take_step(referral, ReferralState.REVOKED, note=CASE_CLOSED, by=by)
        if was_sent:
            tell_seats(TELL_STOP, step, referral, [referral.receiver_seat_id], by=by)
    return len(waiting)


def expire_referrals() -> int:
    """End a batch of referrals left thirty days without answer; how many.

    A predicate: a scheduler that was down catches up. The copy made for the receiver is deleted,
    everybody who reads the referral is told: both sides, and the lead of the case.
    """
    expired = list_expired(clock.now())
    for referral in expired:
        _expire(referral)
    return len(expired)


def _expire(referral: Referral) -> None:
    referral.ended_at = clock.now()
    step = take_step(referral, ReferralState.EXPIRED, by=SYSTEM)
    delete_copies([referral.id])
    tell_seats(TELL_EXPIRY, step, referral, referral.reader_seats, by=SYSTEM)
