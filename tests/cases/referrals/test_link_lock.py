"""The second lock: what the bearer of an answer link may read and write, whatever the code asks."""

import re
from typing import Any

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from uuid_utils.compat import uuid7

from app import clock
from app.db import Base, RowClass, db
from app.jobs import Outbox
from app.journal import JournalEvent
from app.links import LinkPurpose
from app.migrating import import_models
from cases.casework.models import TimelineEntry
from cases.referrals.models import Referral, ReferralSheet, ReferralStep
from partners.organisations.enums import Subject
from partners.organisations.models import Organisation, Seat, Service, Unit
from tests.cases.referrals.linked import SIGNED, accept_by_link, bearer_of
from tests.factories.links import make_link
from tests.factories.organisations import make_service, make_unit
from tests.factories.world import World, make_world
from tests.support.acting import acting_as, seeding

import_models()
TABLES = Base.metadata.tables
#: The directory of organisations, and the link itself; nothing else is met beside the referral.
OPEN = {"organisation", "seat", "unit", "unit_territory", "service", "routing_rule", "link"}
OPEN |= {"opening_period"}
CLOSED = {
    *("throttle", "journal_seal", "journal_checkpoint", "pulse", "job_run", "agreement_proof"),
    *("case_remains", "territory_fact", "territory_cell", "territory_delta", "territory_recount"),
}
REFUSED = re.compile("row-level security|denied|its answer and nothing|of this seat")
MINE = {"referral": 1, "referral_sheet": 1, "referral_step": 1}


@pytest.fixture
def world(app) -> World:
    world = make_world()
    make_unit(world.urssaf)
    make_service(world.urssaf, Subject.BANK)
    with seeding() as session:
        seen = {"before": "sent", "after": "seen", "seat_id": world.pending.seat_id}
        session.add(ReferralStep(referral_id=world.waiting.id, **seen))
    return world


@pytest.fixture
def bearer(world: World):
    return bearer_of(make_link(LinkPurpose.ANSWER, world.waiting.id))


def protected() -> list[str]:
    kinds = {name: t.info["row_class"] for name, t in TABLES.items()}
    return sorted(n for n, kind in kinds.items() if kind != RowClass.REFERENCE and n not in CLOSED)


def test_it_meets_its_referral_the_directory_and_nothing_else(world: World, bearer) -> None:
    with acting_as(bearer):
        met = {
            name: db.session.scalar(select(func.count()).select_from(TABLES[name]))
            for name in protected()
        }
        assert list(db.session.scalars(select(Referral.id))) == [world.waiting.id]
        assert list(db.session.scalars(select(ReferralSheet.referral_id))) == [world.waiting.id]
    assert {name: met[name] for name in met if name not in OPEN} == {
        name: MINE.get(name, 0) for name in met if name not in OPEN
    }
    assert met["link"] == 1
    assert all(met[model.__tablename__] for model in (Organisation, Seat, Unit, Service))


@pytest.mark.parametrize("state", ["declined", "redirected"])
def test_the_sheet_closes_for_it_as_for_the_receiver(world: World, bearer, state: str) -> None:
    code = "other" if state == "declined" else None
    with seeding() as session:
        session.execute(
            update(Referral)
            .where(Referral.id == world.waiting.id)
            .values(state=state, decline_code=code)
        )
    with acting_as(bearer):
        assert list(db.session.scalars(select(Referral.id))) == [world.waiting.id]
        assert list(db.session.scalars(select(ReferralSheet.referral_id))) == []


@pytest.mark.parametrize("changes", [{"subject": "health"}, {"kind": "signpost"}])
def test_what_is_read_after_signing_in_stays_so(world: World, bearer, changes: dict) -> None:
    with seeding() as session:
        session.execute(update(Referral).where(Referral.id == world.waiting.id).values(**changes))
    with acting_as(bearer):
        assert list(db.session.scalars(select(Referral.id))) == []
        assert list(db.session.scalars(select(ReferralSheet.referral_id))) == []


@pytest.mark.parametrize("purpose", [LinkPurpose.CONSENT, LinkPurpose.INVITATION])
def test_links_of_other_purposes_open_no_referral(world: World, purpose: LinkPurpose) -> None:
    with acting_as(bearer_of(make_link(purpose, world.waiting.id))):
        assert list(db.session.scalars(select(Referral.id))) == []
        assert db.session.scalar(text("SELECT app_answered()")) is None


def refused(bearer, statement: Any, **values: Any) -> None:
    """The database refuses it outright; the world's rows are kept from the rollback."""
    db.session.expunge_all()
    with (
        pytest.raises(DBAPIError, match=REFUSED),
        acting_as(bearer) as session,
    ):
        session.execute(statement, values)


#: What no answer writes: the row as a whole belongs to its sender.
FORGED: dict[str, dict[str, Any]] = {
    "a message": {"message": "Appelez-moi"},
    "the frozen facts": {"frozen": {}},
    "a longer life": {"expires_at": clock.now()},
    "a member": {"state": "accepted", "answered_at": clock.now(), "receiver_member_id": uuid7()},
    "a revocation": {"state": "revoked", "ended_at": clock.now()},
    "an end": {"state": "completed", "answered_at": clock.now()},
    "an answer without date": {"state": "accepted"},
    "a decline kept waiting": {"decline_text": "Non"},
    "another basis": {"basis_id": None},
}


@pytest.mark.parametrize("name", sorted(FORGED))
def test_it_writes_its_answer_and_nothing_else(world: World, bearer, name: str) -> None:
    mine = update(Referral).where(Referral.id == world.waiting.id)
    refused(bearer, mine.values(**FORGED[name]))


