"""Two people at once, with true commits: one answer, one sending."""

import threading
import uuid
from collections.abc import Callable
from functools import partial
from time import sleep

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app import delivery, rows
from app.actors import SYSTEM, Actor
from app.db import db, unit_of_work
from app.errors import Refusal
from app.jobs import Outbox
from app.links import Link, LinkPurpose, issue_link
from app.mail import list_kept
from cases.casework.models import LegalBasis, Participation
from cases.referrals import commands
from cases.referrals.commands import Receiver
from cases.referrals.commands.linking import SEND_ANSWER_LINK
from cases.referrals.enums import DeclineCode, ReferralKind
from cases.referrals.enums import ReferralState as S
from cases.referrals.errors import ReferralAlreadyAnswered
from cases.referrals.models import DeclinedNeed, Referral, ReferralStep
from cases.referrals.queries.needs import get_need
from cases.referrals.queries.referrals import find_sendings, get_referral, take_sending_turn
from cases.referrals.queries.routing import get_receivers
from cases.referrals.rules.rights import as_receiver
from tests.cases.referrals import linked
from tests.cases.referrals.story import BOTH, Story, make_story
from tests.support.acting import SEEDER, actor_of, seeding

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


def test_two_partners_decline_one_need_at_once(committed_app: Flask, story: Story) -> None:
    """Each would see the other still waiting, unless the second waits for the first."""
    asked = [(actor_of(who), story.send(to=who).id) for who in (story.partner, story.rival)]

    def decline(actor: Actor, referral_id: uuid.UUID) -> None:
        rows.act_as(actor)
        with unit_of_work():
            commands.decline_referral(
                get_referral(referral_id, actor),
                code=DeclineCode.NO_CAPACITY,
                text="Complet.",
                can_entrepreneur_read=False,
                by=actor,
            )
            sleep(0.3)

    assert at_once(committed_app, [partial(decline, *one) for one in asked]) == [None, None]
    with seeding() as session:
        left = session.scalars(select(DeclinedNeed)).all()
        found = [(row.need_id, row.seat_id) for row in left]
        assert found == [(story.need.id, story.adviser.seat_id)]


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
        if sent := find_sendings([f"twice:{story.partner.seat_id}"], actor):
            return sent[0].id
        return commands.send_referral(
            need,
            Receiver(seat),
            ReferralKind.JOINT,
            basis=db.session.get_one(LegalBasis, story.basis.id),
            sections=BOTH,
            client_key=f"twice:{seat.id}",
            by=actor,
        ).id


def test_two_bearers_of_one_link_and_a_member_answer_at_once(committed_app: Flask) -> None:
    """First answer counts: the others are told who came first, and nothing is done twice."""
    story, sent, token = linked.story_with_link()
    colleague, bearer = actor_of(linked.make_colleague(sent)), linked.bearer_of(token)

    def by_link() -> str:
        rows.act_as(bearer)
        referral = get_referral(sent.id, bearer)
        actor = as_receiver(bearer, referral)
        with unit_of_work():
            commands.accept_referral(referral, signature=linked.SIGNED, by=actor)
        return "accepted"

    def signed_in() -> str:
        rows.act_as(colleague)
        referral = get_referral(sent.id, colleague)
        with unit_of_work():
            commands.accept_referral(referral, by=colleague)
        return "accepted"

    results = at_once(committed_app, [by_link, by_link, signed_in])
    refused = [one for one in results if isinstance(one, ReferralAlreadyAnswered)]
    assert len(refused) == 2 and results.count("accepted") == 1
    assert {one.message.split(", ")[0] for one in refused} <= {
        "Déjà répondu par Paule Estran",
        "Déjà répondu par un membre de votre structure",
        f"Déjà répondu par {colleague.user_name}",
    }
    with seeding() as session:
        session.expunge_all()
        steps = session.scalars(select(ReferralStep).where(ReferralStep.after == "accepted"))
        joined = session.scalars(
            select(Participation).where(Participation.seat_id == sent.receiver_seat_id)
        )
        assert (len(steps.all()), len(joined.all())) == (1, 1)
    assert story.case.id == sent.case_id


def test_the_job_of_a_link_run_twice_sends_one_link(committed_app: Flask) -> None:
    story = make_story()
    sent = linked.send_to(story, linked.make_unstaffed(story))
    with seeding() as session:
        mine = Outbox.kind == SEND_ANSWER_LINK
        session.execute(update(Outbox).where(mine).values(status="sending"))
        row = session.scalars(select(Outbox).where(mine)).one()
    db.session.info["actor"] = SYSTEM
    assert [delivery.deliver(row.id), delivery.deliver(row.id)] == ["sent", "skipped"]
    with seeding() as session:
        live = select(func.count()).select_from(Link).where(Link.object_id == sent.id)
        assert session.scalar(live) == 1
    assert len(list_kept(committed_app.config["SETTINGS"])) == 1


def test_two_links_made_at_once_leave_one_alive(committed_app: Flask) -> None:
    _story, sent, _token = linked.story_with_link()

    def issue() -> str:
        rows.act_as(SEEDER)
        with unit_of_work():
            return issue_link(LinkPurpose.ANSWER, sent.id, by=SYSTEM)[1]

    at_once(committed_app, [issue, issue, issue])
    with seeding() as session:
        live = select(func.count()).select_from(Link).where(Link.revoked_at.is_(None))
        assert session.scalar(live) == 1
