"""Answer links: sent where nobody has an account, asked for again, one answer, its undo."""

from datetime import timedelta

import pytest
import time_machine
from flask import current_app
from sqlalchemy import func, select, update

from app import clock, journal
from app.actors import SYSTEM, Role, Side
from app.db import db
from app.jobs import JOBS, NoLongerDue, Outbox
from app.journal import JournalEvent
from app.links import Link, LinkPurpose, hash_token
from app.mail import list_kept
from cases.casework.commands import close_case, withdraw_agreement
from cases.casework.enums import Outcome, ParticipantRole
from cases.casework.models import CaseFile, LegalBasis, Participation, TimelineEntry
from cases.referrals import commands
from cases.referrals.commands import Signature
from cases.referrals.commands.linking import SEND_ANSWER_LINK
from cases.referrals.enums import DeclineCode, ReferralKind
from cases.referrals.enums import ReferralState as S
from cases.referrals.errors import (
    BasisMissing,
    DeclineNeedsReason,
    NoAnswerAddress,
    RedirectNeedsSeat,
    ReferralAlreadyAnswered,
    ReferralNotWaiting,
    SignatureMissing,
    TooLateToUndo,
)
from cases.referrals.models import Referral, ReferralStep
from cases.referrals.queries.links import find_answer_address, has_readers, last_link_at
from cases.referrals.queries.routing import get_receivers
from partners.organisations.enums import OrganisationKind, Subject
from partners.organisations.models import Organisation, Seat, Unit
from partners.people.models import UserAccount
from tests.cases.referrals import linked
from tests.cases.referrals.linked import SIGNED, opened_by_link, story_with_link
from tests.cases.referrals.story import Story, make_story
from tests.factories.casework import make_basis
from tests.factories.organisations import make_seat, make_unit
from tests.factories.people import make_member, make_user
from tests.support.acting import acting_as, actor_of, seeding


@pytest.fixture
def told(app) -> tuple[Story, Referral, str]:
    return story_with_link()


def now_of(sent: Referral) -> Referral:
    with seeding() as session:
        session.expunge_all()
        return session.get_one(Referral, sent.id)


def kinds() -> list[str]:
    """Effects asked for, in order."""
    with seeding() as session:
        return list(session.scalars(select(Outbox.kind).order_by(Outbox.id)))


def is_live(token: str) -> bool:
    with seeding() as session:
        link = session.scalars(select(Link).where(Link.token_hash == hash_token(token))).one()
        session.refresh(link)
        return link.revoked_at is None


# --- who is written to --------------------------------------------------------------------------


def test_a_link_is_offered_with_the_sending_where_nobody_has_an_account(app) -> None:
    story = make_story()
    story.send()
    assert SEND_ANSWER_LINK not in kinds()
    sent = linked.send_to(story, linked.make_unstaffed(story))
    assert kinds()[-1] == SEND_ANSWER_LINK
    with seeding() as session:
        row = session.scalars(select(Outbox).where(Outbox.kind == SEND_ANSWER_LINK)).one()
    assert (row.subject_id, row.basis_id) == (sent.id, story.basis.id)
    assert row.available_at - row.created_at >= timedelta(seconds=59)


@pytest.mark.parametrize("why", ["signpost", "health"])
def test_no_link_for_what_is_read_after_signing_in(app, why: str) -> None:
    story = make_story(Subject.HEALTH if why == "health" else Subject.CASH_FLOW, "health_support")
    seat = linked.make_unstaffed(story, OrganisationKind.HEALTH_SUPPORT)
    if why == "signpost":
        sent = linked.send_to(story, seat, kind=ReferralKind.SIGNPOST)
    else:
        import tests.cases.referrals.story as module

        both, module.BOTH = module.BOTH, ("identity", "situation", "health")
        try:
            sent = linked.send_to(story, seat)
        finally:
            module.BOTH = both
    assert SEND_ANSWER_LINK not in kinds()
    referral, actor = story.opened_by(story.adviser, sent)
    with pytest.raises(ReferralNotWaiting), acting_as(actor):
        commands.ask_answer_link(referral, by=actor)


