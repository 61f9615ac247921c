"""Who answers, by when, for which reasons: truth tables without a database."""

import uuid
from datetime import UTC, date, datetime

import pytest

from app.actors import Actor, ActorKind, Role, Side
from cases.casework.enums import ParticipantRole
from cases.casework.models import CaseFile
from cases.rights import rules
from cases.rights.enums import LeftOutReason, RefusalReason, RequestState, RightsKind
from cases.rights.models import RightsRequest
from tests.factories.rights import CONTENT

LEAD, PARTNER, OBSERVER = ParticipantRole.LEAD, ParticipantRole.PARTNER, ParticipantRole.OBSERVER
SEAT, OTHER, MEMBER = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
IN_CHARGE = CaseFile(lead_seat_id=SEAT, lead_member_id=MEMBER)
NOBODY = CaseFile(lead_seat_id=SEAT, lead_member_id=None)
TODAY = date(2026, 11, 26)


def actor(role: Role = Role.ADVISER, side: Side = Side.AID, **more: object) -> Actor:
    values = {"seat_id": SEAT, "membership_id": MEMBER, **more}
    return Actor(kind=ActorKind.MEMBER, role=role, side=side, **values)


def asked(state: RequestState = RequestState.RECEIVED, **more: object) -> RightsRequest:
    return RightsRequest(state=state, due_on=date(2026, 12, 26), **more)


@pytest.mark.parametrize(
    ("case", "who", "role", "answers"),
    [
        (IN_CHARGE, actor(), LEAD, True),
        (IN_CHARGE, actor(membership_id=OTHER), LEAD, False),
        (IN_CHARGE, actor(Role.MANAGER, membership_id=OTHER), LEAD, True),
        (IN_CHARGE, actor(Role.COORDINATOR), LEAD, True),
        (IN_CHARGE, actor(Role.AUDITOR), LEAD, False),
        (IN_CHARGE, actor(side=Side.RECOVERY), LEAD, False),
        (IN_CHARGE, actor(seat_id=OTHER), LEAD, False),
        (IN_CHARGE, actor(Role.MANAGER), PARTNER, False),
        (IN_CHARGE, actor(Role.MANAGER), None, False),
        (NOBODY, actor(), LEAD, False),
        (NOBODY, actor(membership_id=None), LEAD, False),
        (NOBODY, actor(Role.MANAGER), LEAD, True),
    ],
)
def test_the_member_in_charge_or_a_manager_of_the_lead_answers(case, who, role, answers):
    assert rules.answers_requests(who, case, role) is answers
    assert rules.can_answer_request(who, case, role, asked()) is answers
    assert rules.can_answer_request(who, case, role, asked(RequestState.EXTENDED)) is answers
    for state in (RequestState.ANSWERED, RequestState.REFUSED):
        assert not rules.can_answer_request(who, case, role, asked(state))


@pytest.mark.parametrize(
    ("who", "role", "reads", "notes"),
    [
        (actor(), LEAD, True, True),
        (actor(), PARTNER, True, True),
        (actor(), OBSERVER, True, False),
        (actor(), None, False, False),
        (actor(side=Side.RECOVERY), PARTNER, False, False),
        (actor(Role.OBSERVER), PARTNER, False, False),
    ],
)
def test_those_who_help_read_and_note_requests(who, role, reads, notes):
    assert rules.can_read_requests(who, role) is reads
    assert rules.can_note_request(who, role) is notes


@pytest.mark.parametrize(
    ("request_", "today", "is_extensible"),
    [
        (asked(), TODAY, True),
        (asked(), date(2026, 12, 26), True),
        (asked(), date(2026, 12, 27), False),
        (asked(RequestState.EXTENDED, extended_at=datetime(2026, 12, 1, tzinfo=UTC)), TODAY, False),
        (asked(RequestState.ANSWERED), TODAY, False),
    ],
)
def test_more_time_is_taken_once_within_the_first_month(request_, today, is_extensible):
    assert rules.is_extensible(request_, today) is is_extensible
    assert rules.can_extend_request(actor(), IN_CHARGE, LEAD, request_, today) is is_extensible
    assert not rules.can_extend_request(actor(), IN_CHARGE, PARTNER, request_, today)


@pytest.mark.parametrize(
    ("received", "month", "extended"),
    [
        (date(2026, 11, 26), date(2026, 12, 26), date(2027, 2, 26)),
        (date(2026, 1, 31), date(2026, 2, 28), date(2026, 4, 30)),
        (date(2027, 12, 31), date(2028, 1, 31), date(2028, 3, 31)),
        (date(2028, 1, 30), date(2028, 2, 29), date(2028, 4, 30)),
    ],
)
def test_a_month_goes_by_the_calendar(received, month, extended):
    assert rules.due_day(received) == month
    assert rules.due_day(received, months=rules.MONTHS_EXTENDED) == extended


def test_the_day_is_that_of_paris():
    assert rules.day_of(datetime(2026, 11, 26, 23, 30, tzinfo=UTC)) == date(2026, 11, 27)


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (date(2026, 12, 26), "encore 30 jours"),
        (date(2026, 11, 27), "encore 1 jour"),
        (TODAY, "à rendre aujourd’hui"),
        (date(2026, 11, 25), "en retard de 1 jour"),
        (date(2026, 11, 20), "en retard de 6 jours"),
    ],
)
def test_the_time_left_in_words(due, words):
    assert rules.time_left(due, TODAY) == words


def test_each_right_has_its_own_reasons():
    assert set(rules.REFUSALS) == set(RightsKind)
    assert {r for reasons in rules.REFUSALS.values() for r in reasons} == set(RefusalReason)
    compelling = RefusalReason.COMPELLING
    admitted = {kind for kind in RightsKind if rules.is_reason_admitted(kind, compelling)}
    assert admitted == {RightsKind.OBJECTION}
    assert not rules.is_reason_admitted(RightsKind.OBJECTION, RefusalReason.OTHERS)
    assert not rules.is_reason_admitted(RightsKind.COPY, None)


def test_what_is_left_out_is_counted_and_its_text_gone():
    left_out = {"e3": LeftOutReason.OTHERS, "e1": LeftOutReason.SECRECY, "e9": LeftOutReason.OTHERS}
    kept = rules.keep_entries(CONTENT, left_out)
    assert [part["key"] for part in kept] == ["timeline"]
    assert [one["key"] for one in kept[0]["entries"]] == ["e2"]
    assert rules.count_left_out(CONTENT, left_out) == {"others": 1, "secrecy": 1}
    assert rules.keep_entries(CONTENT, {}) == CONTENT
    assert [one["key"] for one in CONTENT[1]["entries"]] == ["e2", "e3"]
