"""The second lock on requests and copies: by link, by seat, by side; no query says for whom."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, ProgrammingError
from uuid_utils.compat import uuid7

from app import clock
from app.actors import ANONYMOUS, Actor, Role
from app.journal import JournalEvent
from cases.casework.enums import Audience, Section
from cases.casework.models import CaseFile, LegalBasis, Participation
from cases.rights.enums import RightsKind
from cases.rights.models import RightsCopy, RightsRequest
from cases.rights.rules import day_of, due_day
from partners.organisations.enums import Subject
from partners.organisations.models import Seat
from tests.factories.casework import make_basis, make_case, make_entry, make_participation
from tests.factories.people import make_member
from tests.factories.referrals import make_need, make_referral
from tests.factories.rights import give, make_copy, make_request
from tests.factories.world import World, make_world
from tests.support.acting import acting_as, actor_of, link_actor, seeding

#: What the functions of a link answer, asked as they stand.
ANSWERS = (
    "SELECT count(*) FROM space_helpers()",
    "SELECT count(*) FROM space_contact()",
    "SELECT count(*) FROM space_openings(0, 100)",
    "SELECT count(*) FROM space_messages()",
    "SELECT count(*) FROM app_link_agreements()",
    "SELECT count(*) FROM app_link_requests()",
    "SELECT count(app_link_case())",
)
HEALTH = [Section.IDENTITY.value, Section.HEALTH.value]


@pytest.fixture
def world(app) -> World:
    return make_world()


@pytest.fixture
def bearer(world) -> Actor:
    """Who holds the link of the world's agreement."""
    return link_actor("consent", world.basis.id)


def seen(actor: Actor, model: Any = RightsRequest) -> set:
    with acting_as(actor) as session:
        return set(session.scalars(select(model.id)))


def answers(actor: Actor) -> list[int]:
    with acting_as(actor) as session:
        return [session.scalar(text(asked)) for asked in ANSWERS]


def test_a_link_reads_the_requests_of_its_person_on_its_case(world, bearer):
    make_request(world.case, asked_by="Autre Associée", answer_to="a@exemple.test")
    make_request(make_case(world.adviser))
    by_letter = make_request(
        world.case,
        kind=RightsKind.RESTRICTION,
        channel="post",
        asked_by=" dominique   EXEMPLE ",
        answer_to="",
        received_by=world.adviser.id,
        received_seat_id=world.adviser.seat_id,
    )
    with seeding() as session:
        mine = {world.asked.id, by_letter.id}
        mine |= set(
            session.scalars(
                select(RightsRequest.id).where(RightsRequest.kind == RightsKind.ERASURE)
            )
        )
    assert seen(bearer) == mine
    assert seen(bearer, RightsCopy) == set()
    assert seen(bearer, CaseFile) == set()


def test_another_address_is_another_person(world):
    basis = make_basis(
        world.case, [Seat(id=world.partner.seat_id)], world.adviser, sent_to="autre@exemple.test"
    )
    assert seen(link_actor("consent", basis.id)) == set()


def test_a_link_that_waits_for_its_confirmation_opens_its_agreement_alone(world, bearer):
    assert answers(bearer)[0] > 0
    with seeding() as session:
        session.get_one(LegalBasis, world.basis.id).valid_until = clock.now()
    assert answers(bearer) == [0, 1, 0, 0, 0, 0, 0]
    assert seen(bearer) == set()
    with acting_as(bearer) as session:
        assert list(session.scalars(select(LegalBasis.id))) == [world.basis.id]


@pytest.mark.parametrize("who", ["adviser", "partner", "recovery", "stranger", "nobody"])
def test_the_functions_of_a_link_tell_nobody_else_anything(world, who):
    actor = ANONYMOUS if who == "nobody" else actor_of(getattr(world, who))
    assert answers(actor) == [0] * len(ANSWERS)