@pytest.mark.parametrize(
    ("member", "expected"),
    [
        (None, False),
        ({"role": Role.ADVISER}, True),
        ({"role": Role.COORDINATOR}, True),
        ({"role": Role.OBSERVER}, False),
        ({"role": Role.ADVISER, "ended_at": clock.now()}, False),
        ({"role": Role.ADVISER, "is_active": False}, False),
    ],
    ids=["nobody", "adviser", "coordinator", "observer", "left", "disabled"],
)
def test_who_may_be_mailed(app, member: dict | None, expected: bool) -> None:
    seat, elsewhere = make_seat(), make_member()
    if member is not None:
        facts = dict(member)
        user = make_user()
        with seeding() as session:
            session.get_one(UserAccount, user.id).is_active = facts.pop("is_active", True)
        make_member(seat, user=user, **facts)
    with acting_as(actor_of(elsewhere)):
        assert db.session.scalar(select(has_readers(seat.id))) is expected
        assert db.session.scalar(select(has_readers(elsewhere.seat_id)))


def test_the_address_is_the_units_else_the_organisations(told) -> None:
    story, sent, _token = told
    with seeding() as session:
        organisation_id = session.get_one(Seat, sent.receiver_seat_id).organisation_id
    unit = make_unit(Organisation(id=organisation_id))
    for email, expected in (("", linked.ADDRESS), ("antenne@estuaire.example",) * 2):
        with seeding() as session:
            session.get_one(Unit, unit.id).email = email
            session.get_one(Referral, sent.id).receiver_unit_id = unit.id
        referral, actor = story.opened_by(story.adviser, sent)
        with acting_as(actor):
            assert find_answer_address(referral) == expected


@pytest.mark.parametrize("why", ["no address", "suspended", "two sides", "creditor"])
def test_no_address_no_link(told, why: str) -> None:
    """A mail box shared with the recovery side is none (creditor firewall)."""
    story, sent, _token = told
    with seeding() as session:
        organisation_id = session.get_one(Seat, sent.receiver_seat_id).organisation_id
        organisation = session.get_one(Organisation, organisation_id)
        organisation.email = "" if why == "no address" else organisation.email
        organisation.is_active = why != "suspended"
        if why == "creditor":  # its recovery service has the same box, whether or not it sits here
            organisation.kind = OrganisationKind.DGFIP
        if why == "two sides":
            session.add(Seat(organisation_id=organisation_id, side=Side.RECOVERY))
    referral, actor = story.opened_by(story.adviser, sent)
    with pytest.raises(NoAnswerAddress), acting_as(actor):
        commands.ask_answer_link(referral, by=actor)
    with pytest.raises(NoLongerDue):
        linked.deliver_link(sent)


# --- sending it ---------------------------------------------------------------------------------


def test_the_mail_leaves_for_the_directory_and_names_nobody(app) -> None:
    story = make_story()
    sent = linked.send_to(story, linked.make_unstaffed(story))
    token = linked.deliver_link(sent)
    _key, mail = list_kept(current_app.config["SETTINGS"])[0]
    said = mail.as_string() + mail.get_content()
    assert mail["To"] == linked.ADDRESS
    assert "Urssaf Exemple" in mail.get_content()
    assert not [w for w in ("Menuiserie", "Dominique", "Camille", "Trésorerie") if w in said]
    with seeding() as session:
        link = session.scalars(select(Link)).one()
        actions = session.scalars(select(JournalEvent.action)).all()
    assert (link.purpose, link.object_id) == (LinkPurpose.ANSWER, sent.id)
    assert (link.token_hash, link.seat_id) == (hash_token(token), story.adviser.seat_id)
    assert "answer_link.sent" in actions


