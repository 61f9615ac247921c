"""*Aujourd'hui* finds through indexes and kept columns what it would find in everything that waits.

Each part is asked of both, page after page, for several members, after each thing that may happen.
"""

import itertools
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

import app.today as today
from app import clock, hooks
from app.actors import Actor, Role
from app.today import SHOWN, read_group, read_today
from app.waiting import Group
from cases.casework.enums import ActionAnswer
from cases.casework.models import CaseAction, CaseFile, Participation
from cases.casework.queries import cases_visible_to
from cases.referrals.models import AccessRequestMatch
from cases.rights.models import RightsRequest
from partners.organisations.models import Seat
from partners.people.models import Membership
from tests.contracts.test_box import STORY, Stories, change, pass_the_lead, stories
from tests.factories import make_member
from tests.factories.casework import make_reply
from tests.factories.referrals import make_access_request
from tests.factories.rights import make_request
from tests.support.acting import acting_as, actor_of, seeding
from tests.support.today_before import ORDER, groups_before, waiting_before

__all__ = ["stories"]


@pytest.fixture
def busy(stories: Stories) -> Stories:
    """The stories of the box, and what else waits for their members: drawn by lot, always alike."""
    dice = Random(14)
    seat = Seat(id=stories.lead.seat_id)
    stories.members += [make_member(seat), make_member(seat, Role.MANAGER)]
    with seeding() as session:
        session.expunge_all()
        cases = list(session.scalars(select(CaseFile).order_by(CaseFile.id)))
    for case, number in zip(cases, itertools.count()):
        _add_actions(case, stories, dice)
        if number % 3 == 0:
            received = clock.now() - timedelta(days=dice.choice((2, 25, 29, 31, 60)))
            make_request(case, received_at=received)
        if number % 3 == 1:
            make_access_request(dice.choice(stories.members[2:5]), case)
        if number % 4 == 1:
            _change_case(
                case,
                status="paused",
                paused_reason="Bilan",
                paused_until=clock.today() + timedelta(days=dice.randint(-2, 1)),
            )
        if number % 5 == 1:
            _change_case(case, lead_member_id=dice.choice(stories.members[-2:]).id)
    return stories


def _add_actions(case: CaseFile, stories: Stories, dice: Random) -> None:
    days = (-30, -1, 0, 1, 6, 7, 14, 15)
    lead_seat = [one for one in stories.members if one.seat_id == stories.lead.seat_id]
    for owner in dice.sample(lead_seat, 2):
        asked_at = clock.now() - timedelta(days=dice.choice((1, 20)))
        with seeding() as session:
            action = CaseAction(
                case_id=case.id,
                seat_id=stories.lead.seat_id,
                objective="Appeler",
                due_on=clock.today() + timedelta(days=dice.choice(days)),
                owner_id=owner.id if dice.random() < 0.7 else None,
                owner_name="Dominique Exemple",
                status=dice.choice(("todo", "todo", "doing", "done", "dropped")),
                asked_by=dice.choice(lead_seat).id,
                asked_at=asked_at,
            )
            session.add(action)
        for answer in dice.choices(list(ActionAnswer), k=dice.randint(0, 2)):
            proposed = action.due_on + timedelta(days=dice.randint(0, 1))
            make_reply(
                action,
                answer,
                answered_at=clock.now() - timedelta(hours=dice.choice((1, 23, 25, 72, 400))),
                proposed_on=proposed if answer is ActionAnswer.NOT_YET else None,
            )


def _change_case(case: CaseFile, **values: object) -> None:
    change(CaseFile, values, CaseFile.id == case.id)


def walked(actor: Actor, group: Group) -> list[uuid.UUID]:
    """All the rows of a group, page after page."""
    ids: list[uuid.UUID] = []
    key = None
    for _ in range(100):
        lines, key = read_group(hooks.handlers_of("today_sources"), actor, group, key)
        ids += [row_id for (_, _, row_id), _ in lines]
        if key is None:
            return ids
    raise AssertionError("pages without end")


def compare(members: list[Membership]) -> int:
    """Everything that waits for these members is what it was before; how many rows that is."""
    total = 0
    for member in members:
        actor = actor_of(member)
        with acting_as(actor) as session:
            session.expunge_all()
            expected = groups_before(actor)
            session.expunge_all()
            assert {group: walked(actor, group) for group in Group} == {
                group: expected.get(group, []) for group in Group
            }, member
            day = read_today(hooks.handlers_of("today_sources"), actor)
            assert day.counts == {group: len(ids) for group, ids in expected.items()}
            for group, ids in expected.items():
                shown = [key[2] for key, _ in day.lines[group]]
                assert len(shown) == min(len(ids), SHOWN)
                assert shown == [one for one in ids if one in shown], "out of order"
                total += len(ids)
    return total


