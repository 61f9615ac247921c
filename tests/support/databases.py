"""Databases of the tests: one template, migrated and filled once; one clone per process."""

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import create_engine, pool

from app.embedded.postgres import PostgresInfo, clone_database, drop_database, make_database
from app.embedded.trial import SEEDER, TESTER
from app.migrating import upgrade_database
from app.reference.loading import load_reference
from config import ROOT

SOURCES = ("migrations/**/*.py", "migrations/**/*.sql", "app/reference/**/*", "app/roles.py")

#: In test databases only: factories write as ``relais_seed``, which every policy lets through.
SEED_SQL = f"""
GRANT USAGE ON SCHEMA public TO {SEEDER};
GRANT ALL ON ALL TABLES IN SCHEMA public TO {SEEDER};
GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {SEEDER};
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {SEEDER};
DO $$ DECLARE t text; BEGIN
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND rowsecurity LOOP
    EXECUTE format('CREATE POLICY seed ON %I TO {SEEDER} USING (true) WITH CHECK (true)', t);
  END LOOP;
END $$;
"""


def template_database(info: PostgresInfo) -> str:
    """Name of the template for the code as it stands, made when it is missing."""
    name = f"relais_template_{_digest()}"
    with (info.places.var_dir / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _exists(info, name):
            _make_template(info, name)
    return name


@contextmanager
def cloned_database(info: PostgresInfo, name: str) -> Iterator[str]:
    """A fresh copy of the template under this name, removed at the end."""
    template = template_database(info)
    with (info.places.var_dir / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        clone_database(info, name, template)
    try:
        yield name
    finally:
        drop_database(info, name)


def _digest() -> str:
    digest = hashlib.sha256(SEED_SQL.encode())
    paths = {path for pattern in SOURCES for path in ROOT.glob(pattern) if path.is_file()}
    for path in sorted(path for path in paths if path.suffix != ".pyc"):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _exists(info: PostgresInfo, name: str) -> bool:
    with info.connect_as_superuser() as connection:
        found = connection.execute("SELECT FROM pg_database WHERE datname = %s", [name])
        return found.fetchone() is not None


def _make_template(info: PostgresInfo, name: str) -> None:
    making = f"{name}_making"
    make_database(info, making)
    upgrade_database(info.url("relais_migrate", making))
    engine = create_engine(info.url(TESTER, making), poolclass=pool.NullPool)
    with engine.begin() as connection:
        load_reference(connection)
    with psycopg.connect(info.dsn("postgres", making), autocommit=True) as connection:
        connection.execute(SEED_SQL.encode())
        connection.execute("VACUUM ANALYZE")
    with info.connect_as_superuser() as connection:
        connection.execute(f'ALTER DATABASE "{making}" RENAME TO "{name}"'.encode())