def test_no_link_leaves_once_it_waits_no_more(told) -> None:
    story, sent, _token = told
    referral, actor = story.opened_by(story.adviser, sent)
    with acting_as(actor):
        commands.revoke_referral(referral, by=actor)
    with pytest.raises(NoLongerDue):
        linked.deliver_link(sent)


def test_no_link_leaves_on_an_agreement_that_lapsed(told) -> None:
    story, sent, _token = told
    with seeding() as session:
        session.get_one(LegalBasis, story.basis.id).valid_until = clock.now()
    with pytest.raises(NoLongerDue):
        linked.deliver_link(sent)


def test_undoing_the_sending_takes_the_link_back(app) -> None:
    story = make_story()
    sent = linked.send_to(story, linked.make_unstaffed(story))
    referral, actor = story.opened_by(story.adviser, sent)
    with acting_as(actor):
        commands.undo_last_step(referral, by=actor)
    with seeding() as session:
        assert set(session.scalars(select(Outbox.status))) == {"cancelled"}


def test_a_link_that_left_keeps_the_sending_from_being_undone(told) -> None:
    story, sent, _token = told
    referral, actor = story.opened_by(story.adviser, sent)
    with pytest.raises(TooLateToUndo), acting_as(actor):
        commands.undo_last_step(referral, by=actor)


def test_asked_again_twice_in_a_minute_one_leaves(told) -> None:
    story, sent, first = told
    with seeding() as session:
        session.execute(update(Outbox).values(status="sent", created_at=clock.now() - timedelta(1)))
    for _ in range(2):
        referral, actor = story.opened_by(story.adviser, sent)
        with acting_as(actor):
            commands.ask_answer_link(referral, by=actor)
    assert kinds().count(SEND_ANSWER_LINK) == 2
    second = linked.deliver_link(sent)
    assert (is_live(first), is_live(second)) == (False, True)
    with seeding() as session:
        asked = select(func.count()).where(JournalEvent.action == "answer_link.asked")
        assert session.scalar(asked) == 1
    with time_machine.travel(clock.now() + timedelta(seconds=61)):
        referral, actor = story.opened_by(story.adviser, sent)
        with acting_as(actor):
            commands.ask_answer_link(referral, by=actor)
    assert kinds().count(SEND_ANSWER_LINK) == 3


def test_no_link_is_asked_for_what_was_answered(told) -> None:
    story, sent, token = told
    linked.accept_by_link(token)
    referral, actor = story.opened_by(story.adviser, sent)
    with pytest.raises(ReferralNotWaiting), acting_as(actor):
        commands.ask_answer_link(referral, by=actor)


def test_when_the_last_link_left_is_for_the_sender_and_the_lead(told) -> None:
    story, sent, _token = told
    lead = make_member()
    with seeding() as session:
        at = session.scalars(select(Link.created_at)).one()
        session.get_one(Referral, sent.id).sender_seat_id = make_seat().id
    colleague = linked.make_colleague(sent)
    expected = {story.adviser.id: at, colleague.id: None, lead.id: None, story.partner.id: None}
    for member in (story.adviser, colleague, lead, story.partner):
        with acting_as(actor_of(member)):
            assert last_link_at(sent.id) == expected[member.id]


# --- the answer ---------------------------------------------------------------------------------


def test_accepting_lets_the_seat_in_with_nobodys_account(told) -> None:
    story, sent, token = told
    linked.accept_by_link(token)
    row = now_of(sent)
    assert (row.state, row.receiver_member_id) == (S.ACCEPTED, None)
    assert row.answered_at is not None
    with seeding() as session:
        step = session.scalars(select(ReferralStep).order_by(ReferralStep.at.desc())).first()
        joined = session.scalars(
            select(Participation).where(Participation.seat_id == sent.receiver_seat_id)
        ).one()
        line = session.scalars(
            select(TimelineEntry).where(TimelineEntry.kind == "participant_joined")
        ).one()
        events = session.scalars(
            select(JournalEvent.action).where(JournalEvent.principal == "link")
        ).all()
    assert step is not None
    assert (step.signed_name, step.signed_function) == (SIGNED.name, SIGNED.function)
    assert (step.member_id, step.seat_id) == (None, sent.receiver_seat_id)
    assert (joined.role, joined.member_id, joined.basis_id) == (
        ParticipantRole.PARTNER,
        None,
        story.basis.id,
    )
    assert (line.seat_id, line.author_id) == (sent.receiver_seat_id, None)
    assert "Compagnons de l’Estuaire entre dans le dossier" in line.body
    assert set(events) == {"referral.accepted", "participation.started"}
    assert kinds()[-1] == "cases.referrals.tell_answer"


