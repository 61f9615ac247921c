"""The copy: what is gathered, what never is, what is left out, what is given and forgotten."""

from datetime import timedelta

import pytest
from sqlalchemy import inspect, select

from app import clock
from app.jobs import Outbox
from app.journal import JournalEvent
from cases.casework.enums import Audience, Section
from cases.rights import commands
from cases.rights.contents import parts_of
from cases.rights.enums import LeftOutReason
from cases.rights.errors import AlreadyAnswered, CopyNotReady, NothingToGive
from cases.rights.models import RightsCopy, RightsRequest
from cases.rights.queries.copies import find_copy
from cases.rights.queries.gathering import gather
from cases.rights.queries.requests import get_request
from partners.organisations.enums import Subject
from partners.organisations.models import Seat
from tests.factories.casework import make_basis, make_entry
from tests.factories.referrals import make_need, make_referral
from tests.factories.rights import make_copy
from tests.factories.world import World, make_world
from tests.support.acting import acting_as, actor_of, link_actor, seeding

HEALTH_WORDS, OWN_OF_PARTNER = "insomnies et détresse", "confidence faite au partenaire"


@pytest.fixture
def world(app) -> World:
    return make_world()


def read_again(world: World, own_elsewhere: int = 0) -> list[dict]:
    """The parts, from rows that no factory holds."""
    actor, case_id = actor_of(world.adviser), world.case.id
    with acting_as(actor) as session:
        session.expunge_all()
        return parts_of(gather(case_id, actor), own_elsewhere)


def gathered(world: World, own_elsewhere: int = 0) -> dict[str, list[str]]:
    """Texts of the copy by part, as the lead's adviser reads the case."""
    parts = read_again(world, own_elsewhere)
    return {
        part["key"]: [str((one["title"], one["lines"])) for one in part["entries"]]
        for part in parts
    }


def test_the_copy_holds_what_the_lead_reads(world):
    found = gathered(world)
    assert list(found) == [
        *("identity", "situation", "needs", "referrals", "assessments", "agreements"),
        *("participations", "timeline", "actions", "readings"),
    ]
    assert "Menuiserie Exemple" in found["identity"][0]
    assert (len(found["referrals"]), len(found["participations"])) == (3, 2)
    assert len(found["timeline"]) == 3 and "Avant" in str(found["timeline"])
    assert "Bailleur" in str(found["assessments"])


def test_every_entry_has_a_key_of_its_own(world):
    parts = read_again(world)
    keys = [one["key"] for part in parts for one in part["entries"]]
    assert len(keys) == len(set(keys)) > 10


def test_health_and_the_texts_of_others_are_never_gathered(world):
    """Even by the seat that sent the health referral itself, and reads it."""
    health = make_basis(
        world.case,
        [Seat(id=world.stranger.seat_id)],
        world.adviser,
        sections=[Section.IDENTITY, Section.HEALTH],
    )
    need = make_need(
        world.case,
        world.adviser,
        Subject.HEALTH,
        description=HEALTH_WORDS,
        audience=Audience.OWN,
    )
    sealed = make_referral(need, world.adviser, Seat(id=world.stranger.seat_id), health)
    make_entry(world.case, world.partner, Audience.OWN, OWN_OF_PARTNER)
    told = make_entry(world.case, world.adviser, Audience.OWN, "Orientation : Santé.")
    with seeding() as session:
        session.merge(told).object_id = sealed.id
        session.add(
            JournalEvent(
                principal="member",
                user_id=world.stranger.user_id,
                seat_id=world.stranger.seat_id,
                action="referral.read",
                object_type="referral",
                object_id=sealed.id,
                case_id=world.case.id,
            )
        )
    found = str(gathered(world))
    assert [word for word in (HEALTH_WORDS, OWN_OF_PARTNER, "Santé") if word in found] == []


def test_readers_are_told_by_organisation_never_by_name(world):
    with seeding() as session:
        from partners.people.models import UserAccount

        name = session.get_one(UserAccount, world.adviser.user_id).full_name
    found = gathered(world)
    assert "Urssaf Exemple" in found["readings"][0] and "le dossier" in found["readings"][0]
    assert name not in str(found)


@pytest.mark.parametrize(("others", "words"), [(1, "demandez-les-lui"), (2, "à chacune")])
def test_other_seats_that_keep_texts_are_counted_not_read(world, others, words):
    found = gathered(world, own_elsewhere=others)
    assert words in found["elsewhere"][0] and f"{others}\\xa0autre" in found["elsewhere"][0]


def now_of(copy: RightsCopy) -> RightsCopy:
    with seeding() as session:
        session.expunge_all()
        return session.get_one(RightsCopy, inspect(copy).identity[0])


def give(world: World, left_out: dict[str, LeftOutReason]) -> RightsCopy:
    by = actor_of(world.adviser)
    with acting_as(by):
        request = get_request(world.asked.id, by)
        copy = find_copy(request.id, by)
        commands.give_copy(request, copy, left_out, answer="Voici.", by=by)
    return now_of(copy)


def test_giving_keeps_what_is_given_alone_and_answers_the_request(world):
    copy = give(world, {"e3": LeftOutReason.OTHERS})
    assert copy.status == "given" and copy.left_out == {"others": 1}
    assert "Tierce" not in str(copy.content) and "lundi" in str(copy.content)
    with seeding() as session:
        request = session.get_one(RightsRequest, world.asked.id)
        assert (request.state, request.answer) == ("answered", "Voici.")
        kinds = session.scalars(select(Outbox.kind).where(Outbox.kind.like("cases.rights.%")))
        assert kinds.all() == ["cases.rights.give_copy"]
        events = select(JournalEvent.action).where(JournalEvent.object_id == copy.id)
        assert session.scalars(events).all() == ["rights_copy.given"]


def test_a_copy_without_anything_is_a_refusal(world):
    everything = dict.fromkeys(("e1", "e2", "e3"), LeftOutReason.SECRECY)
    with pytest.raises(NothingToGive):
        give(world, everything)
    with seeding() as session:
        assert session.get_one(RightsRequest, world.asked.id).state == "received"


def test_a_copy_is_given_once_and_only_when_it_is_ready(world):
    make_copy(world.asked, world.adviser, status="waiting", content=[])
    with pytest.raises(CopyNotReady):
        give(world, {})
    make_copy(world.asked, world.adviser)
    give(world, {})
    with pytest.raises(AlreadyAnswered):
        give(world, {})


def test_copies_are_forgotten_with_their_link(world):
    over = make_copy(world.asked, world.adviser, expires_at=clock.now() - timedelta(minutes=1))
    with seeding():
        assert commands.forget_copies() == 1
        assert commands.forget_copies() == 0
    with seeding() as session:
        left = set(session.scalars(select(RightsCopy.id)))
    assert inspect(over).identity[0] not in left and world.given.id in left


def test_the_person_reads_what_is_given(world):
    copy = give(world, {"e3": LeftOutReason.OTHERS})
    with acting_as(link_actor("copy", copy.id)) as session:
        assert "Tierce" not in str(session.scalars(select(RightsCopy.content)).one())
