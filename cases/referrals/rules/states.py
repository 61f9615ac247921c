"""The state machine of a referral and the computed state of a need (``domain.md`` §5)."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from cases.referrals.enums import NeedState, ReferralKind
from cases.referrals.enums import ReferralState as S

#: What may follow what. A signpost sends nothing personal: it ends when it is given.
TRANSITIONS: dict[S, frozenset[S]] = {
    S.DRAFT: frozenset({S.SENT, S.REVOKED}),
    S.SENT: frozenset({S.SEEN, S.ACCEPTED, S.DECLINED, S.REDIRECTED, S.EXPIRED, S.REVOKED}),
    S.SEEN: frozenset({S.ACCEPTED, S.DECLINED, S.REDIRECTED, S.EXPIRED, S.REVOKED}),
    S.ACCEPTED: frozenset({S.FIRST_CONTACT, S.IN_PROGRESS, S.COMPLETED, S.GIVEN_UP}),
    S.FIRST_CONTACT: frozenset({S.IN_PROGRESS, S.COMPLETED, S.GIVEN_UP}),
    S.IN_PROGRESS: frozenset({S.COMPLETED, S.GIVEN_UP}),
    **{end: frozenset() for end in (S.COMPLETED, S.GIVEN_UP, S.DECLINED, S.REDIRECTED)},
    **{end: frozenset() for end in (S.EXPIRED, S.REVOKED)},
}
SIGNPOST_TRANSITIONS = {S.DRAFT: frozenset({S.COMPLETED, S.REVOKED})}

#: What a receiver may answer.
ANSWERS = frozenset({S.ACCEPTED, S.DECLINED, S.REDIRECTED})
WAITING = frozenset({S.SENT, S.SEEN})
TAKEN = frozenset({S.ACCEPTED, S.FIRST_CONTACT, S.IN_PROGRESS})
REFUSED = frozenset({S.DECLINED, S.REDIRECTED, S.EXPIRED})
ENDED = frozenset({S.COMPLETED, S.GIVEN_UP, S.REVOKED}) | REFUSED
#: The receiver no longer reads the sheet.
SHEET_CLOSED = frozenset({S.DRAFT, S.DECLINED, S.REDIRECTED, S.EXPIRED, S.REVOKED})

#: Note of a step that was not taken for itself: reopening the case is the way back.
CASE_CLOSED = "case_closed"
UNDO_WINDOW = timedelta(seconds=60)
#: Named reverse transitions, by the state that is taken back.
REVERSES: dict[S, str] = {
    S.SENT: "referral.sending_undone",
    S.ACCEPTED: "referral.acceptance_undone",
    S.DECLINED: "referral.decline_undone",
    S.REDIRECTED: "referral.redirection_undone",
    S.REVOKED: "referral.revocation_undone",
    S.FIRST_CONTACT: "referral.first_contact_undone",
    S.IN_PROGRESS: "referral.start_undone",
    S.COMPLETED: "referral.completion_undone",
    S.GIVEN_UP: "referral.giving_up_undone",
}


class Stated(Protocol):
    """Anything that has a state."""

    @property
    def state(self) -> S:
        """Where it stands."""


class Standing(Protocol):
    """Anything that has a state and a kind."""

    @property
    def state(self) -> S:
        """Where it stands."""

    @property
    def kind(self) -> ReferralKind:
        """What it asks of its receiver."""


class Step(Protocol):
    """One transition, as it was recorded."""

    id: uuid.UUID
    after: S
    at: datetime
    member_id: uuid.UUID | None
    link_id: uuid.UUID | None
    note: str
    undone_at: datetime | None


def can_go(kind: ReferralKind, before: S, after: S) -> bool:
    """May a referral of this kind go from one state to the other?"""
    table = SIGNPOST_TRANSITIONS if kind is ReferralKind.SIGNPOST else TRANSITIONS
    return after in table.get(before, frozenset())


def is_waiting(referral: Standing) -> bool:
    """An answer is expected."""
    return referral.state in WAITING


def is_taken(referral: Standing) -> bool:
    """The receiver works on it."""
    return referral.state in TAKEN


def is_sheet_open(referral: Standing) -> bool:
    """May the receiver still read the *fiche de liaison*?"""
    return referral.state not in SHEET_CLOSED and referral.kind is not ReferralKind.SIGNPOST


def need_state(referrals: Iterable[Stated]) -> NeedState:
    """State of a need, from its referrals; the happiest one wins, drafts do not count.

    Revoked sendings count for nothing: whoever took them back will send again.
    """
    states = {one.state for one in referrals}
    if S.COMPLETED in states:
        return NeedState.MET
    if states & TAKEN:
        return NeedState.TAKEN
    if states & WAITING:
        return NeedState.WAITING
    if S.GIVEN_UP in states:
        return NeedState.GIVEN_UP
    return NeedState.ALL_DECLINED if states & REFUSED else NeedState.TO_SEND


def last_step(steps: Sequence[Step]) -> Step | None:
    """The last transition that still holds; ``steps`` in the order of time."""
    standing = [step for step in steps if step.undone_at is None]
    return standing[-1] if standing else None


def last_answer(steps: Sequence[Step]) -> Step | None:
    """The receiver's answer that still holds; ``steps`` in the order of time."""
    answers = [step for step in steps if step.undone_at is None and step.after in ANSWERS]
    return answers[-1] if answers else None


def is_author(step: Step, member_id: uuid.UUID | None, link_id: uuid.UUID | None) -> bool:
    """The member who took the step, or the bearer of the very link by which it was taken."""
    if member_id is not None:
        return step.member_id == member_id
    return link_id is not None and step.link_id == link_id


def can_undo(
    steps: Sequence[Step],
    member_id: uuid.UUID | None,
    at: datetime,
    *,
    has_left: bool,
    link_id: uuid.UUID | None = None,
) -> bool:
    """The same member, or the bearer of the same link, within 60 seconds, the message not gone,
    nothing later (``domain.md`` §5).

    ``has_left`` says that a message about the step was handed to the outside.
    """
    step = last_step(steps)
    if step is None or has_left or not is_author(step, member_id, link_id):
        return False
    if step.note == CASE_CLOSED:
        return False
    return step.after in REVERSES and at <= step.at + UNDO_WINDOW