def test_accepting_a_handover_gives_the_lead_and_undo_gives_it_back(app) -> None:
    story = make_story()
    sent = linked.send_to(story, linked.make_unstaffed(story), kind=ReferralKind.HANDOVER)
    token = linked.link_to(sent)
    linked.accept_by_link(token)
    with seeding() as session:
        assert session.get_one(CaseFile, story.case.id).lead_seat_id == sent.receiver_seat_id
    referral, actor = opened_by_link(token)
    with acting_as(linked.bearer_of(token)):
        assert commands.undo_last_step(referral, by=actor) is S.ACCEPTED
    with seeding() as session:
        session.expunge_all()
        case = session.get_one(CaseFile, story.case.id)
        assert (case.lead_seat_id, case.lead_member_id) == (story.adviser.seat_id, story.adviser.id)


@pytest.mark.parametrize("signature", [Signature(), Signature("Paule"), Signature(" ", "bénévole")])
@pytest.mark.parametrize("verb", ["accept", "decline", "redirect"])
def test_a_bearer_says_who_they_are(told, signature: Signature, verb: str) -> None:
    story, sent, token = told
    referral, actor = opened_by_link(token)
    more = {"signature": signature, "by": actor}
    with pytest.raises(SignatureMissing), acting_as(linked.bearer_of(token)):
        _answer(verb, referral, story, actor, **more)
    assert now_of(sent).answered_at is None


def _answer(verb: str, referral: Referral, story: Story, actor, **more) -> None:
    if verb == "accept":
        commands.accept_referral(referral, **more)
    elif verb == "decline":
        code = DeclineCode.NO_CAPACITY
        commands.decline_referral(
            referral, code=code, text="Complet.", can_entrepreneur_read=True, **more
        )
    else:
        proposed = get_receivers([story.rival.seat_id], actor)[0]
        commands.redirect_referral(referral, proposed_seat=proposed, reason="Mieux.", **more)


@pytest.mark.parametrize(("verb", "state"), [("decline", S.DECLINED), ("redirect", S.REDIRECTED)])
def test_declining_and_redirecting_close_the_sheet_and_undo_opens_it(told, verb, state) -> None:
    story, _sent, token = told
    referral, actor = opened_by_link(token)
    with acting_as(linked.bearer_of(token)):
        _answer(verb, referral, story, actor, signature=SIGNED, by=actor)
    closed, _actor = opened_by_link(token)
    assert (closed.state, closed.sheet) == (state, None)
    if verb == "decline":
        assert "cases.referrals.tell_entrepreneur" in kinds()
    with acting_as(linked.bearer_of(token)):
        assert commands.undo_last_step(closed, by=actor) is state
    opened, _actor = opened_by_link(token)
    assert (opened.state, opened.decline_code, opened.proposed_seat_id) == (S.SENT, None, None)
    assert opened.sheet is not None
    with seeding() as session:
        waiting = session.scalars(select(Outbox.kind).where(Outbox.status == "pending")).all()
    assert "cases.referrals.tell_answer" not in waiting
    assert "cases.referrals.tell_entrepreneur" not in waiting


