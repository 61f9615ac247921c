"""Backup and restore: a dump under row-level security, with the counts that prove it whole.

``relais_backup`` reads through policies of its own (BYPASSRLS needs a superuser, which managed
offers refuse); ``--enable-row-security`` lets a dump be made through them. The counts are taken in
the snapshot of the dump, so that a table whose policy was forgotten is found at once.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Identifier

from app import clock
from app.embedded.binaries import postgres_folder
from config import Settings

TABLES = (
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
    " AND relkind = 'r' ORDER BY relname"
)
#: Policies, grants of tables and functions, triggers: what a restore must bring back. PostgreSQL
#: writes the casts of a condition in another place once it was dumped: casts and brackets are left.
CATALOGUE = r"""
SELECT md5(string_agg(regexp_replace(line, '::(text|character varying)|\[\]|[()\s]', '', 'g'),
  E'\n' ORDER BY line COLLATE "C")) FROM (
  SELECT format('%s %s %s %s %s', tablename, policyname, roles, qual, with_check) AS line
    FROM pg_policies WHERE schemaname = 'public'
  UNION ALL SELECT format('%s %s %s %s', relname, relrowsecurity, relforcerowsecurity, (
      SELECT string_agg(acl::text, ',' ORDER BY acl::text) FROM unnest(relacl) acl))
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
  UNION ALL SELECT format('%s %s %s %s', proname, prosecdef, pg_get_userbyid(proowner), (
      SELECT string_agg(acl::text, ',' ORDER BY acl::text) FROM unnest(proacl) acl))
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace
  UNION ALL SELECT format('%s %s', tgrelid::regclass, tgname) FROM pg_trigger
    WHERE NOT tgisinternal) facts
"""

Manifest = dict[str, Any]


class BackupRefused(RuntimeError):
    """The backup cannot be made, or is not what it should be; the message says why."""


def write_backup(settings: Settings, file: Path) -> Manifest:
    """Dump the database into ``file`` and its manifest beside it (``FILE.json``).

    Raises ``BackupRefused`` when the address is not set or ``pg_dump`` fails.
    """
    if not settings.backup_database_url:
        raise BackupRefused("BACKUP_DATABASE_URL is not set")
    dsn = plain_dsn(settings.backup_database_url)
    with _snapshot(dsn) as (connection, name):
        manifest = {"made_at": clock.now().isoformat(), **facts_of(connection)}
        options = ["--format=custom", "--enable-row-security", f"--snapshot={name}"]
        run_program(settings, "pg_dump", [*options, f"--file={file}"], dsn)
    manifest["bytes"] = file.stat().st_size
    file.chmod(0o600)
    manifest_of(file).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    return manifest


def manifest_of(file: Path) -> Path:
    """Where the manifest of a backup is."""
    return file.with_name(f"{file.name}.json")


def read_manifest(file: Path) -> Manifest:
    """The manifest of a backup. Raises ``BackupRefused`` when there is none."""
    try:
        return dict(json.loads(manifest_of(file).read_text(encoding="utf-8")))
    except FileNotFoundError as missing:
        raise BackupRefused(f"{manifest_of(file)} is missing") from missing


def facts_of(connection: psycopg.Connection) -> Manifest:
    """Migration, rows by table and catalogue of policies, as this connection sees them."""
    tables = [row[0] for row in connection.execute(TABLES)]
    revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    catalogue = connection.execute(CATALOGUE.encode()).fetchone()
    return {
        "revision": revision[0] if revision else None,
        "rows": {table: _count(connection, table) for table in tables},
        "catalogue": catalogue[0] if catalogue else None,
    }


def _count(connection: psycopg.Connection, table: str) -> int:
    row = connection.execute(SQL("SELECT count(*) FROM {}").format(Identifier(table))).fetchone()
    return int(row[0]) if row else 0


@contextmanager
def _snapshot(dsn: str) -> Iterator[tuple[psycopg.Connection, str]]:
    """A transaction whose snapshot ``pg_dump`` shares."""
    with psycopg.connect(dsn) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        yield connection, str(row[0]) if row else ""


def plain_dsn(url: str) -> str:
    """An SQLAlchemy address as libpq reads it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def run_program(settings: Settings, name: str, options: list[str], dsn: str) -> str:
    """Run a program of PostgreSQL on a database: the embedded program, else that of the system.

    The address goes by the environment, because a command line is read by everyone on the machine.
    Returns what the program printed. Raises ``BackupRefused`` with what it complained of.
    """
    folder = postgres_folder() if settings.database_is_embedded else None
    program = str(folder / name) if folder else shutil.which(name)
    if program is None:
        raise BackupRefused(f"{name} is not installed: it comes with the PostgreSQL client")
    done = subprocess.run(
        [program, *options], capture_output=True, text=True, env={**os.environ, **_address(dsn)}
    )
    if done.returncode != 0:
        raise BackupRefused(f"{name}: {done.stderr.strip()[-1000:]}")
    return done.stdout


def _address(dsn: str) -> dict[str, str]:
    names = {"dbname": "PGDATABASE", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT"}
    given = conninfo_to_dict(dsn)
    return {names.get(name, f"PG{name.upper()}"): str(value) for name, value in given.items()}