@pytest.fixture
def small_pages(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Pages of three lines, inside a request."""
    monkeypatch.setattr(today, "PAGE_SIZE", 3)
    with app.test_request_context():
        yield


def wait_no_more(stories: Stories) -> None:
    """Everything that waited is handled."""
    now = clock.now()
    change(AccessRequestMatch, {"handled_at": now}, AccessRequestMatch.handled_at.is_(None))
    change(CaseAction, {"status": "done"}, CaseAction.status != "done")
    answered = {"state": "answered", "answered_at": now, "answer": "Fait."}
    change(RightsRequest, answered, RightsRequest.state == "received")


def ask_again(stories: Stories) -> None:
    """A colleague asks again: what was answered before asks for nothing."""
    values = {"asked_by": stories.members[-1].id, "asked_at": clock.now()}
    change(CaseAction, values, CaseAction.status == "todo")


def leave_the_house(stories: Stories) -> None:
    """Whoever asked leaves: whoever follows the case hears the answers."""
    change(Membership, {"ended_at": clock.now()}, Membership.id == stories.members[-1].id)


HAPPENINGS = (*STORY, wait_no_more, ask_again, leave_the_house)


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("happening", HAPPENINGS, ids=lambda one: one.__name__)
def test_what_waits_is_found_after_what_happens(
    busy: Stories, happening: Callable[[Stories], None]
) -> None:
    assert compare(busy.members) > 80, "hardly anything was compared"
    happening(busy)
    compare(busy.members)


def test_the_stories_hold_something_of_every_source(busy: Stories) -> None:
    found = set()
    for member in busy.members:
        actor = actor_of(member)
        with acting_as(actor):
            found |= {kind for kind, _, _ in waiting_before(actor, clock.now())}
    assert found == set(ORDER)


def kept() -> list[set[tuple[object, ...]]]:
    """What triggers keep of who leads, and of who asked."""
    with seeding() as session:
        statements = [
            "SELECT request_id, lead_seat_id FROM access_request_match",
            "SELECT id, lead_seat_id, lead_member_id FROM rights_request",
            "SELECT id, asked_by, lead_member_id FROM action_reply",
        ]
        return [set(map(tuple, session.execute(text(one)))) for one in statements]


def computed() -> list[set[tuple[object, ...]]]:
    """The same from the cases and the actions."""
    lead = "JOIN case_file f ON f.id = x.case_id"
    with seeding() as session:
        statements = [
            f"SELECT x.request_id, f.lead_seat_id FROM access_request_match x {lead}",
            f"SELECT x.id, f.lead_seat_id, f.lead_member_id FROM rights_request x {lead}",
            f"SELECT x.id, a.asked_by, f.lead_member_id FROM action_reply x {lead}"
            " JOIN case_action a ON a.id = x.action_id",
        ]
        return [set(map(tuple, session.execute(text(one)))) for one in statements]


def follow_otherwise(stories: Stories) -> None:
    """Nobody follows the cases any more."""
    change(CaseFile, {"lead_member_id": None}, CaseFile.lead_member_id.is_not(None))


@pytest.mark.parametrize(
    "happening", [pass_the_lead, follow_otherwise], ids=lambda one: one.__name__
)
def test_who_leads_is_kept_beside_what_waits(
    busy: Stories, happening: Callable[[Stories], None]
) -> None:
    before = kept()
    assert before == computed() and all(before)
    happening(busy)
    assert kept() != before
    assert kept() == computed()


def test_a_forged_lead_is_written_over(busy: Stories) -> None:
    stranger = make_member()
    forged = {"lead_seat_id": stranger.seat_id, "lead_member_id": stranger.id}
    case = _cases_of(busy.lead)[0]
    assert make_request(case, asked_by="Quelqu’un d’autre", **forged).id
    assert kept() == computed()


def test_the_web_says_nothing_of_what_is_kept(busy: Stories) -> None:
    for statement in (
        "UPDATE access_request_match SET lead_seat_id = lead_seat_id",
        "UPDATE rights_request SET lead_member_id = lead_member_id",
        "UPDATE action_reply SET asked_by = asked_by",
        "UPDATE boxed_referral SET moved_at = moved_at",
    ):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            acting_as(actor_of(busy.lead)) as session,
        ):
            session.execute(text(statement))


@pytest.mark.usefixtures("small_pages")
def test_what_is_kept_shows_nothing_to_whom_it_is_not_for(busy: Stories) -> None:
    """Every kept row forged for a stranger: what is read is decided by the rows themselves."""
    stranger = make_member()
    with seeding() as session:
        for statement in (
            "UPDATE boxed_referral SET seat_id = :seat",
            "UPDATE access_request_match SET lead_seat_id = :seat",
            "UPDATE rights_request SET lead_seat_id = :seat, lead_member_id = :member",
            "UPDATE action_reply SET asked_by = :member, lead_member_id = :member",
            "UPDATE case_action SET owner_id = :member, asked_by = :member",
        ):
            who = {"seat": stranger.seat_id, "member": stranger.id}
            session.execute(text(statement), {k: v for k, v in who.items() if f":{k}" in statement})
    for role in (Role.ADVISER, Role.MANAGER):
        actor = replace(actor_of(stranger), role=role)
        with acting_as(actor) as session:
            session.expunge_all()
            assert [row for group in Group for row in walked(actor, group)] == []
            assert read_today(hooks.handlers_of("today_sources"), actor).items == []


def test_a_right_that_ended_shows_nothing(busy: Stories, small_pages: None) -> None:
    """Those who were invited leave: nothing of the cases is told, whatever waits there."""
    guest, case = next(
        (member, case)
        for member in busy.members[1:5]
        for case in _cases_of(member)
        if case.lead_seat_id != member.seat_id
    )
    with seeding() as session:
        action = CaseAction(
            case_id=case.id,
            seat_id=guest.seat_id,
            objective="Ne plus lire",
            due_on=clock.today(),
            owner_id=guest.id,
        )
        session.add(action)
    assert action.id in _all_of(guest)
    change(Participation, {"ended_at": clock.now()}, Participation.seat_id == guest.seat_id)
    assert action.id not in _all_of(guest)


def _cases_of(member: Membership) -> list[CaseFile]:
    actor = actor_of(member)
    with acting_as(actor) as session:
        session.expunge_all()
        return list(session.scalars(cases_visible_to(actor)))


def _all_of(member: Membership) -> list[uuid.UUID]:
    actor = actor_of(member)
    with acting_as(actor) as session:
        session.expunge_all()
        return [row_id for group in Group for row_id in walked(actor, group)]
