"""Restore: fill an empty database from a backup, then prove that nothing is missing.

The dump is loaded as the owner of the tables; row-level security is switched on at its end, so that
``FORCE`` does not filter the load. Counts are read as ``relais_backup``, the chain as
``relais_worker``: the restored database is seen through its own policies.
"""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import create_engine, pool
from sqlalchemy.orm import Session

from app.actors import SYSTEM
from app.backup import TABLES, BackupRefused, facts_of, plain_dsn, read_manifest, run_program
from app.embedded.places import DATABASE
from app.embedded.postgres import drop_database, ensure_postgres, make_database
from app.roles import DEFINER, OWNER
from app.verifying import verify_journal
from config import Settings


@dataclass(frozen=True)
class RestoreReport:
    """What was found in the restored database; ``problems`` is empty when all is there."""

    tables: int
    rows: int
    sealed: int
    problems: list[str]


def restore(settings: Settings, file: Path, dsn: str = "") -> RestoreReport:
    """Fill an empty database (the installation's own when ``dsn`` is empty), and compare.

    ``dsn`` signs in as ``relais_migrate``. Raises ``BackupRefused`` when the database is not empty
    or the load fails; nothing is left of a load that failed.
    """
    target = dsn or plain_dsn(settings.migrate_database_url)
    if not target:
        raise BackupRefused("MIGRATE_DATABASE_URL is not set")
    manifest = read_manifest(file)
    _refuse_unless_empty(target)
    _load(settings, file, target)
    _measure(target)
    return compare(settings, target, manifest)


def check(settings: Settings, file: Path) -> RestoreReport:
    """Restore into a scratch database of the embedded server, compare, and drop it."""
    with scratch_database(settings) as dsn:
        return restore(settings, file, dsn)


def replace(settings: Settings, file: Path) -> RestoreReport:
    """Empty the embedded database, then restore into it; the site must be stopped."""
    if not settings.database_is_embedded:
        raise BackupRefused("an external database is emptied by its administrator, not from here")
    read_manifest(file)
    make_database(ensure_postgres(settings.var_dir), DATABASE)
    return restore(settings, file)


def erasures_since(file: Path, log: Path) -> list[dict[str, Any]]:
    """Lines of the log of erasures written since a backup was begun, an hour more for the clocks.

    A last line that was cut is left out: it was not synced, nothing was marked by it. Raises
    ``BackupRefused`` when another line cannot be read.
    """
    since = datetime.fromisoformat(str(read_manifest(file)["made_at"])) - timedelta(hours=1)
    texts = log.read_text(encoding="utf-8").splitlines(keepends=True)
    if texts and not texts[-1].endswith("\n"):
        texts.pop()
    try:
        lines = [json.loads(text) for text in texts]
    except json.JSONDecodeError as error:
        raise BackupRefused(f"{log} cannot be read: {error}") from error
    return [line for line in lines if datetime.fromisoformat(line["at"]) >= since]


def _load(settings: Settings, file: Path, target: str) -> None:
    """All of it as the owner, but the rights of the definer's functions, which it alone may give.

    (To a stranger ``GRANT`` only warns: the functions would be everybody's.)
    """
    entries = run_program(settings, "pg_restore", ["--list", str(file)], target).splitlines()
    given = [line for line in entries if " ACL " in line and line.endswith(f" {DEFINER}")]
    for role, chosen in ((OWNER, [e for e in entries if e not in given]), (DEFINER, given)):
        with NamedTemporaryFile("w", suffix=".list") as listed:
            listed.write("\n".join(chosen))
            listed.flush()
            options = ["--single-transaction", "--exit-on-error", f"--role={role}", "--dbname="]
            use = f"--use-list={listed.name}"
            run_program(settings, "pg_restore", [*options, use, str(file)], target)


@contextmanager
def scratch_database(settings: Settings) -> Iterator[str]:
    """An empty database of the embedded server, removed at the end; yields its address."""
    if not settings.database_is_embedded:
        raise BackupRefused("give the address of an empty database: --into postgresql://…")
    info, name = ensure_postgres(settings.var_dir), f"relais_check_{uuid.uuid4().hex[:8]}"
    make_database(info, name)
    try:
        yield info.dsn("relais_migrate", name)
    finally:
        drop_database(info, name)


def compare(settings: Settings, target: str, manifest: dict[str, object]) -> RestoreReport:
    """Rows, migration and policies against the manifest, then the journal's chain."""
    with psycopg.connect(_login(target, settings.backup_database_url)) as connection:
        found = facts_of(connection)
    problems = [
        f"{name}: {found[name]} instead of {manifest[name]}"
        for name in ("revision", "catalogue")
        if found[name] != manifest[name]
    ]
    problems += _differences(dict(manifest["rows"]), found["rows"])  # type: ignore[call-overload]
    sealed, breaks = _verify(_login(target, settings.worker_database_url))
    return RestoreReport(len(found["rows"]), sum(found["rows"].values()), sealed, problems + breaks)


def _differences(expected: dict[str, int], found: dict[str, int]) -> list[str]:
    names = sorted(expected.keys() | found.keys())
    return [
        f"{name}: {found.get(name)} rows instead of {expected.get(name)}"
        for name in names
        if found.get(name) != expected.get(name)
    ]


def _verify(dsn: str) -> tuple[int, list[str]]:
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(dsn), poolclass=pool.NullPool
    )
    with Session(engine, info={"actor": SYSTEM}) as session:
        verdict = verify_journal(session)
    return verdict.sealed, [f"journal, {found}" for found in verdict.breaks]


def _login(target: str, url: str) -> str:
    """The place of one address with the login of another."""
    login = conninfo_to_dict(plain_dsn(url))
    secret = {"password": login["password"]} if "password" in login else {}
    return make_conninfo(target, user=login["user"], **secret)


def _refuse_unless_empty(dsn: str) -> None:
    with psycopg.connect(dsn) as connection:
        if connection.execute(TABLES).fetchall():
            raise BackupRefused("the database is not empty: a backup fills an empty one")


def _measure(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f"SET ROLE {OWNER}".encode())
        connection.execute("ANALYZE")
