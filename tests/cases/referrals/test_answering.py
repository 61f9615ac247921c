"""Answering, following and undoing: state, access, journal, messages, refusals."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select, update

from app import clock, journal
from app.jobs import Outbox
from app.journal import JournalEvent
from cases.casework.enums import ParticipantRole
from cases.casework.models import CaseFile, LegalBasis, Participation
from cases.referrals import commands
from cases.referrals.enums import DeclineCode, ReferralKind
from cases.referrals.enums import ReferralState as S
from cases.referrals.errors import (
    BasisMissing,
    DeclineNeedsReason,
    RedirectNeedsSeat,
    ReferralAlreadyAnswered,
    ReferralNotWaiting,
    TooLateToUndo,
    WrongStep,
)
from cases.referrals.models import Printout, Referral
from cases.referrals.queries.routing import get_receivers
from partners.organisations.enums import Subject
from partners.organisations.models import Seat
from partners.people.models import Membership
from tests.cases.referrals.story import Story, make_story
from tests.factories.casework import make_basis
from tests.support.acting import acting_as, actor_of, seeding


@pytest.fixture
def story(app) -> Story:
    return make_story()


def accept(story: Story, sent: Referral, member: Membership | None = None) -> Referral:
    referral, actor = story.opened_by(member or story.partner, sent)
    with acting_as(actor):
        commands.accept_referral(referral, by=actor)
    return referral


def undo(story: Story, sent: Referral, member: Membership) -> S:
    referral, actor = story.opened_by(member, sent)
    with acting_as(actor):
        return commands.undo_last_step(referral, by=actor)


def leads(story: Story) -> tuple[object, object]:
    with seeding() as session:
        row = session.get(CaseFile, story.case.id, populate_existing=True)
        return row.lead_seat_id, row.lead_member_id


def roles(story: Story) -> dict[object, ParticipantRole]:
    with seeding() as session:
        rows = session.scalars(
            select(Participation).where(
                Participation.case_id == story.case.id, Participation.ended_at.is_(None)
            )
        )
        return {row.seat_id: row.role for row in rows}


def test_accepting_lets_in_at_once(story: Story) -> None:
    sent = story.send()
    referral = accept(story, sent)
    assert (referral.state, referral.receiver_member_id) == (S.ACCEPTED, story.partner.id)
    again, _actor = story.opened_by(story.partner, sent)
    assert again.case is not None
    assert roles(story)[story.partner.seat_id] is ParticipantRole.PARTNER
    with seeding() as session:
        actions = set(session.scalars(select(JournalEvent.action)))
        told = session.scalars(select(Outbox.payload).order_by(Outbox.id.desc())).first()
    assert {"referral.accepted", "participation.started"} <= actions
    assert told["seat_id"] == str(story.adviser.seat_id)


@pytest.mark.parametrize("health", [False, True])
def test_whoever_came_in_does_not_read_the_agreements_of_others(story: Story, health: bool) -> None:
    sections = ["identity", "situation"] + (["health"] if health else [])
    stranger_seat = Seat(id=story.stranger.seat_id)
    make_basis(story.case, [stranger_seat], story.adviser, sections=sections)
    accept(story, story.send())
    for member, expected in ((story.partner, 1), (story.adviser, 2), (story.stranger, 0)):
        with acting_as(actor_of(member)) as session:
            assert session.scalar(select(func.count()).select_from(LegalBasis)) == expected


def test_seen_derives_from_the_first_reading_in_the_journal(story: Story) -> None:
    sent = story.send()
    for member, expected in ((story.adviser, S.SENT), (story.partner, S.SEEN)):
        referral, actor = story.opened_by(member, sent)
        with acting_as(actor):
            journal.record(referral, "referral.read", by=actor)
        with seeding() as session:
            row = session.get(Referral, sent.id, populate_existing=True)
            assert (row.state, row.seen_at is not None) == (expected, expected is S.SEEN)


def test_second_answer_names_who_and_when(story: Story) -> None:
    sent = story.send()
    _late, _ = story.opened_by(story.colleague, sent)
    accept(story, sent)
    referral, actor = story.opened_by(story.colleague, sent)
    with seeding() as session:
        name = session.get(Membership, story.partner.id).user_id
    with pytest.raises(ReferralAlreadyAnswered, match="aujourd’hui") as refusal:
        commands.decline_referral(
            referral, code=DeclineCode.OTHER, text="Non", can_entrepreneur_read=False, by=actor
        )
    assert "Camille Personne" in refusal.value.message and name is not None


def test_declining_needs_a_code_and_a_text(story: Story) -> None:
    sent = story.send()
    referral, actor = story.opened_by(story.partner, sent)
    for code, text in ((None, "Complet"), (DeclineCode.NO_CAPACITY, "  ")):
        with pytest.raises(DeclineNeedsReason):
            commands.decline_referral(
                referral, code=code, text=text, can_entrepreneur_read=True, by=actor
            )


def test_declining_closes_the_sheet_and_undo_opens_it(story: Story) -> None:
    sent = story.send()
    referral, actor = story.opened_by(story.partner, sent)
    with acting_as(actor):
        commands.decline_referral(
            referral,
            code=DeclineCode.NO_CAPACITY,
            text="Complet jusqu’en janvier.",
            can_entrepreneur_read=True,
            by=actor,
        )
    closed, _ = story.opened_by(story.partner, sent)
    assert (closed.state, closed.sheet) == (S.DECLINED, None)
    told, _ = story.opened_by(story.adviser, sent)
    assert (told.decline_text, told.can_entrepreneur_read) == ("Complet jusqu’en janvier.", True)
    assert undo(story, sent, story.partner) is S.DECLINED
    opened, _ = story.opened_by(story.partner, sent)
    assert (opened.state, opened.decline_code, opened.answered_at) == (S.SENT, None, None)
    assert opened.sheet is not None


def test_redirecting_proposes_another_seat(story: Story) -> None:
    sent = story.send()
    referral, actor = story.opened_by(story.partner, sent)
    proposed = get_receivers([story.rival.seat_id], actor)[0]
    for seat, reason in ((None, "Mieux placé"), (proposed, "")):
        with pytest.raises(RedirectNeedsSeat):
            commands.redirect_referral(referral, proposed_seat=seat, reason=reason, by=actor)
    with acting_as(actor):
        commands.redirect_referral(referral, proposed_seat=proposed, reason="Mieux", by=actor)
    told, _ = story.opened_by(story.adviser, sent)
    assert (told.state, told.proposed_seat_id) == (S.REDIRECTED, story.rival.seat_id)


def test_handover_changes_the_lead_and_back_on_undo(story: Story) -> None:
    sent = story.send(ReferralKind.HANDOVER)
    before = leads(story)
    accept(story, sent)
    assert leads(story) == (story.partner.seat_id, story.partner.id)
    assert roles(story)[story.adviser.seat_id] is ParticipantRole.PARTNER
    assert undo(story, sent, story.partner) is S.ACCEPTED
    assert leads(story) == before
    assert roles(story) == {story.adviser.seat_id: ParticipantRole.LEAD}
    referral, _ = story.opened_by(story.partner, sent)
    assert (referral.state, referral.case) == (S.SENT, None)


def test_undo_cancels_the_message(story: Story) -> None:
    sent = story.send()
    accept(story, sent)
    undo(story, sent, story.partner)
    with seeding() as session:
        rows = session.scalars(select(Outbox).order_by(Outbox.id)).all()
        actions = session.scalars(select(JournalEvent.action)).all()
    assert [row.status for row in rows] == ["pending", "cancelled"]
    assert "referral.acceptance_undone" in actions


def test_undone_sending_is_a_draft_nobody_else_reads(story: Story) -> None:
    sent = story.send()
    assert undo(story, sent, story.adviser) is S.SENT
    actor = story.opened_by(story.adviser, sent)[1]
    assert actor.seat_id == story.adviser.seat_id
    with acting_as(story_actor(story)) as session:
        assert session.scalar(select(func.count()).select_from(Referral)) == 0


def story_actor(story: Story):  # type: ignore[no-untyped-def]
    return actor_of(story.partner)


@pytest.mark.parametrize("why", ["late", "colleague", "left"])
def test_undo_refused(story: Story, why: str) -> None:
    sent = story.send()
    accept(story, sent)
    if why == "left":
        with seeding() as session:
            session.execute(update(Outbox).values(status="sent"))
    member = story.colleague if why == "colleague" else story.partner
    at = clock.now() + timedelta(seconds=61 if why == "late" else 5)
    with time_machine.travel(at), pytest.raises(TooLateToUndo):
        undo(story, sent, member)
    assert roles(story)[story.partner.seat_id] is ParticipantRole.PARTNER


def test_health_never_enters_the_shared_file(app) -> None:
    story = make_story(Subject.HEALTH, "health_support")
    with seeding() as session:
        basis = session.get(LegalBasis, story.basis.id)
    story.basis = basis
    sent = _send_health(story)
    accept(story, sent)
    referral, _ = story.opened_by(story.partner, sent)
    assert (referral.state, referral.case) == (S.ACCEPTED, None)
    assert referral.sheet is not None
    assert list(roles(story)) == [story.adviser.seat_id]


def _send_health(story: Story) -> Referral:
    import tests.cases.referrals.story as module

    both, module.BOTH = module.BOTH, ("identity", "situation", "health")
    try:
        return story.send()
    finally:
        module.BOTH = both


def test_lapsed_agreement_lets_nobody_in(story: Story) -> None:
    sent = story.send()
    with seeding() as session:
        session.execute(update(LegalBasis).values(valid_until=clock.now()))
    referral, actor = story.opened_by(story.partner, sent)
    with pytest.raises(BasisMissing), acting_as(actor):
        commands.accept_referral(referral, by=actor)
    assert list(roles(story)) == [story.adviser.seat_id]


def test_work_goes_on_step_by_step(story: Story) -> None:
    sent = story.send()
    accept(story, sent)
    for command, expected in (
        (commands.note_first_contact, S.FIRST_CONTACT),
        (commands.start_work, S.IN_PROGRESS),
        (commands.complete_referral, S.COMPLETED),
    ):
        referral, actor = story.opened_by(story.partner, sent)
        with acting_as(actor):
            command(referral, by=actor)
        assert referral.state is expected
    with pytest.raises(WrongStep):
        commands.give_up_referral(referral, note="Trop tard", by=actor)


def test_expiry_ends_deletes_and_tells_both(story: Story) -> None:
    sent = story.send()
    kept = story.send(to=story.rival)
    referral, actor = story.opened_by(story.partner, sent)
    with acting_as(actor):
        commands.ask_printout(referral, by=actor)
    with seeding() as session:
        row = session.get(Referral, sent.id)
        row.expires_at = clock.now() - timedelta(minutes=1)
        session.flush()
        assert commands.expire_referrals() == 1
        assert commands.expire_referrals() == 0
    told, _ = story.opened_by(story.adviser, sent)
    assert (told.state, told.sheet) == (S.EXPIRED, None)
    with seeding() as session:
        assert session.get(Referral, kept.id, populate_existing=True).state is S.SENT
        assert session.scalars(select(Printout)).all() == []
        seats = session.scalars(
            select(Outbox.payload["seat_id"].astext).where(Outbox.kind.endswith("tell_expiry"))
        ).all()
    assert sorted(seats) == sorted([str(story.adviser.seat_id), str(story.partner.seat_id)])
    referral, actor = story.opened_by(story.partner, sent)
    with pytest.raises(ReferralNotWaiting):
        commands.accept_referral(referral, by=actor)


def test_closing_the_case_stops_what_waits(story: Story) -> None:
    waiting, taken = story.send(), story.send(to=story.rival)
    accept(story, taken, story.rival)
    _, actor = story.opened_by(story.adviser, waiting)
    with acting_as(actor) as session:
        case = session.get(CaseFile, story.case.id)
        assert commands.stop_referrals_of_case(case, actor) == 1
    states = {one.id: story.opened_by(story.adviser, one)[0].state for one in (waiting, taken)}
    assert states == {waiting.id: S.REVOKED, taken.id: S.ACCEPTED}