def test_it_writes_nothing_of_another_referral(world: World, bearer) -> None:
    answered = {"state": "declined", "decline_code": "other", "answered_at": clock.now()}
    with acting_as(bearer) as session:
        theirs = update(Referral).where(Referral.id == world.accepted.id).values(**answered)
        assert session.execute(theirs).rowcount == 0  # type: ignore[attr-defined]


def test_it_does_not_undo_the_answer_of_a_member(world: World, bearer) -> None:
    with seeding() as session:
        answered = {"state": "accepted", "answered_at": clock.now()}
        mine = update(Referral).where(Referral.id == world.waiting.id)
        session.execute(mine.values(**answered))
        step = {"before": "sent", "after": "accepted", "seat_id": world.pending.seat_id}
        session.add(ReferralStep(referral_id=world.waiting.id, member_id=world.pending.id, **step))
    refused(bearer, mine.values(state="sent", answered_at=None))
    with acting_as(bearer) as session:
        undone = update(ReferralStep).values(undone_at=clock.now())
        assert session.execute(undone).rowcount == 0  # type: ignore[attr-defined]


def step_of(world: World, bearer, **changes: Any) -> dict[str, Any]:
    """A good step of this bearer, then what is forged in it."""
    good = {
        "id": uuid7(),
        "referral_id": world.waiting.id,
        "before": "sent",
        "after": "accepted",
        "at": clock.now(),
        "seat_id": world.pending.seat_id,
        "member_id": None,
        "link_id": bearer.link_id,
        "signed_name": SIGNED.name,
        "signed_function": SIGNED.function,
        "note": "",
    }
    return {**good, **changes}


def test_it_signs_its_own_step(world: World, bearer) -> None:
    with acting_as(bearer) as session:
        session.execute(insert(ReferralStep).values(step_of(world, bearer)))


@pytest.mark.parametrize(
    "changes",
    [
        {"signed_name": ""},
        {"signed_function": ""},
        {"link_id": uuid7()},
        {"after": "completed"},
        {"seat": "adviser"},
        {"member": "pending"},
        {"of": "accepted"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_it_signs_nothing_else(world: World, bearer, changes: dict) -> None:
    facts = dict(changes)
    if "seat" in facts:
        facts["seat_id"] = getattr(world, facts.pop("seat")).seat_id
    if "member" in facts:
        facts["member_id"] = getattr(world, facts.pop("member")).id
    if "of" in facts:
        facts["referral_id"] = getattr(world, facts.pop("of")).id
    refused(bearer, insert(ReferralStep).values(step_of(world, bearer, **facts)))


def test_no_member_signs_as_the_bearer_of_a_link(world: World, bearer) -> None:
    from tests.support.acting import actor_of

    refused(actor_of(world.pending), insert(ReferralStep).values(step_of(world, bearer)))


@pytest.mark.parametrize("name", ["join_case", "unjoin_case"])
def test_it_lets_nobody_in_before_it_answered_nor_for_another(world, bearer, name: str) -> None:
    for one in (world.accepted, world.waiting):
        if (name, one) == ("unjoin_case", world.waiting):
            continue
        refused(bearer, text(f"SELECT {name}(:id, :at)"), id=one.id, at=clock.now())


def line(world: World, **changes: Any) -> dict[str, Any]:
    """The line that an acceptance writes, then what is forged in it."""
    good = {
        "id": uuid7(),
        "case_id": world.case.id,
        "kind": "participant_joined",
        "audience": "aid",
        "seat_id": world.pending.seat_id,
        "author_id": None,
        "body": "Structure entre dans le dossier.",
        "happened_at": clock.now(),
        "created_at": clock.now(),
    }
    return {**good, **changes}


def test_it_tells_its_arrival_once_it_accepted_and_nothing_else(world: World) -> None:
    token = make_link(LinkPurpose.ANSWER, world.waiting.id)
    bearer = bearer_of(token)
    refused(bearer, insert(TimelineEntry).values(line(world)))
    accept_by_link(token)
    for changes in (
        {"kind": "note"},
        {"audience": "all"},
        {"seat_id": world.adviser.seat_id},
        {"author_id": world.adviser.id},
    ):
        refused(bearer, insert(TimelineEntry).values(line(world, **changes)))
    with acting_as(bearer):
        assert db.session.scalar(select(func.count()).select_from(TimelineEntry)) == 0


@pytest.mark.parametrize("model", [JournalEvent, Outbox], ids=lambda model: model.__tablename__)
@pytest.mark.parametrize("seat", ["adviser", None])
def test_it_acts_in_the_name_of_its_seat_alone(world: World, bearer, model, seat) -> None:
    common = {"id": uuid7(), "principal": "link", "user_id": None}
    common["seat_id"] = getattr(world, seat).seat_id if seat else None
    if model is Outbox:
        common |= {"kind": "x", "dedupe_key": "x", "payload": {}, "available_at": clock.now()}
        common |= {"status": "pending", "attempts": 0, "created_at": clock.now()}
    else:
        common |= {"at": clock.now(), "action": "referral.read", "object_type": "referral"}
        common |= {"link_id": bearer.link_id, "details": {}}
    refused(bearer, insert(model).values(common))
    with acting_as(bearer) as session:
        session.execute(insert(model).values({**common, "seat_id": world.pending.seat_id}))


def test_a_revoked_link_has_no_hands_in_the_same_transaction(world: World, bearer) -> None:
    """Found live a moment ago, taken back meanwhile: the database asks again."""
    with seeding() as session:
        session.execute(update(TABLES["link"]).values(revoked_at=clock.now()))
    with acting_as(bearer):
        assert list(db.session.scalars(select(Referral.id))) == []
    refused(bearer, insert(ReferralStep).values(step_of(world, bearer)))
