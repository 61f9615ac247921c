"""Fixtures of the whole suite: one embedded cluster, one cloned database per process.

Most tests run inside one outer transaction, rolled back at the end: commits happen and still
disappear. Tests marked ``commits`` take ``committed_app`` instead, a database of their own.
"""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, g
from sqlalchemy.orm import Session

from app.db import db
from app.embedded.postgres import PostgresInfo
from app.embedded.trial import TESTER, ensure_test_postgres
from app.factory import create_app
from config import ROOT, Settings
from tests.support.databases import cloned_database
from tests.support.pages import InspectingClient


@pytest.fixture(scope="session")
def cluster() -> PostgresInfo:
    """The test cluster, running."""
    return ensure_test_postgres(ROOT / "var")


def settings_for(info: PostgresInfo, database: str, var_dir: Path, **more: Any) -> Settings:
    """Settings of an application on a test database."""
    url = info.url(TESTER, database)
    values = {
        "secret_key": "a-secret-for-tests-of-more-than-32-characters",
        "var_dir": var_dir,
        "database_url": url,
        "worker_database_url": url,
        "migrate_database_url": info.url("relais_migrate", database),
        "backup_database_url": info.url("relais_backup", database),
        "broker_url": "memory://",
        "registry_url": "http://127.0.0.1:9",
    }
    return Settings(**{**values, **more})


def make_test_app(settings: Settings, process: Any = "web") -> Flask:
    """An application whose client inspects every page."""
    app = create_app(settings, process=process)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, SERVER_NAME=None)
    app.test_client_class = InspectingClient
    app.after_request(refuse_uncommitted)
    app.teardown_request(forget_who)
    return app


def forget_who(_error: BaseException | None) -> None:
    """Requests of a test share its context: the next one asks again who is signed in."""
    g.pop("_login_user", None)


def refuse_uncommitted(response: Any) -> Any:
    """A view that forgets its unit of work fails its test."""
    session = db.session()
    left = [*session.new, *session.dirty, *session.deleted]
    assert not left or response.status_code >= 400, f"left uncommitted: {left}"
    return response


@contextmanager
def app_on(cluster: PostgresInfo, database: str, var_dir: Path) -> Iterator[Flask]:
    """An application on this database, to be shared by the tests that roll back."""
    app = make_test_app(settings_for(cluster, database, var_dir))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def database(cluster: PostgresInfo) -> Iterator[str]:
    """The cloned database of this process."""
    with cloned_database(cluster, f"relais_test_{os.getpid()}") as name:
        yield name


@pytest.fixture(scope="session")
def shared_app(
    cluster: PostgresInfo, database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """The application of this process; tests take ``app``."""
    with app_on(cluster, database, tmp_path_factory.mktemp("var")) as app:
        yield app


@pytest.fixture
def app(shared_app: Flask) -> Iterator[Flask]:
    """The application, in a context, inside a transaction that is rolled back at the end."""
    with shared_app.app_context():
        engines = db._app_engines[shared_app]
        engine = engines[None]
        connection = engine.connect()
        outer = connection.begin()
        engines[None] = connection  # type: ignore[assignment]
        try:
            yield shared_app
        finally:
            db.session.remove()
            engines[None] = engine
            outer.rollback()
            connection.close()


@pytest.fixture
def session(app: Flask) -> Session:
    """The test's own session: nobody acts in it until told (``acting_as``, ``seeding``)."""
    return db.session()


@pytest.fixture
def client(app: Flask) -> Iterator[InspectingClient]:
    """A browser without JavaScript that inspects what it is given."""
    made = app.test_client()
    yield made  # type: ignore[misc]
    made.let_go()  # type: ignore[attr-defined]


@pytest.fixture
def committed_app(cluster: PostgresInfo, tmp_path: Path) -> Iterator[Flask]:
    """An application on a database of its own, where commits are true."""
    name = f"relais_commits_{os.getpid()}_{uuid.uuid4().hex[:8]}"
    with cloned_database(cluster, name):
        app = make_test_app(settings_for(cluster, name, tmp_path))
        with app.app_context():
            yield app
            db.session.remove()
            db.engine.dispose()
