"""Until when: months of the calendar, reductions that only shorten, ceilings, who decides."""

import uuid
from datetime import UTC, datetime

import pytest

from app.actors import Actor, ActorKind, Role, Side
from app.reference.models import RetentionRule
from cases.retention.enums import Kind
from cases.retention.rules import (
    CEILINGS,
    Ceiling,
    Duration,
    Durations,
    can_extend,
    can_reduce,
    is_within,
)

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
OURS, THEIRS = uuid.uuid4(), uuid.uuid4()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "months", "days", "expected"),
    [
        ("2026-11-26T08:00", 36, 0, "2023-11-26T08:00"),
        ("2026-01-15T00:00", 1, 0, "2025-12-15T00:00"),
        ("2026-03-31T12:00", 1, 0, "2026-02-28T12:00"),
        ("2028-03-31T12:00", 1, 0, "2028-02-29T12:00"),
        ("2028-02-29T12:00", 12, 0, "2027-02-28T12:00"),
        ("2026-11-26T08:00", 0, 1, "2026-11-25T08:00"),
        ("2026-03-01T00:00", 0, 1, "2026-02-28T00:00"),
        ("2026-11-26T08:00", 12, 7, "2025-11-19T08:00"),
    ],
)
def test_so_long_ago(now: str, months: int, days: int, expected: str) -> None:
    assert Duration(months, days).before(at(now)) == at(expected)


DURATIONS = Durations(
    {Kind.CASE: Duration(36), Kind.JOURNAL: Duration(12), Kind.REFERRAL_SHEET: Duration(0, 1)},
    {Kind.CASE: {OURS: 12}},
)


@pytest.mark.parametrize(
    ("kind", "since", "organisation", "expected"),
    [
        (Kind.CASE, "2023-11-26T08:01", None, False),
        (Kind.CASE, "2023-11-26T08:00", None, False),
        (Kind.CASE, "2023-11-26T07:59", None, True),
        (Kind.CASE, "2025-11-26T07:59", THEIRS, False),
        (Kind.CASE, "2025-11-26T07:59", OURS, True),
        (Kind.CASE, "2025-11-26T08:01", OURS, False),
        (Kind.JOURNAL, "2025-11-26T07:59", None, True),
        (Kind.JOURNAL, "2025-11-26T08:01", OURS, False),
        (Kind.REFERRAL_SHEET, "2026-11-25T07:59", None, True),
        (Kind.REFERRAL_SHEET, "2026-11-25T08:01", None, False),
    ],
)
def test_what_is_due(
    kind: Kind, since: str, organisation: uuid.UUID | None, expected: bool
) -> None:
    assert DURATIONS.is_due(kind, at(since), NOW, organisation) is expected


def test_what_does_not_count_yet_is_never_due() -> None:
    assert DURATIONS.is_due(Kind.CASE, None, NOW) is False


def test_a_reduction_never_lengthens() -> None:
    longer = Durations({Kind.CASE: Duration(36)}, {Kind.CASE: {OURS: 60}})
    assert longer.of(Kind.CASE, OURS) == Duration(36)
    assert DURATIONS.of(Kind.CASE, OURS) == Duration(12)


@pytest.mark.parametrize(
    ("due", "total", "stops"),
    [(20, 21, False), (21, 100, True), (50, 1000, False), (51, 1000, True), (0, 0, False)],
)
def test_a_human_is_called_above_the_ceiling(due: int, total: int, stops: bool) -> None:
    assert Ceiling(20, 5).stops(due, total) is stops


def test_what_cannot_be_made_again_has_a_ceiling() -> None:
    guarded = {Kind.CASE, Kind.COMPANY, Kind.PERSON, Kind.FORMER_MEMBER, Kind.AGREEMENT}
    assert set(CEILINGS) == guarded | {Kind.ACCESS_REQUEST, Kind.JOURNAL}


def rule(least: int | None = 6) -> RetentionRule:
    return RetentionRule(code="case", months=36, days=0, least_months=least, longest_months=36)


def member(role: Role, side: Side = Side.AID, organisation: uuid.UUID = OURS) -> Actor:
    return Actor(kind=ActorKind.MEMBER, role=role, side=side, organisation_id=organisation)


@pytest.mark.parametrize(
    ("actor", "expected"),
    [
        (member(Role.MANAGER), True),
        (member(Role.PLATFORM_ADMIN, organisation=THEIRS), True),
        (member(Role.MANAGER, Side.RECOVERY), False),
        (member(Role.MANAGER, organisation=THEIRS), False),
        *((member(role), False) for role in set(Role) - {Role.MANAGER, Role.PLATFORM_ADMIN}),
        (Actor(kind=ActorKind.ANONYMOUS), False),
        (Actor(kind=ActorKind.LINK), False),
    ],
)
def test_who_shortens(actor: Actor, expected: bool) -> None:
    assert can_reduce(actor, OURS, rule()) is expected
    assert can_reduce(actor, OURS, rule(least=None)) is False


@pytest.mark.parametrize(
    ("months", "expected"), [(5, False), (6, True), (36, True), (37, False), (-1, False)]
)
def test_down_to_the_floor_and_no_longer(months: int, expected: bool) -> None:
    assert is_within(rule(), months) is expected
    assert is_within(rule(least=None), months) is False


def test_only_the_administration_keeps_the_journal_longer() -> None:
    assert {role for role in Role if can_extend(member(role))} == {Role.PLATFORM_ADMIN}
