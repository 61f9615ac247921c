"""The embedded PostgreSQL: made once, started when it is not running, stopped on request."""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
from psycopg.sql import SQL, Identifier

from app.embedded.binaries import PostgresPrograms, postgres_programs
from app.embedded.errors import EmbeddedServerError
from app.embedded.places import DATABASE, PostgresPlaces, is_root, make_own_folder
from app.embedded.secrets import ensure_secrets, read_secrets
from app.roles import OWNER, database_sql, roles_sql, schema_sql

SUPERUSER = "postgres"
OURS = "relais.conf"
INCLUDED = f"\ninclude_if_exists = '{OURS}'\n"
#: Where a cluster is made before it takes its place: what is left there was never started.
UNFINISHED = "unfinished-"
HBA = "local all all scram-sha-256\n"
#: No address is listened to; queries stay in one process, because small machines and containers
#: have little shared memory.
SETTINGS: dict[str, str] = {
    "listen_addresses": "",
    "password_encryption": "scram-sha-256",
    "max_connections": "120",
    "shared_buffers": "192MB",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d ",
}


@dataclass(frozen=True)
class PostgresInfo:
    """A running cluster: where it is, who may sign in, its programs."""

    places: PostgresPlaces
    secrets: Mapping[str, str]
    programs: PostgresPrograms

    def url(self, login: str, database: str = DATABASE) -> str:
        """SQLAlchemy address for this login."""
        return self.places.url(login, self.secrets[login], database)

    def dsn(self, login: str, database: str = DATABASE) -> str:
        """Address for this login, as libpq and psycopg read it."""
        return self.places.dsn(login, self.secrets[login], database)

    def connect_as_superuser(self, database: str = "postgres") -> psycopg.Connection:
        """An autocommitting connection that no policy binds: set-up only."""
        return psycopg.connect(self.dsn(SUPERUSER, database), autocommit=True)


def ensure_postgres(var_dir: Path, settings: Mapping[str, str] | None = None) -> PostgresInfo:
    """The cluster of this folder, running, with its roles and its database.

    ``settings`` are added to the server's; they count from its next start. Raises
    ``EmbeddedServerError`` when it cannot start or would not keep what it confirms.
    """
    places = PostgresPlaces.of(var_dir)
    with _alone(places):
        _set_aside_what_cannot_serve(places)
        secrets = ensure_secrets(var_dir)
        info = PostgresInfo(places, secrets, postgres_programs(places))
        _ensure_cluster(info)
        _ensure_running(info, {**SETTINGS, **(settings or {})})
        _ensure_roles(info)
    return info


def stop_postgres(var_dir: Path) -> bool:
    """Stop the cluster of this folder, its transactions being rolled back; was it running?"""
    places = PostgresPlaces.of(var_dir)
    if _running_pid(places) is None:
        return False
    programs = postgres_programs(places)
    programs.run("pg_ctl", "-D", str(places.data), "-m", "fast", "-w", "stop")
    return True


def is_used(var_dir: Path) -> bool:
    """The cluster of this folder runs and somebody is signed in."""
    places = PostgresPlaces.of(var_dir)
    if _running_pid(places) is None:
        return False
    dsn = places.dsn(SUPERUSER, read_secrets(var_dir).get(SUPERUSER, ""), "postgres")
    with psycopg.connect(dsn, autocommit=True) as connection:
        others = "backend_type = 'client backend' AND pid <> pg_backend_pid()"
        found = connection.execute(f"SELECT FROM pg_stat_activity WHERE {others}".encode())
        return found.fetchone() is not None