def test_a_link_of_another_purpose_opens_no_page(world):
    assert answers(link_actor("copy", world.basis.id)) == [0] * len(ANSWERS)


def request_values(case: CaseFile, **more: Any) -> dict[str, Any]:
    now = clock.now()
    values = {
        "id": uuid7(),
        "case_id": case.id,
        "kind": RightsKind.RESTRICTION,
        "channel": "link",
        "asked_by": "Dominique Exemple",
        "answer_to": "",
        "received_at": now,
        "due_on": due_day(day_of(now)),
    }
    return {**values, **more}


def test_a_link_asks_for_itself(world, bearer):
    with acting_as(bearer) as session:
        session.execute(insert(RightsRequest).values(request_values(world.case)))


@pytest.mark.parametrize(
    "forge",
    [
        lambda world: {"asked_by": "Quelqu’un d’autre"},
        lambda world: {"answer_to": "voleur@exemple.test"},
        lambda world: {"case_id": make_case(world.adviser).id},
        lambda world: {
            "channel": "post",
            "received_by": world.adviser.id,
            "received_seat_id": world.adviser.seat_id,
        },
        lambda world: {"state": "answered", "answered_at": clock.now()},
    ],
    ids=["name", "address", "case", "channel", "answered"],
)
def test_a_link_forges_no_request(world, bearer, forge: Callable[[World], dict]):
    values = request_values(world.case, **forge(world))
    with pytest.raises(ProgrammingError, match="row-level"), acting_as(bearer) as session:
        session.execute(insert(RightsRequest).values(values))


@pytest.mark.parametrize("who", ["partner", "recovery", "stranger"])
def test_no_member_asks_in_the_name_of_the_person_by_link(world, who):
    values = request_values(world.case)
    with pytest.raises(ProgrammingError), acting_as(actor_of(getattr(world, who))) as session:
        session.execute(insert(RightsRequest).values(values))


def test_no_link_answers_itself_nor_makes_a_copy(world, bearer):
    with acting_as(bearer) as session:
        done = session.execute(update(RightsRequest).values(answer="Accordé."))
        assert done.rowcount == 0
    copy = {
        "id": uuid7(),
        "request_id": world.asked.id,
        "case_id": world.case.id,
        "seat_id": world.adviser.seat_id,
        "member_id": world.adviser.id,
        "expires_at": clock.now(),
    }
    with pytest.raises(ProgrammingError), acting_as(bearer) as session:
        session.execute(insert(RightsCopy).values(copy))


def agreement(world: World, **more: Any) -> LegalBasis:
    return make_basis(world.case, [Seat(id=world.stranger.seat_id)], world.adviser, **more)


def test_a_link_withdraws_other_agreements_of_its_person_and_no_more(world, bearer):
    mine = agreement(world)
    others = [
        agreement(world, given_by="Autre Associée"),
        agreement(world, sections=HEALTH),
        agreement(world, kind="permission", mode=None, permission="court_request"),
        make_basis(make_case(world.adviser), [Seat(id=world.partner.seat_id)], world.adviser),
    ]
    now = clock.now()
    with acting_as(bearer) as session:
        assert set(session.scalars(select(LegalBasis.id))) == {world.basis.id, mine.id}
        for basis in (mine, *others):
            statement = update(LegalBasis).where(LegalBasis.id == basis.id)
            done = session.execute(statement.values(withdrawn_at=now, withdrawn_by="moi"))
            assert done.rowcount == (1 if basis is mine else 0)


def test_a_link_confirms_no_other_agreement(world, bearer):
    mine = agreement(world, valid_until=clock.now())
    with pytest.raises(ProgrammingError, match="row-level"), acting_as(bearer) as session:
        statement = update(LegalBasis).where(LegalBasis.id == mine.id)
        session.execute(statement.values(confirmed_at=clock.now(), valid_until=None))


