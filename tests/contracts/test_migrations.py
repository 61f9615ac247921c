"""Models and migrations say the same, and there is one head."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import func, select, text

from app.db import Base, db, has_deferred_constraints
from app.health import head
from app.migrating import alembic_config, import_models


def test_models_are_what_the_migrations_make(app: Flask) -> None:
    import_models()
    context = MigrationContext.configure(db.session.connection(), opts={"compare_type": True})
    assert compare_metadata(context, Base.metadata) == []


def test_there_is_one_head_and_the_site_knows_it() -> None:
    assert ScriptDirectory.from_config(alembic_config("")).get_heads() == [head()]


def test_models_say_which_constraints_wait(app: Flask) -> None:
    """Only then does a unit of work ask for them before its commit. A trigger that waits for the
    commit (``contype`` t) refuses nothing, and must not run sooner."""
    is_waiting = text("condeferrable AND contype <> 't'")
    waiting = select(func.count()).select_from(text("pg_constraint")).where(is_waiting)
    assert bool(db.session.scalar(waiting)) == has_deferred_constraints()
