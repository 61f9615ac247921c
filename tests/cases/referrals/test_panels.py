"""The panel of the case page and the lines of *Aujourd'hui*."""

from datetime import timedelta

import pytest
from flask import Flask

from app import clock
from app.today import read_today
from cases.casework.queries import get_shown_case
from cases.referrals import commands
from cases.referrals.enums import NeedState
from cases.referrals.panels import answer_delays, needs_panel
from cases.referrals.today import referrals_of
from partners.organisations.enums import Subject
from partners.organisations.models import Seat
from tests.cases.referrals.story import Story, make_story
from tests.factories.referrals import make_need, make_referral
from tests.support.acting import act_as_member, acting_as, actor_of, seeding


@pytest.fixture
def story(app: Flask) -> Story:
    return make_story()


def accept(story: Story) -> None:
    sent = story.send()
    referral, actor = story.opened_by(story.partner, sent)
    with acting_as(actor):
        commands.accept_referral(referral, by=actor)


def test_the_lead_reads_the_state_of_each_need(story: Story) -> None:
    health = make_need(story.case, story.adviser, Subject.HEALTH, audience="own")
    story.send()
    actor = act_as_member(story.adviser)
    panel = needs_panel(get_shown_case(story.case.id, actor), actor)
    assert panel.context["states"] == {
        story.need.id: NeedState.WAITING,
        health.id: NeedState.TO_SEND,
    }
    assert panel.context["can_add"] is True


def test_a_partner_reads_its_own_referrals_only(story: Story) -> None:
    make_need(story.case, story.adviser, Subject.HEALTH, audience="own")
    accept(story)
    story.send(to=story.rival)
    actor = act_as_member(story.partner)
    with acting_as(actor) as session:
        session.expunge_all()
        panel = needs_panel(get_shown_case(story.case.id, actor), actor)
    [need] = panel.context["needs"]
    assert [one.receiver_seat.id for one in need.referrals] == [story.partner.seat_id]
    assert panel.context["states"] == {}


def test_today_says_what_waits_and_what_moved(app: Flask, story: Story) -> None:
    with app.test_request_context():
        sent = story.send()
        actor = act_as_member(story.partner)
        [item] = read_today([referrals_of], actor).items
        assert item.title == "Répondre à Urssaf Exemple"
        assert item.due_at == sent.answer_by and item.url == f"/orientations/{sent.id}"
        referral, actor = story.opened_by(story.partner, sent)
        with acting_as(actor):
            commands.accept_referral(referral, by=actor)
        assert read_today([referrals_of], act_as_member(story.partner)).items == []
        [news] = read_today([referrals_of], act_as_member(story.adviser)).items
        assert news.title == "Entraide Exemple a accepté votre orientation"
        assert read_today([referrals_of], act_as_member(story.stranger)).items == []


def test_what_moved_long_ago_is_no_news(app: Flask, story: Story) -> None:
    with app.test_request_context():
        accept(story)
        from sqlalchemy import update

        from cases.referrals.models import Referral

        with seeding() as session:
            long_ago = clock.now() - timedelta(days=8)
            session.execute(update(Referral).values(answered_at=long_ago))
        assert read_today([referrals_of], act_as_member(story.adviser)).items == []
        assert read_today([referrals_of], actor_of(story.rival)).items == []


def test_the_directory_says_how_fast_they_answer_from_three_answers_on(story: Story) -> None:
    two_days = clock.now() - timedelta(days=2)
    with seeding() as session:
        seat = session.get(Seat, story.partner.seat_id)
    answered = {"state": "accepted", "sent_at": two_days, "answered_at": clock.now()}
    for number in range(3):
        act_as_member(story.stranger)
        assert answer_delays([seat.organisation_id]) == {}, number
        make_referral(story.need, story.adviser, seat, story.basis, **answered)
    act_as_member(story.stranger)
    assert answer_delays([seat.organisation_id]) == {seat.organisation_id: "2\u00a0jours"}