def test_a_link_on_health_is_withdrawn_by_itself(world):
    health = agreement(world, sections=HEALTH)
    with acting_as(link_actor("consent", health.id)) as session:
        assert set(session.scalars(select(LegalBasis.id))) == {health.id, world.basis.id}


def test_the_recovery_side_reads_no_request_even_inside(world):
    with seeding() as session:
        basis = session.get_one(LegalBasis, world.basis.id)
        basis.seat_ids = [*basis.seat_ids, world.recovery.seat_id]
    make_participation(world.case, world.recovery, world.basis)
    manager = make_member(Seat(id=world.recovery.seat_id), Role.MANAGER)
    values = request_values(world.case, channel="post", received_seat_id=world.recovery.seat_id)
    members = [(actor_of(one), one.id) for one in (world.recovery, manager)]
    for actor, member_id in members:
        assert len(seen(actor, CaseFile)) == 1
        assert seen(actor) == seen(actor, RightsCopy) == set()
        with pytest.raises(ProgrammingError), acting_as(actor) as session:
            session.execute(insert(RightsRequest).values({**values, "received_by": member_id}))


def test_a_partner_reads_the_requests_it_noted_while_it_takes_part(world):
    noted = make_request(
        world.case,
        kind=RightsKind.RESTRICTION,
        channel="phone",
        received_by=world.partner.id,
        received_seat_id=world.partner.seat_id,
    )
    assert seen(actor_of(world.partner)) == {noted.id}
    with acting_as(actor_of(world.partner)) as session:
        assert session.execute(update(RightsRequest).values(answer="Fait.")).rowcount == 0
    with seeding() as session:
        part = select(Participation).where(Participation.seat_id == world.partner.seat_id)
        session.scalars(part).one().ended_at = clock.now()
    assert seen(actor_of(world.partner)) == set()


def test_requests_go_to_the_new_lead_and_copies_stay_with_who_made_them(world):
    partner, lead = actor_of(world.partner), actor_of(world.adviser)
    assert seen(partner) == set() and seen(lead, RightsCopy) != set()
    with seeding() as session:
        parts = {one.seat_id: one for one in session.scalars(select(Participation))}
        parts[world.adviser.seat_id].role = "partner"
        parts[world.adviser.seat_id].was_lead = True
        parts[world.partner.seat_id].role = "lead"
        case = session.get_one(CaseFile, world.case.id)
        case.lead_seat_id, case.lead_member_id = world.partner.seat_id, world.partner.id
    assert world.asked.id in seen(partner) and seen(lead) == set()
    assert seen(partner, RightsCopy) == seen(lead, RightsCopy) == set()


def test_only_who_answers_touches_requests_and_copies(world):
    colleague = make_member(Seat(id=world.adviser.seat_id))
    manager = make_member(Seat(id=world.adviser.seat_id), Role.MANAGER)
    in_charge = actor_of(world.adviser)
    for member, touched in ((colleague, 0), (manager, 2)):
        actor = actor_of(member)
        assert world.asked.id in seen(actor)
        with acting_as(actor) as session:
            done = session.execute(update(RightsRequest).values(answer="Vu."))
            assert done.rowcount == touched
            assert len(set(session.scalars(select(RightsCopy.id)))) == touched
    assert seen(replace(in_charge, role=Role.AUDITOR)) == set()


def test_nobody_signs_an_answer_for_somebody_else(world):
    manager = actor_of(make_member(Seat(id=world.adviser.seat_id), Role.MANAGER))
    forged = {
        "state": "answered",
        "answered_at": clock.now(),
        "answered_by": world.adviser.id,
        "answered_seat_id": world.adviser.seat_id,
    }
    with pytest.raises(ProgrammingError, match="row-level"), acting_as(manager) as session:
        session.execute(
            update(RightsRequest).where(RightsRequest.id == world.asked.id).values(**forged)
        )


