"""Several people act in one case at once: nobody waits for the other's page, none of them is
refused, and each reader's movement is the last thing of the case that they may read."""

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, TextClause, select, text
from sqlalchemy.orm import Session

from app import rows
from app.actors import Actor
from app.db import db, unit_of_work
from cases.casework.commands import write_entry
from cases.casework.enums import Audience, EntryKind
from cases.casework.models import CaseReader
from cases.casework.queries import get_case
from partners.organisations.models import Seat
from tests.factories.casework import make_basis, make_case, make_participation
from tests.factories.people import make_member
from tests.factories.world import World, make_world
from tests.support.acting import actor_of, seeding
from tests.support.waiting import wait_until_held_up

pytestmark = pytest.mark.commits


@pytest.fixture
def world(committed_app: Flask) -> World:
    return make_world()


@contextmanager
def page(app: Flask, actor: Actor) -> Iterator[Session]:
    """The request of one of them, which ends with the block."""
    with app.app_context():
        rows.act_as(actor)
        try:
            with unit_of_work() as session:
                yield session
        finally:
            db.session.remove()


def note(world: World, actor: Actor) -> datetime:
    """What the page writes; when."""
    case = get_case(world.case.id, actor)
    kind, audience = EntryKind.NOTE, Audience.AID
    return write_entry(case, kind=kind, audience=audience, body="Vu.", by=actor).created_at


def moments(app: Flask, world: World) -> set[datetime]:
    """When the case moved for its readers, as it is committed."""
    with app.app_context(), seeding() as session:
        of_readers = select(CaseReader.moved_at).where(CaseReader.case_id == world.case.id)
        return set(session.scalars(of_readers))


def test_a_note_does_not_wait_for_a_page_that_lasts(committed_app: Flask, world: World) -> None:
    first, second = actor_of(world.adviser), actor_of(world.partner)
    with page(committed_app, first):
        note(world, first)
        with page(committed_app, second) as session:
            session.execute(text("SET LOCAL lock_timeout = '200ms'"))
            written = note(world, second)
        assert moments(committed_app, world) == {written}
    assert moments(committed_app, world) == {written}


def test_a_line_that_commits_first_is_overtaken_by_a_later_one(
    committed_app: Flask, world: World
) -> None:
    first, second = actor_of(world.adviser), actor_of(world.partner)
    with page(committed_app, first):
        with page(committed_app, second):
            early = note(world, second)
        late = note(world, first)
        assert moments(committed_app, world) == {early}
    assert moments(committed_app, world) == {late}


def test_a_page_that_dies_moves_nothing(committed_app: Flask, world: World) -> None:
    before, actor = moments(committed_app, world), actor_of(world.adviser)
    with pytest.raises(KeyboardInterrupt), page(committed_app, actor):
        note(world, actor)
        raise KeyboardInterrupt
    assert moments(committed_app, world) == before


@dataclass(frozen=True)
class Scene:
    """A case that two seats read, each with a guest who may come in."""

    case_id: uuid.UUID
    company_id: uuid.UUID
    basis_id: uuid.UUID
    lead: uuid.UUID
    partner: uuid.UUID
    guests: dict[uuid.UUID, uuid.UUID]


def make_scene() -> Scene:
    """Two who help read it; their guests are named by its agreement."""
    lead, partner, *guests = (make_member() for _ in range(4))
    case = make_case(lead)
    invited = [Seat(id=one.seat_id) for one in (partner, *guests)]
    basis = make_basis(case, invited, lead)
    make_participation(case, partner, basis)
    assert case.company_id is not None
    hosts = {lead.seat_id: guests[0].seat_id, partner.seat_id: guests[1].seat_id}
    return Scene(case.id, case.company_id, basis.id, lead.seat_id, partner.seat_id, hosts)


Deed = Callable[[Connection, Scene, uuid.UUID], Any]
LINE = text(
    "INSERT INTO timeline_entry"
    " (id, case_id, kind, audience, seat_id, body, happened_at, created_at)"
    " VALUES (gen_random_uuid(), :case_id, 'note', :audience, :seat, 'Vu.', clock_timestamp(),"
    " clock_timestamp())"
)
JOIN = text(
    "INSERT INTO participation (id, case_id, seat_id, role, basis_id, sections, started_at,"
    " end_reason, was_lead) VALUES (gen_random_uuid(), :case_id, :guest, 'observer', :basis_id,"
    " '{}', clock_timestamp(), '', false)"
)
LEAVE = text(
    "UPDATE participation SET ended_at = clock_timestamp()"
    " WHERE case_id = :case_id AND seat_id = :partner"
)
RENAME = text("UPDATE company SET folded_name = folded_name || ' x' WHERE id = :company_id")
STEER = text(
    "UPDATE case_file SET phase = 'rebound', moved_at = clock_timestamp() WHERE id = :case_id"
)
LIES = text(
    "SELECT count(*) FROM case_movements(ARRAY[CAST(:case_id AS uuid)]) m"
    " FULL JOIN (SELECT * FROM case_reader WHERE case_id = :case_id) r USING (case_id, seat_id)"
    " WHERE m.moved_at IS DISTINCT FROM r.moved_at"
)


def writing(audience: str) -> Deed:
    """A line of the seat that acts."""
    return lambda connection, scene, seat: connection.execute(
        LINE, {"case_id": scene.case_id, "audience": audience, "seat": seat}
    )


def doing(statement: TextClause) -> Deed:
    """What changes readers, names or phase."""
    return lambda connection, scene, seat: connection.execute(
        statement, {**vars(scene), "guest": scene.guests[seat]}
    )


def do_nothing(_connection: Connection, _scene: Scene, _seat: uuid.UUID) -> None:
    """What was done is all: nothing later hides what it left."""


write_for_all_who_help = writing("aid")
DEEDS: dict[str, Deed] = {
    "write for oneself": writing("own"),
    "write for all who help": write_for_all_who_help,
    "let somebody in": doing(JOIN),
    "leave": doing(LEAVE),
    "rename": doing(RENAME),
    "steer": doing(STEER),
}


@contextmanager
def transaction(app: Flask) -> Iterator[Connection]:
    """Of its own, in which lines move their case at once: what a commit does, step by step."""
    with app.app_context(), db.engine.connect() as connection, connection.begin():
        connection.execute(text("SET LOCAL ROLE relais_seed"))
        connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        yield connection


def act_at_once(app: Flask, scene: Scene, first: Deed, second: Deed, then: Deed) -> None:
    """The lead acts, the partner does; each goes on, and the lead commits before the other can."""

    def act() -> None:
        with transaction(app) as connection:
            second(connection, scene, scene.partner)
            then(connection, scene, scene.partner)

    with ThreadPoolExecutor(max_workers=1) as pool:
        with transaction(app) as connection:
            first(connection, scene, scene.lead)
            running = pool.submit(act)
            wait_until_held_up(app, running)
            then(connection, scene, scene.lead)
        running.result(timeout=30)


@pytest.mark.parametrize("first", DEEDS)
def test_two_at_once_are_both_right(committed_app: Flask, first: str) -> None:
    """Neither is refused, whatever the other does, and what is kept is what each seat may read."""
    for second, then in product(DEEDS, (write_for_all_who_help, do_nothing)):
        scene = make_scene()
        db.session.remove()
        act_at_once(committed_app, scene, DEEDS[first], DEEDS[second], then)
        with seeding() as session:
            session.execute(text("RESET ROLE"))
            assert session.scalar(LIES, {"case_id": scene.case_id}) == 0, second
