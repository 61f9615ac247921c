"""Sending the receiver a link by which it answers without an account."""

import uuid
from datetime import timedelta

from app import clock, journal
from app.actors import Actor
from app.jobs import enqueue
from cases.referrals.commands.steps import lock_referral, tell_seats
from cases.referrals.errors import NoAnswerAddress, ReferralNotWaiting
from cases.referrals.models import Referral, ReferralStep
from cases.referrals.queries.links import find_answer_address
from cases.referrals.queries.referrals import is_link_on_its_way
from cases.referrals.rules.rights import can_be_answered_by_link

SEND_ANSWER_LINK = "cases.referrals.send_answer_link"
#: Asked twice within so long, one link leaves.
ONE_EVERY = timedelta(minutes=1)


def offer_answer_link(referral: Referral, step: ReferralStep, *, by: Actor) -> None:
    """With the sending, where nobody has an account: a link leaves with the minute's messages.

    An undo of the sending takes it back with them.
    """
    if can_be_answered_by_link(referral):
        tell_seats(SEND_ANSWER_LINK, step, referral, [referral.receiver_seat_id], by=by)


def ask_answer_link(referral: Referral, *, by: Actor) -> None:
    """On demand: a new link, which revokes the former ones; clicked twice, one leaves.

    Raises ReferralNotWaiting, NoAnswerAddress.
    """
    lock_referral(referral)
    if not can_be_answered_by_link(referral):
        raise ReferralNotWaiting
    if not find_answer_address(referral):
        raise NoAnswerAddress
    if is_link_on_its_way(referral.id, SEND_ANSWER_LINK, clock.now() - ONE_EVERY):
        return
    enqueue(
        SEND_ANSWER_LINK,
        key=f"{referral.id}:{uuid.uuid4()}",
        by=by,
        subject_id=referral.id,
        basis_id=referral.basis_id,
        referral_id=referral.id,
    )
    journal.record(referral, "answer_link.asked", by=by)