def test_what_was_answered_stays_answered(world):
    with seeding() as session:
        found = session.get_one(RightsRequest, world.asked.id)
        found.state, found.answered_at = "answered", clock.now()
    with acting_as(actor_of(world.adviser)) as session:
        statement = update(RightsRequest).where(RightsRequest.id == world.asked.id)
        assert session.execute(statement.values(answer="Autre chose.")).rowcount == 0


def test_a_copy_link_opens_its_copy_once_given_and_nothing_else(world):
    other = give(make_copy(make_request(make_case(world.adviser)), world.adviser))
    ready = make_copy(world.asked, world.adviser)
    assert seen(link_actor("copy", world.given.id), RightsCopy) == {world.given.id}
    assert seen(link_actor("copy", ready.id), RightsCopy) == set()
    assert seen(link_actor("consent", other.id), RightsCopy) == set()
    bearer = link_actor("copy", world.given.id)
    assert seen(bearer) == seen(bearer, LegalBasis) == seen(bearer, CaseFile) == set()
    with pytest.raises(DBAPIError), acting_as(bearer) as session:
        session.execute(update(RightsCopy).values(pdf=b"autre"))


def test_a_given_copy_is_changed_by_nobody(world):
    with acting_as(actor_of(world.adviser)) as session:
        statement = update(RightsCopy).where(RightsCopy.id == world.given.id)
        assert session.execute(statement.values(content=[])).rowcount == 0


def count_own(actor: Actor, case: CaseFile) -> int:
    with acting_as(actor) as session:
        return session.scalar(select(func.own_texts_elsewhere(case.id)))


def test_the_lead_alone_learns_how_many_keep_texts_for_themselves(world):
    assert count_own(actor_of(world.adviser), world.case) == 0
    make_entry(world.case, world.partner, Audience.OWN)
    make_entry(world.case, world.partner, Audience.OWN)
    assert count_own(actor_of(world.adviser), world.case) == 1
    for who in ("partner", "recovery", "stranger"):
        assert count_own(actor_of(getattr(world, who)), world.case) == 0


def test_a_health_need_counts_for_nothing(world):
    make_need(world.case, world.partner, Subject.HEALTH, audience=Audience.OWN)
    assert count_own(actor_of(world.adviser), world.case) == 0


def opened(reader: Any, action: str, obj: Any, case: CaseFile) -> None:
    with seeding() as session:
        session.add(
            JournalEvent(
                principal="member",
                user_id=reader.user_id,
                seat_id=reader.seat_id,
                action=action,
                object_type=obj.__tablename__,
                object_id=obj.id,
                case_id=case.id,
            )
        )


def openings(actor: Actor) -> list[tuple]:
    with acting_as(actor) as session:
        rows = session.execute(text("SELECT * FROM space_openings(0, 100)")).mappings()
        return [(one["seat_id"], one["role"], one["action"], one["times"]) for one in rows]


def test_openings_are_told_by_seat_and_function_without_health_nor_secrets(world, bearer):
    sealed = make_referral(
        make_need(world.case, world.adviser, Subject.HEALTH, audience=Audience.OWN),
        world.adviser,
        Seat(id=world.stranger.seat_id),
        agreement(world, sections=HEALTH),
    )
    for _ in range(2):
        opened(world.partner, "assessment.read", world.case, world.case)
    opened(world.stranger, "referral.read", sealed, world.case)
    opened(world.pending, "referral.read", world.waiting, world.case)
    opened(world.partner, "mediation.read", world.case, world.case)
    opened(world.partner, "entry.written", world.own_entry, world.case)
    elsewhere = make_case(world.stranger)
    opened(world.stranger, "case.read", elsewhere, elsewhere)
    assert sorted(openings(bearer), key=str) == sorted(
        [
            (world.adviser.seat_id, "adviser", "case.read", 1),
            (world.partner.seat_id, "adviser", "assessment.read", 2),
            (world.pending.seat_id, "adviser", "referral.read", 1),
        ],
        key=str,
    )