def test_bad_answers_are_refused(told) -> None:
    _story, sent, token = told
    referral, actor = opened_by_link(token)
    signed = {"signature": SIGNED, "by": actor}
    with pytest.raises(DeclineNeedsReason):
        commands.decline_referral(
            referral, code=None, text="Non", can_entrepreneur_read=False, **signed
        )
    with pytest.raises(RedirectNeedsSeat):
        commands.redirect_referral(referral, proposed_seat=None, reason="Mieux", **signed)
    assert now_of(sent).state is S.SENT


def test_a_lapsed_agreement_lets_no_bearer_in(told) -> None:
    story, sent, token = told
    with seeding() as session:
        session.execute(update(LegalBasis).values(valid_until=clock.now()))
    with pytest.raises(BasisMissing):
        linked.accept_by_link(token)
    assert now_of(sent).state is S.SENT
    assert story.case.id == sent.case_id


@pytest.mark.parametrize("why", ["late", "left", "another link"])
def test_undo_by_link_refused(told, why: str) -> None:
    _story, sent, token = told
    linked.accept_by_link(token)
    if why == "left":
        with seeding() as session:
            session.execute(update(Outbox).values(status="sent"))
    used = linked.link_to(sent) if why == "another link" else token
    referral, actor = opened_by_link(used)
    at = clock.now() + timedelta(seconds=61 if why == "late" else 5)
    with time_machine.travel(at), pytest.raises(TooLateToUndo), acting_as(linked.bearer_of(used)):
        commands.undo_last_step(referral, by=actor)
    assert now_of(sent).state is S.ACCEPTED


def test_the_second_answer_is_told_who_came_first(told) -> None:
    story, sent, token = told
    linked.accept_by_link(token)
    colleague = linked.make_colleague(sent)
    referral, actor = story.opened_by(colleague, sent)
    with pytest.raises(ReferralAlreadyAnswered, match="Paule Estran, aujourd’hui"):
        commands.accept_referral(referral, by=actor)


def test_a_bearer_who_comes_second_is_not_told_the_name_of_a_member(told) -> None:
    story, sent, token = told
    colleague = linked.make_colleague(sent)
    referral, actor = story.opened_by(colleague, sent)
    with acting_as(actor):
        commands.accept_referral(referral, by=actor)
    referral, actor = opened_by_link(token)
    with seeding() as session:
        name = session.get_one(UserAccount, colleague.user_id).full_name
    with pytest.raises(ReferralAlreadyAnswered, match="un membre de votre structure") as refusal:
        commands.accept_referral(referral, signature=SIGNED, by=actor)
    assert name not in refusal.value.message


def test_the_first_reading_makes_it_seen(told) -> None:
    _story, sent, token = told
    for _ in range(2):
        referral, actor = opened_by_link(token)
        with acting_as(linked.bearer_of(token)):
            journal.record(referral, "referral.read", by=actor)
    row = now_of(sent)
    assert (row.state, row.seen_at is not None) == (S.SEEN, True)
    with seeding() as session:
        seen = session.scalars(select(ReferralStep).where(ReferralStep.after == "seen")).one()
    assert (seen.seat_id, seen.member_id) == (sent.receiver_seat_id, None)
    assert seen.link_id == linked.bearer_of(token).link_id
    assert seen.author == "par le lien de réponse"


def test_answers_by_link_count_like_the_others(told) -> None:
    story, sent, token = told
    linked.accept_by_link(token)
    with seeding() as session:
        session.execute(
            update(Referral)
            .where(Referral.id == sent.id)
            .values(sent_at=clock.now() - timedelta(hours=6))
        )
    with acting_as(actor_of(story.adviser)) as session:
        since = clock.now() - timedelta(days=30)
        figures = func.routing_figures([sent.receiver_seat_id], since)
        table = figures.table_valued("seat_id", "open_count", "answer_hours")
        assert [tuple(row) for row in session.execute(select(table))] == [
            (sent.receiver_seat_id, 1, None)
        ]


# --- what ends it -------------------------------------------------------------------------------


