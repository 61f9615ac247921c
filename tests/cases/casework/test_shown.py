"""The document of a case says what the models say, to each reader what they read."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from flask import Flask
from sqlalchemy import text, update

from app import clock
from app.actors import Actor
from app.db import db
from app.errors import NotVisible
from cases.casework import queries
from cases.casework.enums import ActionStatus, Audience
from cases.casework.models import CaseFile, EntryRevision
from cases.casework.queries import FIRST_LINES, get_shown_case
from cases.casework.shown import ShownCase
from cases.companies.models import Company, Person
from cases.referrals.queries.needs import list_needs
from cases.referrals.shown import ShownNeed
from partners.organisations.models import Seat
from partners.people.models import Membership
from tests.factories.casework import (
    make_asked_action,
    make_basis,
    make_entry,
    make_participation,
    make_reply,
)
from tests.factories.world import World, make_world
from tests.support.acting import acting_as, actor_of, seeding

READERS = ("adviser", "partner", "recovery")


@pytest.fixture
def world(app: Flask) -> World:
    """A case with everything: recovery invited, a line corrected thrice, an action answered."""
    world = make_world()
    with seeding() as session:
        entry = session.merge(world.aid_entry)
        entry.corrected_at = clock.now()
        for minutes in (20, 10):
            session.add(
                EntryRevision(
                    entry_id=entry.id,
                    case_id=world.case.id,
                    body=f"Il y a {minutes} minutes.",
                    replaced_at=clock.now() - timedelta(minutes=minutes),
                    replaced_by=world.adviser.id,
                    audience=Audience.AID,
                )
            )
    asked = make_asked_action(world.case, world.adviser)
    make_reply(asked)
    make_reply(asked)
    make_asked_action(world.case, world.adviser, status=ActionStatus.DONE)
    make_asked_action(world.case, world.adviser, audience=Audience.OWN)
    basis = make_basis(world.case, [Seat(id=world.recovery.seat_id)], world.adviser)
    make_participation(world.case, world.recovery, basis)
    for number in range(3):
        make_entry(world.case, world.partner, Audience.AID, f"Ligne {number} « d’œuvre »\\n")
    return world


def same(shown: Any, mapped: Any, path: str) -> None:
    """Each field of the one is that of the other, all the way down."""
    if isinstance(shown, msgspec.Struct):
        assert mapped is not None, path
        for field in shown.__struct_fields__:
            same(getattr(shown, field), getattr(mapped, field), f"{path}.{field}")
    elif isinstance(shown, list):
        assert len(shown) == len(mapped), path
        for number, (one, other) in enumerate(zip(shown, mapped, strict=True)):
            same(one, other, f"{path}[{number}]")
    else:
        assert shown == mapped and type(shown) is type(mapped), f"{path}: {shown!r} {mapped!r}"


class Read:
    """The case as mapped objects, with what its page reads beside it."""

    def __init__(self, case: CaseFile, actor: Actor) -> None:
        entries = queries.list_entries(case.id, actor)
        self.case, self.parts = case, {}
        self.entries = entries[: FIRST_LINES + 1]
        self.corrected = sum(one.corrected_at is not None for one in entries)
        self.actions = queries.list_actions(case.id, actor)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.case, name)


def compare(case_id: uuid.UUID, reader: Membership) -> ShownCase:
    """The document is the same as what mapped objects say; given back."""
    actor = actor_of(reader)
    with acting_as(actor) as session:
        session.expunge_all()
        shown = get_shown_case(case_id, actor)
        mapped = Read(queries.get_case(case_id, actor), actor)
        needs = msgspec.json.decode(shown.parts["needs"], type=list[ShownNeed])
        found = list_needs(case_id, actor)
        same(msgspec.structs.replace(shown, parts={}), mapped, "case")
        for need in found:
            need.referrals.sort(key=lambda one: (one.created_at, one.id))
        same(needs, found, "needs")
    return shown


@pytest.mark.parametrize("reader", READERS)
def test_the_document_says_what_the_models_say(world: World, reader: str) -> None:
    shown = compare(world.case.id, getattr(world, reader))
    assert shown.company is not None and shown.title == shown.company.name and shown.is_open
    assert len(shown.participations) == 3
    if reader == "adviser":
        corrected = next(one for one in shown.entries if one.corrected_at)
        assert [one.body for one in corrected.revisions][:2] == [
            "Il y a 20 minutes.",
            "Il y a 10 minutes.",
        ]
        assert 2 in {len(one.replies) for one in shown.actions}


def test_a_long_timeline_is_cut_and_its_corrections_are_counted_whole(world: World) -> None:
    for number in range(FIRST_LINES + 3):
        make_entry(world.case, world.adviser, Audience.AID, f"Suite {number}.")
    shown = compare(world.case.id, world.adviser)
    assert len(shown.entries) == FIRST_LINES + 1
    assert shown.corrected == 1 and not any(one.corrected_at for one in shown.entries)


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ({"company_id": None}, "a person without company"),
        ({"lead_member_id": None}, "nobody follows it"),
        (
            {
                "status": "paused",
                "paused_reason": "Repos.",
                "paused_until": clock.today() + timedelta(days=9),
            },
            "a pause",
        ),
        (
            {"status": "closed", "outcome": "recovered", "closed_at": clock.now()},
            "closed",
        ),
    ],
)
def test_cases_of_every_shape(world: World, values: dict[str, Any], what: str) -> None:
    with seeding() as session:
        session.execute(update(CaseFile).where(CaseFile.id == world.case.id).values(**values))
    shown = compare(world.case.id, world.adviser)
    assert shown.is_open == (what != "closed")
    assert shown.title


def test_people_and_companies_about_which_little_is_known(world: World) -> None:
    with seeding() as session:
        session.execute(
            update(Company)
            .where(Company.id == world.case.company_id)
            .values(commune_code=None, naf=None, headcount_band=None, siren=None, siret=None)
        )
        session.execute(
            update(Person).where(Person.id == world.case.person_id).values(given_name="")
        )
    shown = compare(world.case.id, world.adviser)
    assert shown.company is not None and shown.company.commune is None


@pytest.mark.parametrize("reader", ["pending", "stranger"])
def test_whoever_reads_no_case_finds_no_document(world: World, reader: str) -> None:
    actor = actor_of(getattr(world, reader))
    with acting_as(actor), pytest.raises(NotVisible):
        get_shown_case(world.case.id, actor)


def test_the_policies_alone_hold_the_document_back(world: World) -> None:
    """The statement asks for one seat, another one acts in the database: nothing is found."""
    with acting_as(actor_of(world.stranger)), pytest.raises(NotVisible):
        get_shown_case(world.case.id, actor_of(world.adviser))
    with acting_as(actor_of(world.partner)):
        shown = get_shown_case(world.case.id, actor_of(world.adviser))
    assert Audience.OWN not in {one.audience for one in shown.entries}


def test_a_day_of_another_century_is_read_whatever_the_zone_of_the_server(world: World) -> None:
    """Paris was nine minutes and twenty-one seconds ahead before 1911."""
    with seeding() as session:
        entry = session.merge(world.aid_entry)
        entry.happened_at = datetime(1905, 1, 1, 11, 50, 39, tzinfo=UTC)
    db.session.execute(text("SET timezone TO 'Europe/Paris'"))
    db.session.commit()
    try:
        shown = compare(world.case.id, world.adviser)
    finally:
        db.session.execute(text("RESET timezone"))
        db.session.commit()
    assert min(one.happened_at for one in shown.entries).year == 1905


def test_a_document_of_another_shape_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"id": "nobody"}', type=ShownCase)


def test_statements_are_made_once_for_each_role(world: World) -> None:
    actor = actor_of(world.adviser)
    with acting_as(actor):
        get_shown_case(world.case.id, actor)
        made = queries.shown._statement.cache_info().misses
        get_shown_case(world.case.id, actor)
        with pytest.raises(NotVisible):
            get_shown_case(uuid.uuid4(), actor)
    assert queries.shown._statement.cache_info().misses == made
