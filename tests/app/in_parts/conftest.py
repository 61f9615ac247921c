"""A database whose journal is in parts, in place of the plain one of the suite."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask

from app.embedded.postgres import PostgresInfo
from app.partitioning import Period, partition_journal
from tests.conftest import app_on
from tests.support.databases import cloned_database

#: Long ago, so that what tests write now is in parts of its own.
BEGUN = datetime(2024, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="package")
def database(cluster: PostgresInfo) -> Iterator[str]:
    """By quarter: what is more than a year old and what is of this month are in several."""
    with cloned_database(cluster, f"relais_parts_{os.getpid()}") as name:
        url = cluster.url("relais_migrate", name)
        partition_journal(url, Period.QUARTER, BEGUN)
        yield name


@pytest.fixture(scope="package")
def shared_app(
    cluster: PostgresInfo, database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    with app_on(cluster, database, tmp_path_factory.mktemp("var")) as app:
        yield app
