"""Two people write in one case at once: nobody waits for the other's page, the latest moves it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app import rows
from app.actors import Actor
from app.db import db, unit_of_work
from cases.casework.commands import write_entry
from cases.casework.enums import Audience, EntryKind
from cases.casework.models import CaseFile, CaseReader
from cases.casework.queries import get_case
from tests.factories.world import World, make_world
from tests.support.acting import actor_of, seeding

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
    """When the case moved, as it is committed: said by the case and for each of its readers."""
    with app.app_context(), seeding() as session:
        of_readers = select(CaseReader.moved_at).where(CaseReader.case_id == world.case.id)
        return {session.get_one(CaseFile, world.case.id).moved_at, *session.scalars(of_readers)}


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
