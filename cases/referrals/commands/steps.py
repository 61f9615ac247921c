"""One transition of a referral: locked, checked, signed, journalled, told a minute later."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.exc import InvalidRequestError
from uuid_utils.compat import uuid7

from app import clock, journal
from app.actors import Actor
from app.db import db
from app.errors import NotVisible
from app.jobs import UNDO_DELAY, enqueue
from app.writing import write
from cases.referrals.enums import ReferralState
from cases.referrals.errors import WrongStep
from cases.referrals.models import Referral, ReferralStep
from cases.referrals.rules.states import can_go

COLUMNS = [
    "state",
    "basis_id",
    "receiver_member_id",
    "answered_at",
    "ended_at",
    "seen_at",
    "decline_code",
    "decline_text",
    "proposed_seat_id",
]


@dataclass(frozen=True)
class Signature:
    """Who answers by a link: the name and the function that they typed."""

    name: str = ""
    function: str = ""

    @property
    def is_complete(self) -> bool:
        """Both are there."""
        return bool(self.name.strip() and self.function.strip())


NOBODY = Signature()


def lock_referral(referral: Referral) -> None:
    """Take the row for this transaction, with what it holds now. Raises NotVisible."""
    try:
        db.session.refresh(referral, attribute_names=COLUMNS, with_for_update=True)
    except InvalidRequestError as error:
        raise NotVisible from error


def take_step(
    referral: Referral,
    after: ReferralState,
    *,
    note: str = "",
    signature: Signature = NOBODY,
    by: Actor,
) -> ReferralStep:
    """Move a locked referral to a state. Raises WrongStep when the machine does not go there."""
    step = add_step(referral, after, note=note, signature=signature, by=by)
    write(db.session())
    return step


def add_step(
    referral: Referral,
    after: ReferralState,
    *,
    note: str = "",
    signature: Signature = NOBODY,
    by: Actor,
) -> ReferralStep:
    """The same, written with whatever else the transaction writes."""
    before = referral.state
    if not can_go(referral.kind, before, after):
        raise WrongStep
    referral.state = after
    step = ReferralStep(
        id=uuid7(),
        referral=referral,
        referral_id=referral.id,
        before=before,
        after=after,
        seat_id=by.seat_id,
        member_id=by.membership_id,
        link_id=by.link_id,
        signed_name=signature.name,
        signed_function=signature.function,
        note=note,
        at=clock.now(),
    )
    db.session.add(step)
    journal.record(referral, f"referral.{after.value}", by=by, details={"before": before.value})
    return step


def tell_seats(
    kind: str, step: ReferralStep, referral: Referral, seats: Iterable[uuid.UUID], *, by: Actor
) -> None:
    """Ask for one message per seat, a minute later; an undo or a withdrawal takes them back."""
    for seat_id in dict.fromkeys(seats):
        enqueue(
            kind,
            key=f"{step.id}:{seat_id}",
            by=by,
            subject_id=referral.id,
            basis_id=referral.basis_id,
            delay=UNDO_DELAY,
            referral_id=referral.id,
            step_id=step.id,
            seat_id=seat_id,
        )
