"""Backup and restore, drilled: dump, empty database, rows, policies, chain."""

import json
import os
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from app import restoring
from app.actors import SYSTEM
from app.backup import BackupRefused, manifest_of, plain_dsn, read_manifest, write_backup
from app.db import db, unit_of_work
from app.embedded.postgres import PostgresInfo, drop_database, make_database
from app.journal import JournalEvent
from app.restoring import restore
from app.sealing import seal_journal
from config import Settings
from tests.support.acting import acting_as

pytestmark = pytest.mark.commits
EVENTS = 3


@pytest.fixture
def settings(committed_app: Flask) -> Settings:
    """A database with a sealed journal, and its settings."""
    with acting_as(SYSTEM):
        with unit_of_work() as session:
            for _ in range(EVENTS):
                session.add(
                    JournalEvent(
                        principal=SYSTEM.kind,
                        action="case.read",
                        object_type="case_file",
                        object_id=uuid.uuid4(),
                    )
                )
        seal_journal()
    db.engine.dispose()
    found: Settings = committed_app.config["SETTINGS"]
    return found


@pytest.fixture
def empty(cluster: PostgresInfo) -> Iterator[str]:
    """The address of an empty database."""
    name = f"relais_restored_{os.getpid()}_{uuid.uuid4().hex[:6]}"
    make_database(cluster, name)
    yield cluster.dsn("relais_migrate", name)
    drop_database(cluster, name)


@pytest.fixture
def file(settings: Settings, tmp_path: Path) -> Path:
    """A backup."""
    file = tmp_path / "relais.dump"
    write_backup(settings, file)
    return file


def change_manifest(file: Path, **values: object) -> None:
    """A manifest that says something else."""
    manifest = {**read_manifest(file), **values}
    manifest_of(file).write_text(json.dumps(manifest))


def test_backup_comes_back_whole(settings: Settings, file: Path, empty: str) -> None:
    manifest = read_manifest(file)
    assert manifest["rows"]["journal_event"] == manifest["rows"]["journal_seal"] == EVENTS
    assert manifest["rows"]["ref_commune"] > 30_000
    assert file.stat().st_mode & 0o077 == 0
    report = restore(settings, file, empty)
    assert report.problems == []
    assert (report.tables, report.sealed) == (len(manifest["rows"]), EVENTS)
    assert report.rows == sum(manifest["rows"].values())


def test_what_is_missing_is_told(settings: Settings, file: Path, empty: str) -> None:
    rows = {**read_manifest(file)["rows"], "journal_event": 4}
    change_manifest(file, rows=rows, catalogue="other")
    problems = restore(settings, file, empty).problems
    assert problems[0].startswith("catalogue: ")
    assert problems[1:] == ["journal_event: 3 rows instead of 4"]


def test_database_that_is_not_empty_refused(settings: Settings, file: Path) -> None:
    with pytest.raises(BackupRefused, match="not empty"):
        restore(settings, file)


def test_backup_without_manifest_refused(settings: Settings, file: Path, empty: str) -> None:
    manifest_of(file).unlink()
    with pytest.raises(BackupRefused, match="missing"):
        restore(settings, file, empty)


def test_damaged_backup_leaves_nothing(settings: Settings, file: Path, empty: str) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(BackupRefused, match="pg_restore"):
        restore(settings, file, empty)
    assert restoring._refuse_unless_empty(empty) is None  # type: ignore[func-returns-value]


def test_backup_without_address_refused(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(BackupRefused, match="BACKUP_DATABASE_URL"):
        write_backup(replace(settings, backup_database_url=""), tmp_path / "x")


def test_check_of_an_external_database_asks_where(settings: Settings, file: Path) -> None:
    with pytest.raises(BackupRefused, match="--into"):
        restoring.check(replace(settings, database_is_embedded=False), file)


def test_address_of_sqlalchemy_as_libpq_reads_it() -> None:
    assert plain_dsn("postgresql+psycopg://a@/b") == "postgresql://a@/b"
