"""Taking back one's last act, for one minute (``domain.md`` §5)."""

from collections.abc import Sequence

from sqlalchemy import func as sql
from sqlalchemy import select, update

from app import clock, journal
from app.actors import Actor
from app.db import db
from app.jobs import Outbox, OutboxStatus
from cases.casework.commands import tell
from cases.casework.enums import Audience, EntryKind
from cases.referrals.commands.steps import lock_referral
from cases.referrals.enums import ReferralState
from cases.referrals.errors import TooLateToUndo
from cases.referrals.models import Referral, ReferralStep
from cases.referrals.queries.links import last_link_at
from cases.referrals.queries.referrals import list_messages_of, list_steps
from cases.referrals.rules.rights import is_sealed
from cases.referrals.rules.states import REVERSES, WAITING, can_undo, last_step

#: What each act wrote on the row, given back when it is undone.
WRITTEN: dict[ReferralState, dict[str, object]] = {
    ReferralState.SENT: {},
    ReferralState.ACCEPTED: {"receiver_member_id": None, "answered_at": None},
    ReferralState.DECLINED: {
        "receiver_member_id": None,
        "answered_at": None,
        "ended_at": None,
        "decline_code": None,
        "decline_text": "",
        "can_entrepreneur_read": False,
    },
    ReferralState.REDIRECTED: {
        "receiver_member_id": None,
        "answered_at": None,
        "ended_at": None,
        "proposed_seat_id": None,
        "end_note": "",
    },
    ReferralState.REVOKED: {"ended_at": None},
    ReferralState.FIRST_CONTACT: {},
    ReferralState.IN_PROGRESS: {},
    ReferralState.COMPLETED: {"ended_at": None, "end_note": ""},
    ReferralState.GIVEN_UP: {"ended_at": None, "end_note": ""},
}


def undo_last_step(referral: Referral, *, by: Actor) -> ReferralState:
    """Take the last transition back, by its author, within a minute; the state that was undone.

    Its message is cancelled; the access that an acceptance opened ends. Raises TooLateToUndo.
    """
    lock_referral(referral)
    steps = list_steps(referral.id)
    step = last_step(steps)
    messages = list_messages_of(step) if isinstance(step, ReferralStep) else []
    if not isinstance(step, ReferralStep) or not can_undo(
        steps,
        by.membership_id,
        clock.now(),
        has_left=_has_left(step, messages),
        link_id=by.link_id,
    ):
        raise TooLateToUndo
    _cancel(messages)
    _take_back(referral, step, by)
    return step.after


def _has_left(step: ReferralStep, messages: Sequence[Outbox]) -> bool:
    """A message about it, or a link to what was sent."""
    if step.after is ReferralState.SENT and last_link_at(step.referral_id):
        return True
    return any(one.status is not OutboxStatus.PENDING for one in messages)


def _cancel(messages: Sequence[Outbox]) -> None:
    """A message that the relay takes at this very moment has left: the undo is refused."""
    ids = [one.id for one in messages]
    done = db.session.execute(
        update(Outbox)
        .where(Outbox.id.in_(ids), Outbox.status == OutboxStatus.PENDING)
        .values(status=OutboxStatus.CANCELLED)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != len(ids):  # type: ignore[attr-defined]
        raise TooLateToUndo


def _take_back(referral: Referral, step: ReferralStep, by: Actor) -> None:
    was_in = step.after is ReferralState.ACCEPTED and not is_sealed(referral.subject)
    if was_in:
        text = f"{by.organisation_name} reprend sa réponse et quitte le dossier."
        tell(referral.case_id, EntryKind.PARTICIPANT_LEFT, text, audience=Audience.AID, by=by)
    referral.state, step.undone_at = step.before, clock.now()
    for name, value in WRITTEN[step.after].items():
        setattr(referral, name, value)
    journal.record(referral, REVERSES[step.after], by=by)
    db.session.flush()
    if was_in and referral.state in WAITING:
        db.session.execute(select(sql.unjoin_case(referral.id, step.undone_at)))