def test_taking_it_back_ends_the_link_and_undo_gives_it_back(told) -> None:
    story, sent, token = told
    old = linked.link_to(sent)
    token, replaced = linked.link_to(sent), (token, old)
    referral, actor = story.opened_by(story.adviser, sent)
    with acting_as(actor):
        commands.revoke_referral(referral, by=actor)
    assert not is_live(token)
    referral, actor = story.opened_by(story.adviser, sent)
    with acting_as(actor):
        commands.undo_last_step(referral, by=actor)
    assert is_live(token)
    assert [is_live(one) for one in replaced] == [False, False]


def test_expiry_ends_the_link(told) -> None:
    _story, sent, token = told
    with seeding() as session:
        session.get_one(Referral, sent.id).expires_at = clock.now() - timedelta(minutes=1)
        session.flush()
        assert commands.expire_referrals() == 1
    assert not is_live(token)


@pytest.mark.parametrize("accepted", [False, True])
def test_withdrawing_the_agreement_ends_the_link(told, accepted: bool) -> None:
    story, sent, token = told
    if accepted:
        linked.accept_by_link(token)
    referral, actor = story.opened_by(story.adviser, sent)
    with acting_as(actor) as session:
        basis = session.get_one(LegalBasis, story.basis.id)
        withdraw_agreement(basis, withdrawn_by="Dominique", by=actor)
    assert not is_live(token)
    assert referral.id == sent.id


@pytest.mark.parametrize("accepted", [False, True])
def test_closing_the_case_ends_the_link(told, accepted: bool) -> None:
    story, sent, token = told
    if accepted:
        linked.accept_by_link(token)
    actor = story.opened_by(story.adviser, sent)[1]
    with acting_as(actor) as session:
        case = session.get_one(CaseFile, story.case.id)
        close_case(case, outcome=Outcome.RECOVERED, by=actor)
    assert not is_live(token)


def test_undoing_the_sending_would_end_the_link(told) -> None:
    _story, sent, token = told
    with seeding() as session:
        session.get_one(Referral, sent.id).state = S.DRAFT
    assert not is_live(token)


def test_an_answer_does_not_end_the_link(told) -> None:
    _story, _sent, token = told
    linked.accept_by_link(token)
    assert is_live(token)


# --- item of another kind: the entrepreneur who took the agreement back -------------------------


@pytest.mark.parametrize("why", ["withdrawn", "lapsed", "in force"])
def test_the_entrepreneur_is_not_written_to_once_the_agreement_ended(app, why: str) -> None:
    story = make_story()
    sent = story.send()
    referral, actor = story.opened_by(story.partner, sent)
    with acting_as(actor):
        commands.decline_referral(
            referral,
            code=DeclineCode.NO_CAPACITY,
            text="Nous sommes complets.",
            can_entrepreneur_read=True,
            by=actor,
        )
    with seeding() as session:
        kind = "cases.referrals.tell_entrepreneur"
        row = session.scalars(select(Outbox).where(Outbox.kind == kind)).one()
        basis = session.get_one(LegalBasis, story.basis.id)
        basis.withdrawn_at = clock.now() if why == "withdrawn" else None
        basis.valid_until = clock.now() if why == "lapsed" else None
    before = len(list_kept(current_app.config["SETTINGS"]))
    if why == "in force":
        with acting_as(SYSTEM):
            JOBS[row.kind].run(row)
    else:
        with acting_as(SYSTEM), pytest.raises(NoLongerDue):
            JOBS[row.kind].run(row)
    assert len(list_kept(current_app.config["SETTINGS"])) - before == (why == "in force")


def test_a_permission_of_the_law_is_in_force(app) -> None:
    from cases.casework.rules import is_in_force

    story = make_story()
    basis = make_basis(
        story.case,
        [],
        story.adviser,
        kind="permission",
        mode=None,
        permission="court_request",
        given_by="",
        reason="Réquisition",
    )
    assert is_in_force(basis, clock.now())
