"""Sending: what is frozen, who reads it, every refusal."""

import pytest
from sqlalchemy import func, select

from app.db import db
from app.jobs import Outbox
from app.journal import JournalEvent
from cases.casework.commands import withdraw_agreement
from cases.casework.enums import CaseStatus
from cases.casework.models import CaseFile, LegalBasis
from cases.casework.queries import get_basis
from cases.referrals import commands
from cases.referrals.commands import Receiver
from cases.referrals.enums import ReferralKind
from cases.referrals.enums import ReferralState as S
from cases.referrals.errors import (
    AlreadyInside,
    AlreadyWaiting,
    BasisMissing,
    CaseIsOver,
    ReceiverNotPossible,
    ReferralNotWaiting,
)
from cases.referrals.models import Referral, ReferralSheet
from cases.referrals.queries.needs import get_need
from cases.referrals.queries.referrals import list_steps, referrals_visible_to
from cases.referrals.queries.routing import get_receivers
from partners.organisations.enums import Subject
from tests.cases.referrals.story import BOTH, Story, make_story
from tests.factories.casework import make_participation
from tests.support.acting import act_as_member, acting_as, seeding


@pytest.fixture
def story(app) -> Story:
    return make_story()


def test_sending_freezes_names_and_consented_fields(story: Story) -> None:
    sent = story.send()
    with seeding() as session:
        sheet = session.get(ReferralSheet, sent.id)
        row = session.get(Referral, sent.id)
    assert (row.state, row.frozen["sender"]["organisation"]) == (S.SENT, "Urssaf Exemple")
    assert row.frozen["receiver"]["organisation"] == "Entraide Exemple"
    assert row.frozen["promises"] == {"answer_hours": 48}
    assert sheet.sections == ["identity", "situation"]
    assert sheet.content["identity"][0] == ["Entreprise", "Menuiserie Exemple"]
    assert ["Message", "Merci de rappeler avant jeudi."] in sheet.content["situation"]
    assert "figures" not in sheet.content
    assert row.message == ""
    assert row.answer_by > row.sent_at and (row.expires_at - row.sent_at).days == 30


def test_sending_is_journalled_and_told_a_minute_later(story: Story) -> None:
    sent = story.send()
    with seeding() as session:
        actions = session.scalars(
            select(JournalEvent.action).where(JournalEvent.object_id == sent.id)
        ).all()
        row = session.scalars(select(Outbox).where(Outbox.subject_id == sent.id)).one()
    assert actions == ["referral.sent"]
    assert (row.kind, row.payload["seat_id"]) == (
        "cases.referrals.tell_receiver",
        str(story.partner.seat_id),
    )
    assert 55 <= (row.available_at - row.created_at).total_seconds() <= 65


def test_the_same_form_sends_once(story: Story) -> None:
    assert story.send(key="once").id == story.send(key="once").id
    with seeding() as session:
        assert session.scalar(select(func.count()).select_from(Referral)) == 1
        assert session.scalar(select(func.count()).select_from(Outbox)) == 1


def test_the_same_need_waits_once_for_a_seat(story: Story) -> None:
    story.send()
    with pytest.raises(AlreadyWaiting):
        story.send()


def test_parallel_receivers_do_not_see_one_another(story: Story) -> None:
    first, second = story.send(), story.send(to=story.rival)
    for member, theirs in ((story.partner, first), (story.rival, second)):
        actor = act_as_member(member)
        with acting_as(actor) as session:
            assert [one.id for one in session.scalars(referrals_visible_to(actor))] == [theirs.id]
            assert session.scalars(select(Referral.id)).all() == [theirs.id]
            assert session.scalars(select(ReferralSheet.referral_id)).all() == [theirs.id]


def test_strangers_find_nothing(story: Story) -> None:
    story.send()
    actor = act_as_member(story.stranger)
    with acting_as(actor) as session:
        for model in (Referral, ReferralSheet, CaseFile, LegalBasis):
            assert session.scalar(select(func.count()).select_from(model)) == 0


def test_receiver_reads_the_sheet_and_not_the_case(story: Story) -> None:
    sent = story.send()
    referral, actor = story.opened_by(story.partner, sent)
    assert (referral.case, referral.title) == (None, "Menuiserie Exemple")
    with acting_as(actor) as session:
        assert session.scalar(select(func.count()).select_from(CaseFile)) == 0


