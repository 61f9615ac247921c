"""A streaming replica of an embedded cluster, in the folder beside it."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from app.embedded.postgres import SUPERUSER, PostgresInfo

PORT = 5433
MAY_REPLICATE = "local replication all scram-sha-256\n"


@dataclass(frozen=True)
class Standby:
    """Where it is, and how to stop and start it."""

    primary: PostgresInfo
    data: Path

    def url(self, login: str, database: str) -> str:
        """SQLAlchemy address of a database of the replica: its sockets are the primary's."""
        return f"{self.primary.url(login, database)}&port={PORT}"

    def start(self) -> None:
        """Start, and wait until it takes readers."""
        log = self.primary.places.log.with_name("standby.log")
        self._control("-l", str(log), "-o", f"-p {PORT}", "start")

    def stop(self) -> None:
        """Stop at once; what reads there is ended."""
        self._control("-m", "fast", "stop")

    def run(self, statement: str) -> object:
        """As the superuser of the replica; the one value it answers."""
        dsn = f"{self.primary.dsn(SUPERUSER, 'postgres')}&port={PORT}"
        with psycopg.connect(dsn, autocommit=True) as connection:
            row = connection.execute(statement.encode()).fetchone()
        return row[0] if row else None

    def catch_up(self) -> None:
        """Wait until it has replayed what the primary wrote."""
        with self.primary.connect_as_superuser() as connection:
            [point] = connection.execute("SELECT pg_current_wal_insert_lsn()").fetchone() or [None]
        deadline = time.monotonic() + 30
        while not self.run(f"SELECT pg_last_wal_replay_lsn() >= '{point}'"):
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def _control(self, *arguments: str) -> None:
        options = ("-D", str(self.data), "-w", "-t", "60")
        self.primary.programs.run("pg_ctl", *options, *arguments)


@contextmanager
def standby_of(primary: PostgresInfo) -> Iterator[Standby]:
    """A replica that streams from this cluster, removed at the end."""
    standby = Standby(primary, primary.places.base / "standby")
    _let_replicate(primary)
    standby.data.mkdir(mode=0o700)
    if primary.programs.account is not None:
        os.chown(standby.data, *primary.programs.account)
    source = primary.dsn(SUPERUSER, "postgres")
    options = ("-R", "-X", "stream", "-c", "fast", "--no-sync", "-D", str(standby.data))
    primary.programs.run("pg_basebackup", "-d", source, *options)
    standby.start()
    try:
        yield standby
    finally:
        if (standby.data / "postmaster.pid").exists():
            standby.stop()
        shutil.rmtree(standby.data)


def _let_replicate(primary: PostgresInfo) -> None:
    with (primary.places.data / "pg_hba.conf").open("a") as hba:
        hba.write(MAY_REPLICATE)
    with primary.connect_as_superuser() as connection:
        connection.execute("SELECT pg_reload_conf()")
