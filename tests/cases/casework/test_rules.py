"""Who may do what in a case: truth tables on unsaved objects, no database."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest

from app.actors import Actor, ActorKind, Role, Side
from cases.casework import rules
from cases.casework.enums import (
    ActionStatus,
    Audience,
    BasisKind,
    CaseStatus,
    ParticipantRole,
    Section,
)
from cases.casework.models import (
    Assessment,
    AssessmentDebt,
    CaseAction,
    CaseFile,
    LegalBasis,
    Participation,
    TimelineEntry,
)

OURS, THEIRS = uuid.uuid4(), uuid.uuid4()
ME, COLLEAGUE = uuid.uuid4(), uuid.uuid4()
NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
LEAD, PARTNER, OBSERVER = ParticipantRole.LEAD, ParticipantRole.PARTNER, ParticipantRole.OBSERVER
READERS = {Role.ADVISER, Role.MANAGER, Role.COORDINATOR, Role.ACCOUNTANT}


def actor(role=Role.ADVISER, side=Side.AID, seat_id=OURS) -> Actor:
    return Actor(kind=ActorKind.MEMBER, membership_id=ME, seat_id=seat_id, side=side, role=role)


def case(status=CaseStatus.OPEN, lead=OURS) -> CaseFile:
    return CaseFile(status=status, lead_seat_id=lead)


def participation(role=PARTNER, seat_id=OURS, ended_at=None, **more) -> Participation:
    return Participation(seat_id=seat_id, role=role, ended_at=ended_at, **more)


@pytest.mark.parametrize(
    ("reminded_at", "expected"),
    [
        (None, False),
        (datetime(2026, 3, 1, 22, 59, tzinfo=UTC), False),
        (datetime(2026, 3, 1, 23, 1, tzinfo=UTC), True),
        (datetime(2026, 3, 2, 10, tzinfo=UTC), True),
    ],
)
def test_one_reminder_a_day_as_counted_in_paris(reminded_at, expected):
    assert rules.was_reminded(reminded_at, date(2026, 3, 2)) is expected


@pytest.mark.parametrize("role", list(Role))
def test_which_roles_read_cases(role):
    assert rules.reads_cases(actor(role)) is (role in READERS)
    assert rules.can_read_case(actor(role), LEAD) is (role in READERS)
    assert rules.role_of(actor(role), [participation(LEAD)]) is (LEAD if role in READERS else None)


@pytest.mark.parametrize(
    ("participations", "expected"),
    [
        ([], None),
        ([participation(seat_id=THEIRS)], None),
        ([participation(ended_at=NOW)], None),
        ([participation(ended_at=NOW), participation(OBSERVER)], OBSERVER),
        ([participation(LEAD)], LEAD),
    ],
)
def test_role_of(participations, expected):
    assert rules.role_of(actor(), participations) is expected


@pytest.mark.parametrize("status", list(CaseStatus))
@pytest.mark.parametrize(
    ("role", "writes", "steers"),
    [(LEAD, True, True), (PARTNER, True, False), (OBSERVER, False, False), (None, False, False)],
)
def test_writing_and_steering(status, role, writes, steers):
    lead = OURS if role is LEAD else THEIRS
    is_open = status is not CaseStatus.CLOSED
    opened = case(status, lead)
    assert rules.can_write_in_case(actor(), opened, role) is (writes and is_open)
    assert rules.can_steer_case(actor(), opened, role) is (steers and is_open)
    assert rules.can_reopen_case(actor(), opened, role) is (steers and not is_open)
    assert rules.can_see_openings(actor(), opened, role) is steers
    assert rules.can_leave_case(actor(), role) is (role in (PARTNER, OBSERVER))


def test_a_lead_role_without_the_lead_seat_does_not_steer():
    assert not rules.can_steer_case(actor(), case(lead=THEIRS), LEAD)


@pytest.mark.parametrize("role", sorted(READERS))
@pytest.mark.parametrize("side", list(Side))
def test_agreements_and_permissions(role, side):
    who = actor(role, side)
    assert rules.can_record_agreement(who, case(), LEAD) is (side is Side.AID)
    is_manager = role is Role.MANAGER and side is Side.AID
    assert rules.can_record_permission(who, case(), LEAD) is is_manager


@pytest.mark.parametrize(
    ("lead", "recorded_by", "withdrawn", "expected"),
    [
        (OURS, THEIRS, None, True),
        (THEIRS, OURS, None, True),
        (THEIRS, THEIRS, None, False),
        (OURS, OURS, NOW, False),
    ],
)
def test_withdrawing_an_agreement(lead, recorded_by, withdrawn, expected):
    basis = LegalBasis(recorded_seat_id=recorded_by, withdrawn_at=withdrawn)
    role = LEAD if lead == OURS else PARTNER
    assert rules.can_withdraw_agreement(actor(), case(lead=lead), role, basis) is expected


@pytest.mark.parametrize(
    ("role", "author", "seat_id", "expected"),
    [
        (Role.ADVISER, ME, OURS, True),
        (Role.ADVISER, COLLEAGUE, OURS, False),
        (Role.MANAGER, COLLEAGUE, OURS, True),
        (Role.MANAGER, COLLEAGUE, THEIRS, False),
        (Role.ADVISER, None, OURS, False),
        # Answered by a link, or said by the platform: nobody's words but theirs.
        (Role.MANAGER, None, OURS, False),
    ],
)
def test_correcting_an_entry(role, author, seat_id, expected):
    entry = TimelineEntry(author_id=author, seat_id=seat_id)
    assert rules.can_correct_entry(actor(role), case(), LEAD, entry) is expected


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("audience", list(Audience))
@pytest.mark.parametrize("seat_id", [OURS, THEIRS])
def test_who_hears(side, audience, seat_id):
    """The creditor firewall: recovery never hears what was written for the helping side."""
    expected = (
        audience is Audience.ALL
        or seat_id == OURS
        or (audience is Audience.AID and side is Side.AID)
    )
    assert rules.hears(actor(side=side), audience, seat_id) is expected


def test_audiences_of_each_side():
    assert rules.audiences_of(actor()) == (Audience.OWN, Audience.AID, Audience.ALL)
    assert rules.audiences_of(actor(side=Side.RECOVERY)) == (Audience.OWN, Audience.ALL)
    assert rules.default_audience(actor()) is Audience.AID
    assert rules.default_audience(actor(side=Side.RECOVERY)) is Audience.OWN
    assert rules.audiences_of(Actor(kind=ActorKind.SYSTEM)) == ()


@pytest.mark.parametrize("status", list(ActionStatus))
def test_changing_an_action(status):
    action = CaseAction(status=status, audience=Audience.AID, seat_id=THEIRS)
    is_over = status in (ActionStatus.DONE, ActionStatus.DROPPED)
    assert rules.can_change_action(actor(), case(), PARTNER, action) is not is_over
    assert not rules.can_change_action(actor(side=Side.RECOVERY), case(), PARTNER, action)


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (None, False),
        (participation(LEAD, sections=[]), True),
        (participation(sections=[], was_lead=True), True),
        (participation(sections=[Section.IDENTITY]), False),
        (participation(sections=[Section.FIGURES]), True),
        (participation(sections=[Section.FIGURES], ended_at=NOW), False),
    ],
)
def test_reading_figures(one, expected):
    assert rules.can_read_figures(one) is expected


@pytest.mark.parametrize(
    ("kind", "confirmed", "until", "withdrawn", "expected"),
    [
        (BasisKind.CONSENT, NOW, None, None, "active"),
        (BasisKind.CONSENT, None, None, None, "active"),
        (BasisKind.CONSENT, None, NOW + timedelta(days=1), None, "to_confirm"),
        (BasisKind.CONSENT, None, NOW, None, "lapsed"),
        (BasisKind.CONSENT, NOW, None, NOW, "withdrawn"),
        (BasisKind.PERMISSION, None, None, None, "active"),
    ],
)
def test_basis_state(kind, confirmed, until, withdrawn, expected):
    basis = LegalBasis(kind=kind, confirmed_at=confirmed, valid_until=until, withdrawn_at=withdrawn)
    assert rules.basis_state(basis, NOW) == expected


@pytest.mark.parametrize(
    ("reason", "until", "expected"),
    [
        ("Attend", date(2026, 3, 3), True),
        ("  ", date(2026, 3, 3), False),
        ("Attend", date(2026, 3, 2), False),
        ("Attend", None, False),
    ],
)
def test_pause(reason, until, expected):
    assert rules.is_pause_complete(reason, until, date(2026, 3, 2)) is expected


def test_comparison_of_two_assessments():
    old = Assessment(treasury_cents=100, headcount=None, debts=[AssessmentDebt(amount_cents=5)])
    new = Assessment(treasury_cents=40, headcount=3, debts=[AssessmentDebt(amount_cents=9)])
    assert dict(rules.comparison(new, old)) == {"treasury": -60, "debts": 4, "headcount": None}
    assert rules.comparison(new, None) == ()
