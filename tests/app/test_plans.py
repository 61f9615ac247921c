"""A plan prepared once on a connection serves whoever acts next, and shows them their own rows."""

from flask import Flask
from psycopg import _queries
from sqlalchemy import select, text

from app import rows
from app.actors import ANONYMOUS, SYSTEM
from app.db import db
from app.delivery import _speaking_as
from cases.casework.models import CaseFile, TimelineEntry
from tests.factories.world import make_world
from tests.support.acting import acting_as, actor_of, link_actor

#: Asked often enough to be prepared by the driver (``prepare_threshold``), and then some.
OFTEN = 6


def read() -> tuple[int, int]:
    """Cases and lines of timeline that whoever acts reads: always the same two statements."""
    counts = [
        len(db.session.scalars(select(model.id)).all()) for model in (CaseFile, TimelineEntry)
    ]
    return counts[0], counts[1]


def test_a_plan_made_for_one_never_serves_another(app: Flask) -> None:
    world = make_world()
    bearer = link_actor("consent", world.basis.id)
    expected = {
        actor_of(world.adviser): (1, 3),
        actor_of(world.partner): (1, 2),
        actor_of(world.recovery): (0, 0),
        actor_of(world.stranger): (0, 0),
        bearer: (0, 0),
        ANONYMOUS: (0, 0),
        SYSTEM: (1, 3),
    }
    backends, prepared = set(), 0
    for _ in range(OFTEN):
        for actor, seen in expected.items():
            with acting_as(actor) as session:
                assert read() == seen, actor.kind
                backends.add(session.scalar(text("SELECT pg_backend_pid()")))
                prepared = session.scalar(
                    text("SELECT coalesce(sum(generic_plans), 0) FROM pg_prepared_statements")
                )
    assert len(backends) == 1, "one connection, or this proves nothing"
    assert prepared > OFTEN, "prepared and planned once, or this proves nothing"


def test_a_job_that_speaks_for_its_author_reads_as_they_do_and_no_more(app: Flask) -> None:
    """One transaction of a worker: the system, the author, the system, another author."""
    world = make_world()
    adviser, partner, stranger = map(actor_of, (world.adviser, world.partner, world.stranger))
    with acting_as(SYSTEM) as session:
        for _ in range(OFTEN):
            for author, seen in ((adviser, (1, 3)), (partner, (1, 2)), (stranger, (0, 0))):
                assert read() == (1, 3)
                with _speaking_as(author, session):
                    assert read() == seen
        assert read() == (1, 3)
        mode = session.scalar(text("SHOW plan_cache_mode"))
    assert (mode, rows.acting(db.session())) == ("force_generic_plan", ANONYMOUS)


def test_a_statement_as_long_as_a_page_of_sources_is_read_once(app: Flask) -> None:
    """psycopg looks for its values once: beyond 4 096 characters or 50 values it would look again
    at each request."""
    long = "/* " + "x" * 5_000 + " */ "
    values = {f"v{number}": number for number in range(60)}
    asked = text(f"SELECT {long} {' + '.join(f':{name}' for name in values)}")
    before = _queries._query2pg.cache_info()
    for _ in range(3):
        assert db.session.scalar(asked, values) == sum(values.values())
    after = _queries._query2pg.cache_info()
    assert after.hits - before.hits >= 2