def test_signpost_tells_the_partner_nothing(story: Story) -> None:
    sent = story.send(ReferralKind.SIGNPOST)
    assert (sent.state, sent.basis_id, sent.ended_at is not None) == (S.COMPLETED, None, True)
    actor = act_as_member(story.partner)
    with acting_as(actor) as session:
        assert session.scalars(select(Referral)).all() == []
    with seeding() as session:
        assert session.scalar(select(func.count()).select_from(Outbox)) == 0


def test_health_is_between_its_sender_and_its_receiver(app) -> None:
    story = make_story(Subject.HEALTH, "health_support")
    actor = act_as_member(story.adviser)
    with acting_as(actor):
        seat = get_receivers([story.partner.seat_id], actor)[0]
        need = get_need(story.need.id, actor)
        sent = commands.send_referral(
            need,
            Receiver(seat),
            ReferralKind.JOINT,
            basis=story.basis,
            sections=[*BOTH, "health"],
            message="Épuisement.",
            client_key="health",
            by=actor,
        )
    with seeding() as session:
        content = session.get(ReferralSheet, sent.id).content
    assert ["Message", "Épuisement."] in content["health"]
    assert content["situation"] == [
        ["Besoin", "Santé et soutien psychologique"],
        ["Phase", "Difficulté"],
    ]


def test_refusals(story: Story) -> None:
    actor = act_as_member(story.adviser)
    need = get_need(story.need.id, actor)
    partner = Receiver(get_receivers([story.partner.seat_id], actor)[0])
    stranger = Receiver(get_receivers([story.stranger.seat_id], actor)[0])

    def send(to: Receiver, basis: LegalBasis | None, sections: tuple[str, ...] = BOTH) -> None:
        commands.send_referral(
            need,
            to,
            ReferralKind.JOINT,
            basis=basis,
            sections=sections,
            client_key="refused",
            by=actor,
        )

    for to, basis, sections in (
        (partner, None, BOTH),
        (stranger, story.basis, BOTH),
        (partner, story.basis, ("identity",)),
        (partner, story.basis, (*BOTH, "health")),
    ):
        with pytest.raises(BasisMissing):
            send(to, basis, sections)
    db.session.expunge_all()
    need.subject = Subject.HEALTH
    with pytest.raises(ReceiverNotPossible):
        send(partner, story.basis)
    need.case.status = CaseStatus.CLOSED
    with pytest.raises(CaseIsOver):
        send(partner, story.basis)


def test_a_participant_is_handed_over_to_and_not_invited_again(story: Story) -> None:
    make_participation(story.case, story.partner, story.basis)
    with pytest.raises(AlreadyInside):
        story.send()
    assert story.send(ReferralKind.HANDOVER).state is S.SENT


def test_revoking_closes_the_sheet(story: Story) -> None:
    sent = story.send()
    referral, actor = story.opened_by(story.adviser, sent)
    with acting_as(actor):
        commands.revoke_referral(referral, by=actor)
    seen, actor = story.opened_by(story.partner, sent)
    assert (seen.state, seen.sheet, seen.title) == (S.REVOKED, None, "Entreprise non communiquée")
    referral, actor = story.opened_by(story.adviser, sent)
    with pytest.raises(ReferralNotWaiting):
        commands.revoke_referral(referral, by=actor)


def test_withdrawal_closes_at_once_and_cancels_what_was_queued(story: Story) -> None:
    sent = story.send()
    actor = act_as_member(story.adviser)
    with acting_as(actor):
        basis = get_basis(story.basis.id, actor)
        withdraw_agreement(basis, withdrawn_by="Dominique Exemple", by=actor)
    seen, _ = story.opened_by(story.partner, sent)
    assert (seen.state, seen.sheet) == (S.REVOKED, None)
    with seeding() as session:
        rows = session.scalars(select(Outbox)).all()
        by_kind = {row.kind.removeprefix("cases.referrals."): row.status for row in rows}
    assert by_kind["tell_receiver"] == "cancelled"
    assert by_kind["tell_withdrawal"] == "pending"
    assert [step.after for step in _steps(story, sent)] == [S.SENT, S.REVOKED]


def _steps(story: Story, sent: Referral):  # type: ignore[no-untyped-def]
    act_as_member(story.adviser)
    return list_steps(sent.id)
