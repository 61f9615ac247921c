"""The state machine and the computed state of a need: truth tables, no database."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from cases.referrals.enums import NeedState, ReferralKind
from cases.referrals.enums import ReferralState as S
from cases.referrals.rules.states import (
    ENDED,
    REFUSED,
    TAKEN,
    WAITING,
    can_go,
    can_undo,
    is_sheet_open,
    last_answer,
    last_step,
    need_state,
)

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
ME, COLLEAGUE = uuid.uuid4(), uuid.uuid4()
ALLOWED = {
    (S.DRAFT, S.SENT),
    (S.DRAFT, S.REVOKED),
    *product((S.SENT, S.SEEN), (S.ACCEPTED, S.DECLINED, S.REDIRECTED, S.EXPIRED, S.REVOKED)),
    (S.SENT, S.SEEN),
    *product((S.ACCEPTED,), (S.FIRST_CONTACT, S.IN_PROGRESS, S.COMPLETED, S.GIVEN_UP)),
    *product((S.FIRST_CONTACT,), (S.IN_PROGRESS, S.COMPLETED, S.GIVEN_UP)),
    *product((S.IN_PROGRESS,), (S.COMPLETED, S.GIVEN_UP)),
}


@dataclass
class Row:
    """What the rules look at in a referral."""

    state: S
    kind: ReferralKind = ReferralKind.JOINT


@dataclass
class Step:
    """What the rules look at in a step."""

    after: S
    at: datetime = NOW
    member_id: uuid.UUID | None = ME
    link_id: uuid.UUID | None = None
    undone_at: datetime | None = None
    note: str = ""
    id: uuid.UUID = ME


@pytest.mark.parametrize(("before", "after"), list(product(S, S)))
@pytest.mark.parametrize("kind", [ReferralKind.JOINT, ReferralKind.HANDOVER])
def test_transitions_are_those_of_the_table(kind: ReferralKind, before: S, after: S) -> None:
    assert can_go(kind, before, after) is ((before, after) in ALLOWED)


@pytest.mark.parametrize(("before", "after"), list(product(S, S)))
def test_signpost_ends_when_it_is_given(before: S, after: S) -> None:
    expected = before is S.DRAFT and after in (S.COMPLETED, S.REVOKED)
    assert can_go(ReferralKind.SIGNPOST, before, after) is expected


def test_every_state_is_in_one_group() -> None:
    assert sorted([S.DRAFT, *WAITING, *TAKEN, *ENDED]) == sorted(S)
    assert REFUSED < ENDED


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([], NeedState.TO_SEND),
        ([S.DRAFT], NeedState.TO_SEND),
        ([S.REVOKED], NeedState.TO_SEND),
        ([S.SENT], NeedState.WAITING),
        ([S.SEEN, S.DECLINED], NeedState.WAITING),
        ([S.ACCEPTED, S.SENT], NeedState.TAKEN),
        ([S.FIRST_CONTACT], NeedState.TAKEN),
        ([S.IN_PROGRESS, S.DECLINED], NeedState.TAKEN),
        ([S.COMPLETED, S.GIVEN_UP], NeedState.MET),
        ([S.GIVEN_UP, S.DECLINED], NeedState.GIVEN_UP),
        ([S.DECLINED, S.EXPIRED, S.REDIRECTED], NeedState.ALL_DECLINED),
        ([S.DECLINED, S.REVOKED], NeedState.ALL_DECLINED),
    ],
)
def test_need_state_follows_its_referrals(states: list[S], expected: NeedState) -> None:
    assert need_state([Row(state) for state in states]) is expected


@pytest.mark.parametrize("state", list(S))
def test_sheet_closes_with_the_referral(state: S) -> None:
    closed = {S.DRAFT, S.DECLINED, S.REDIRECTED, S.EXPIRED, S.REVOKED}
    assert is_sheet_open(Row(state)) is (state not in closed)
    assert not is_sheet_open(Row(state, ReferralKind.SIGNPOST))


@pytest.mark.parametrize(
    ("steps", "member", "seconds", "has_left", "expected"),
    [
        ([Step(S.ACCEPTED)], ME, 0, False, True),
        ([Step(S.ACCEPTED)], ME, 60, False, True),
        ([Step(S.ACCEPTED)], ME, 61, False, False),
        ([Step(S.ACCEPTED)], COLLEAGUE, 5, False, False),
        ([Step(S.ACCEPTED)], None, 5, False, False),
        ([Step(S.ACCEPTED)], ME, 5, True, False),
        ([Step(S.SENT), Step(S.SEEN, member_id=COLLEAGUE)], ME, 5, False, False),
        ([Step(S.SENT), Step(S.ACCEPTED, undone_at=NOW)], ME, 5, False, True),
        ([Step(S.EXPIRED, member_id=None)], ME, 5, False, False),
        ([Step(S.REVOKED, note="case_closed")], ME, 5, False, False),
        ([], ME, 5, False, False),
    ],
)
def test_undo_is_for_its_author_within_the_minute(
    steps: list[Step], member: uuid.UUID | None, seconds: int, has_left: bool, expected: bool
) -> None:
    at = NOW + timedelta(seconds=seconds)
    assert can_undo(steps, member, at, has_left=has_left) is expected


LINK, OTHER_LINK = uuid.uuid4(), uuid.uuid4()
BY_LINK = Step(S.ACCEPTED, member_id=None, link_id=LINK)


@pytest.mark.parametrize(
    ("step", "member", "link", "seconds", "has_left", "expected"),
    [
        (BY_LINK, None, LINK, 0, False, True),
        (BY_LINK, None, LINK, 60, False, True),
        (BY_LINK, None, LINK, 61, False, False),
        (BY_LINK, None, LINK, 5, True, False),
        (BY_LINK, None, OTHER_LINK, 5, False, False),
        (BY_LINK, None, None, 5, False, False),
        (BY_LINK, ME, None, 5, False, False),
        (Step(S.ACCEPTED), None, LINK, 5, False, False),
        (Step(S.SEEN, member_id=None, link_id=LINK), None, LINK, 5, False, False),
    ],
)
def test_undo_of_a_bearer_is_for_the_very_same_link(
    step: Step,
    member: uuid.UUID | None,
    link: uuid.UUID | None,
    seconds: int,
    has_left: bool,
    expected: bool,
) -> None:
    at = NOW + timedelta(seconds=seconds)
    assert can_undo([step], member, at, has_left=has_left, link_id=link) is expected


def test_last_answer_passes_over_what_was_undone_and_what_followed() -> None:
    accepted, followed = Step(S.ACCEPTED), Step(S.FIRST_CONTACT)
    assert last_answer([Step(S.SENT), accepted, followed]) is accepted
    assert last_answer([Step(S.SENT), Step(S.ACCEPTED, undone_at=NOW)]) is None


def test_last_step_passes_over_undone_ones() -> None:
    sent = Step(S.SENT)
    assert last_step([sent, Step(S.SEEN, undone_at=NOW)]) is sent
    assert last_step([]) is None
