"""Two people at once, with true commits: one answer, one sending."""

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import rows
from app.actors import Actor
from app.db import db, unit_of_work
from app.errors import Refusal
from cases.referrals import commands
from cases.referrals.commands import Receiver
from cases.referrals.enums import DeclineCode, ReferralKind
from cases.referrals.enums import ReferralState as S
from cases.referrals.errors import ReferralAlreadyAnswered
from cases.referrals.models import Referral, ReferralStep
from cases.referrals.queries.needs import get_need
from cases.referrals.queries.referrals import find_sendings, get_referral, take_sending_turn
from cases.referrals.queries.routing import get_receivers
from tests.cases.referrals.story import BOTH, Story, make_story
from tests.support.acting import actor_of, seeding

pytestmark = pytest.mark.commits


@pytest.fixture
def story(committed_app: Flask) -> Story:
    return make_story()


def at_once(app: Flask, acts: list[Callable[[], object]]) -> list[object]:
    """Run the acts in threads that start together; what each gave, or refused."""
    gate, results = threading.Barrier(len(acts)), []

    def run(act: Callable[[], object]) -> None:
        with app.app_context():
            gate.wait(10)
            try:
                results.append(act())
            except Refusal as refusal:
                results.append(refusal)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def test_two_advisers_answer_at_once(committed_app: Flask, story: Story) -> None:
    sent = story.send()
    first, second = actor_of(story.partner), actor_of(story.colleague)

    def accept() -> str:
        rows.act_as(first)
        referral = get_referral(sent.id, first)
        with unit_of_work():
            commands.accept_referral(referral, by=first)
        return "accepted"

    def decline() -> str:
        rows.act_as(second)
        referral = get_referral(sent.id, second)
        with unit_of_work():
            commands.decline_referral(
                referral,
                code=DeclineCode.NO_CAPACITY,
                text="Complet.",
                can_entrepreneur_read=False,
                by=second,
            )
        return "declined"

    results = at_once(committed_app, [accept, decline])
    refused = [one for one in results if isinstance(one, ReferralAlreadyAnswered)]
    assert len(refused) == 1 and "Camille Personne" in refused[0].message
    with seeding() as session:
        session.expunge_all()
        [row] = session.scalars(select(Referral))
        assert row.state in (S.ACCEPTED, S.DECLINED)
        assert session.scalar(select(func.count()).select_from(ReferralStep)) == 2


def test_a_double_click_sends_once(committed_app: Flask, story: Story) -> None:
    actor = actor_of(story.adviser)
    results = at_once(committed_app, [lambda: _send(story, actor) for _ in range(3)])
    assert len(set(results)) == 1
    with seeding() as session:
        assert session.scalar(select(func.count()).select_from(Referral)) == 1


def _send(story: Story, actor: Actor) -> object:
    """What the page does: wait for one's turn, look for what was sent, send."""
    rows.act_as(actor)
    need = get_need(story.need.id, actor)
    [seat] = get_receivers([story.partner.seat_id], actor)
    with unit_of_work():
        take_sending_turn("twice")
        if sent := find_sendings("twice", actor):
            return sent[0].id
        return commands.send_referral(
            need,
            Receiver(seat),
            ReferralKind.JOINT,
            basis=story.basis,
            sections=BOTH,
            client_key=f"twice:{seat.id}",
            by=actor,
        ).id
