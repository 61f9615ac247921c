"""A database with the reference tables only, loaded once, for the tests of this folder."""

import os
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import Connection, Engine, create_engine

from app.db import Base
from app.embedded.trial import TESTER, ensure_test_postgres
from app.reference.loading import load_reference
from config import load_settings


@pytest.fixture(scope="session")
def reference_engine() -> Iterator[Engine]:
    info = ensure_test_postgres(load_settings().var_dir)
    name = f"reference_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    with info.connect_as_superuser() as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
        connection.execute(f"CREATE DATABASE {name}".encode())
    engine = create_engine(info.url(TESTER, name))
    with engine.begin() as connection:
        tables = [table for table in Base.metadata.sorted_tables if table.name.startswith("ref_")]
        Base.metadata.create_all(connection, tables=tables)
        load_reference(connection)
    yield engine
    engine.dispose()


@pytest.fixture
def loaded(reference_engine: Engine) -> Iterator[Connection]:
    """A connection to the loaded database; what it changes is rolled back."""
    with reference_engine.connect() as connection:
        yield connection


@pytest.fixture
def reference_session(app: Flask) -> None:
    """``db.session`` reads a database of the suite, filled like any other."""