@contextmanager
def _alone(places: PostgresPlaces) -> Iterator[None]:
    """Two starts at the same time wait for one another."""
    places.var_dir.mkdir(parents=True, exist_ok=True)
    with (places.var_dir / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _ensure_cluster(info: PostgresInfo) -> None:
    places = info.places
    mode = 0o755 if is_root() else 0o700
    make_own_folder(places.base, mode)
    _give(places.sockets, info, mode)
    _give(places.log.parent, info, mode)
    _link(places)
    if not places.data.exists():
        _make_cluster(info)


def _set_aside_what_cannot_serve(places: PostgresPlaces) -> None:
    """Data whose passwords went with a deleted ``var/``, or whose making was interrupted where they
    stand, are put aside, never deleted."""
    is_ours = SUPERUSER in read_secrets(places.var_dir)
    can_serve = is_ours and (_was_started(places) or _is_finished(places))
    if places.data.exists() and not can_serve:
        stop_postgres(places.var_dir)
        places.data.rename(places.base / f"data-{time.strftime('%Y%m%dT%H%M%S')}")


def _was_started(places: PostgresPlaces) -> bool:
    """PostgreSQL leaves this file at its first start, and keeps it when it stops."""
    return (places.data / "postmaster.opts").exists()


def _is_finished(places: PostgresPlaces) -> bool:
    """The last thing that is written of a cluster is there."""
    settings = places.data / "postgresql.conf"
    return settings.exists() and INCLUDED in settings.read_text(encoding="utf-8")


def _give(folder: Path, info: PostgresInfo, mode: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(mode)
    if info.programs.account is not None:
        os.chown(folder, *info.programs.account)


def _link(places: PostgresPlaces) -> None:
    if places.base == places.link:
        return
    if places.link.is_symlink():
        places.link.unlink()
    places.link.symlink_to(places.base)


def _make_cluster(info: PostgresInfo) -> None:
    """Made beside, then moved: whoever stops us leaves a cluster, or none."""
    places = info.places
    for left in places.base.glob(f"{UNFINISHED}*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(
        prefix=UNFINISHED, dir=places.base, ignore_cleanup_errors=True
    ) as beside:
        data, password = Path(beside) / "data", Path(beside) / "password"
        _give(Path(beside), info, 0o700)
        _write(info, password, f"{info.secrets[SUPERUSER]}\n")
        options = ["--encoding=UTF8", "--locale=C.UTF-8", "--auth=scram-sha-256"]
        options += [f"--pwfile={password}", "--username", SUPERUSER, "-D", str(data)]
        info.programs.run("initdb", *options)
        _write(info, data / "pg_hba.conf", HBA)
        standard = (data / "postgresql.conf").read_text(encoding="utf-8")
        _write(info, data / "postgresql.conf", f"{standard}{INCLUDED}")
        data.rename(places.data)


def _write(info: PostgresInfo, path: Path, content: str) -> None:
    path.touch(mode=0o600)
    path.write_text(content, encoding="utf-8")
    if info.programs.account is not None:
        os.chown(path, *info.programs.account)


def _ensure_running(info: PostgresInfo, settings: Mapping[str, str]) -> None:
    if _running_pid(info.places) is None:
        _start(info, settings)
    with info.connect_as_superuser() as connection:
        is_durable = connection.execute("SELECT current_setting('fsync')").fetchone() == ("on",)
    if not is_durable:
        raise EmbeddedServerError("PostgreSQL runs with fsync=off: it may lose what it confirmed.")


def _start(info: PostgresInfo, settings: Mapping[str, str]) -> None:
    places = info.places
    chosen = {**settings, "unix_socket_directories": str(places.sockets)}
    lines = [f"{name} = '{value}'\n" for name, value in chosen.items()]
    _write(info, places.data / OURS, "".join(lines))
    options = ["-D", str(places.data), "-l", str(places.log), "-w", "-t", "60"]
    info.programs.run("pg_ctl", *options, "start")


def _running_pid(places: PostgresPlaces) -> int | None:
    try:
        pid = int((places.data / "postmaster.pid").read_text().split("\n", 1)[0])
        process = psutil.Process(pid)
        is_ours = "postgres" in process.name() and process.status() != psutil.STATUS_ZOMBIE
    except (OSError, ValueError, psutil.NoSuchProcess):
        return None
    return pid if is_ours and str(places.data) in process.cmdline() else None


def _ensure_roles(info: PostgresInfo) -> None:
    with info.connect_as_superuser() as connection:
        connection.execute(roles_sql(info.secrets).encode())
        known = connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE])
        is_missing = known.fetchone() is None
    if is_missing:
        make_database(info, DATABASE)


def make_database(info: PostgresInfo, database: str) -> None:
    """An empty database of this name, in place of the one that may exist."""
    drop_database(info, database)
    with info.connect_as_superuser() as connection:
        connection.execute(database_sql(database).encode())
    with info.connect_as_superuser(database) as connection:
        connection.execute(schema_sql(database).encode())


def clone_database(info: PostgresInfo, database: str, template: str) -> None:
    """A copy of a database to which nobody is connected, in place of one that may exist."""
    drop_database(info, database)
    with info.connect_as_superuser() as connection:
        names = SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}")
        connection.execute(names.format(*map(Identifier, (database, OWNER, template))))


def drop_database(info: PostgresInfo, database: str) -> None:
    """Remove a database of the embedded cluster, and end what is connected to it."""
    with info.connect_as_superuser() as connection:
        connection.execute(
            SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(database))
        )
