"""Who may do what: truth tables over roles, sides, seats and states; no database."""

import uuid
from typing import Any

import pytest

from app.actors import Actor, ActorKind, Role, Side
from cases.casework.enums import CaseStatus, ParticipantRole
from cases.casework.models import CaseFile
from cases.referrals.enums import ReferralKind
from cases.referrals.enums import ReferralState as S
from cases.referrals.models import Need, Referral
from cases.referrals.rules import rights
from partners.organisations.enums import Subject

OURS, THEIRS, LEAD = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
READS = {Role.ADVISER, Role.MANAGER, Role.COORDINATOR, Role.ACCOUNTANT}
P = ParticipantRole


def member(role: Role = Role.ADVISER, seat: uuid.UUID = OURS, side: Side = Side.AID) -> Actor:
    return Actor(kind=ActorKind.MEMBER, seat_id=seat, role=role, side=side)


def referral(state: S, kind: ReferralKind = ReferralKind.JOINT, **more: Any) -> Referral:
    return Referral(sender_seat_id=THEIRS, receiver_seat_id=OURS, state=state, kind=kind, **more)


def case(status: CaseStatus = CaseStatus.OPEN) -> CaseFile:
    return CaseFile(lead_seat_id=LEAD, status=status)


@pytest.mark.parametrize("state", list(S))
@pytest.mark.parametrize("role", list(Role))
def test_answering_is_for_the_receiver_while_it_waits(role: Role, state: S) -> None:
    expected = role in READS and state in (S.SENT, S.SEEN)
    assert rights.can_answer(member(role), referral(state)) is expected
    assert not rights.can_answer(member(role, THEIRS), referral(state))
    assert not rights.can_answer(member(role), referral(state, ReferralKind.SIGNPOST))


@pytest.mark.parametrize("state", list(S))
def test_following_revoking_and_sending_on(state: S) -> None:
    sent = referral(state, proposed_seat_id=uuid.uuid4())
    receiver, sender, stranger = member(), member(seat=THEIRS), member(seat=uuid.uuid4())
    taken = state in (S.ACCEPTED, S.FIRST_CONTACT, S.IN_PROGRESS)
    assert rights.can_follow(receiver, sent) is taken
    assert rights.can_revoke(sender, sent) is (state in (S.SENT, S.SEEN))
    assert rights.can_send_on(sender, sent) is (state is S.REDIRECTED)
    assert not rights.can_follow(sender, sent) and not rights.can_revoke(receiver, sent)
    assert not rights.can_send_on(receiver, sent)
    assert not rights.can_follow(stranger, sent) and not rights.can_revoke(stranger, sent)


@pytest.mark.parametrize("state", list(S))
def test_the_sheet_is_read_and_printed_until_it_closes(state: S) -> None:
    closed = {S.DECLINED, S.REDIRECTED, S.EXPIRED, S.REVOKED}
    sent = referral(state)
    assert rights.can_print_sheet(member(), sent) is (state not in {*closed, S.DRAFT})
    assert rights.can_print_sheet(member(seat=THEIRS), sent) is (state is not S.DRAFT)
    assert not rights.can_print_sheet(member(), referral(state, ReferralKind.SIGNPOST))


@pytest.mark.parametrize("role", [None, *P])
@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("kind", list(ReferralKind))
def test_sending(role: P | None, side: Side, kind: ReferralKind) -> None:
    actor = member(seat=LEAD if role is P.LEAD else OURS, side=side)
    writes = side is Side.AID and role in (P.LEAD, P.PARTNER)
    expected = writes and kind is not ReferralKind.REQUEST
    if kind is ReferralKind.HANDOVER:
        expected = expected and role is P.LEAD
    assert rights.can_send(actor, case(), role, kind) is expected
    assert not rights.can_send(actor, case(CaseStatus.CLOSED), role, kind)


def test_health_is_never_handed_over() -> None:
    lead = member(seat=LEAD)
    assert rights.kinds_for(lead, case(), P.LEAD, Subject.HEALTH) == (
        ReferralKind.JOINT,
        ReferralKind.SIGNPOST,
    )
    assert ReferralKind.HANDOVER in rights.kinds_for(lead, case(), P.LEAD, Subject.BANK)


def test_a_need_is_corrected_by_its_seat() -> None:
    need = Need(seat_id=OURS)
    assert rights.can_edit_need(member(), need)
    assert not rights.can_edit_need(member(seat=THEIRS), need)
    assert not rights.can_edit_need(member(Role.AUDITOR), need)


LINKED = uuid.uuid4()


def bearer(purpose: str = "answer", of: uuid.UUID = LINKED) -> Actor:
    return Actor(kind=ActorKind.LINK, link_purpose=purpose, link_object_id=of)


@pytest.mark.parametrize("state", list(S))
@pytest.mark.parametrize("kind", list(ReferralKind))
@pytest.mark.parametrize("subject", [Subject.BANK, Subject.HEALTH])
def test_answering_by_link(subject: Subject, kind: ReferralKind, state: S) -> None:
    """Only what was sent to be answered, never health, only by the link of this very referral."""
    sent = referral(state, kind, id=LINKED, subject=subject)
    shares = kind in (ReferralKind.JOINT, ReferralKind.HANDOVER) and subject is not Subject.HEALTH
    waits = state in (S.SENT, S.SEEN)
    closed = {S.DRAFT, S.DECLINED, S.REDIRECTED, S.EXPIRED, S.REVOKED}
    assert rights.can_be_answered_by_link(sent) is (shares and waits)
    assert rights.bears_answer_link(bearer(), sent) is (shares and state is not S.DRAFT)
    assert rights.can_answer_by_link(bearer(), sent) is (shares and waits)
    assert rights.reads_sheet_by_link(bearer(), sent) is (shares and state not in closed)
    for other in (bearer("consent"), bearer(of=uuid.uuid4()), bearer("invitation"), member()):
        assert not rights.bears_answer_link(other, sent)
        assert not rights.can_answer_by_link(other, sent)
        assert not rights.reads_sheet_by_link(other, sent)
    for rule in (rights.can_answer, rights.can_follow, rights.can_revoke, rights.can_send_on):
        assert not rule(bearer(), sent)


@pytest.mark.parametrize("state", list(S))
@pytest.mark.parametrize("role", list(Role))
def test_sending_a_link_is_for_the_sender_and_the_lead_while_it_waits(role: Role, state: S) -> None:
    sent = referral(state, subject=Subject.BANK, reader_seats=[THEIRS, LEAD, OURS])
    expected = role in READS and state in (S.SENT, S.SEEN)
    assert rights.can_send_answer_link(member(role, THEIRS), sent) is expected
    assert rights.can_send_answer_link(member(role, LEAD), sent) is expected
    assert not rights.can_send_answer_link(member(role, OURS), sent)
    assert not rights.can_send_answer_link(member(role, uuid.uuid4()), sent)
    assert not rights.can_send_answer_link(bearer(), sent)
    sealed = referral(state, subject=Subject.HEALTH, reader_seats=[THEIRS, OURS])
    assert not rights.can_send_answer_link(member(role, THEIRS), sealed)
