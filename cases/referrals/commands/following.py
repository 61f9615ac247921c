"""How the work goes after the acceptance, until it ends."""

from app import clock
from app.actors import Actor
from cases.referrals.commands.steps import lock_referral, take_step, tell_seats
from cases.referrals.enums import ReferralState
from cases.referrals.models import Referral

TELL_PROGRESS = "cases.referrals.tell_progress"


def note_first_contact(referral: Referral, *, by: Actor) -> None:
    """The entrepreneur was reached. Raises WrongStep."""
    _move(referral, ReferralState.FIRST_CONTACT, "", by)


def start_work(referral: Referral, *, by: Actor) -> None:
    """The help itself has begun. Raises WrongStep."""
    _move(referral, ReferralState.IN_PROGRESS, "", by)


def complete_referral(referral: Referral, *, note: str = "", by: Actor) -> None:
    """The need is met. Raises WrongStep."""
    _end(referral, ReferralState.COMPLETED, note, by)


def give_up_referral(referral: Referral, *, note: str, by: Actor) -> None:
    """The work stops without having met the need; the note says why. Raises WrongStep."""
    _end(referral, ReferralState.GIVEN_UP, note, by)


def _end(referral: Referral, after: ReferralState, note: str, by: Actor) -> None:
    lock_referral(referral)
    referral.ended_at, referral.end_note = clock.now(), note
    _step(referral, after, note, by)


def _move(referral: Referral, after: ReferralState, note: str, by: Actor) -> None:
    lock_referral(referral)
    _step(referral, after, note, by)


def _step(referral: Referral, after: ReferralState, note: str, by: Actor) -> None:
    step = take_step(referral, after, note=note, by=by)
    tell_seats(TELL_PROGRESS, step, referral, [referral.sender_seat_id], by=by)
