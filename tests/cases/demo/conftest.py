"""The demonstration, loaded once for all the tests that read it, in a database of its own."""

import os
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from app.db import db
from app.embedded.postgres import PostgresInfo
from cases.demo.loading import load_demo
from config import Settings
from tests.conftest import make_test_app, settings_for
from tests.support.databases import cloned_database

#: A Wednesday: what happened « yesterday » happened on a working day.
TODAY = date(2026, 11, 25)


@pytest.fixture(scope="session")
def demo_settings(
    cluster: PostgresInfo, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """Settings of a database that holds the demonstration of ``TODAY``."""
    name = f"relais_demo_{os.getpid()}"
    with cloned_database(cluster, name):
        settings = settings_for(cluster, name, tmp_path_factory.mktemp("var"), demo=True)
        app = make_test_app(settings, process="worker")
        with app.app_context():
            load_demo(TODAY)
            db.session.remove()
            db.engine.dispose()
        yield settings


@pytest.fixture(scope="module")
def demo_app(demo_settings: Settings) -> Iterator[Flask]:
    """The application as the worker knows it, on the demonstration."""
    app = make_test_app(demo_settings, process="worker")
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def ask(demo_app: Flask) -> Iterator[Callable[..., list[Any]]]:
    """Rows of a statement, read as the system."""
    yield lambda sql, **values: list(db.session.execute(text(sql), values).all())
    db.session.rollback()
