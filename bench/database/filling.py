"""Filling a fresh database: servers, tables, reference data, directory, then cases by ``COPY``."""

import shutil
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from app.db import unit_of_work
from app.embedded.places import DATABASE, PostgresPlaces
from app.embedded.postgres import PostgresInfo, ensure_postgres, stop_postgres
from app.embedded.valkey import stop_valkey
from app.factory import create_app
from app.migrating import upgrade_database
from app.reference.cli import load_as_owner
from bench.database.bulk import Bulk, bulk_load
from bench.database.checking import check_database
from bench.database.directory import make_directory
from bench.database.forgetting import forget_since
from bench.database.lines import Draw
from bench.database.places import database_folder, refuse_small_disk
from bench.database.pools import make_pools
from bench.database.seats import bench_seat
from bench.database.shape import Shape
from bench.database.stories import Teller
from config import Settings, load_settings

SEED = 20_240_131
CHUNK = 2_000
#: While loading, what is written in the transaction that emptied a table goes to the table alone.
LOADING = {"wal_level": "minimal", "max_wal_senders": "0", "max_wal_size": "8GB"}
FILLED = "filled"


@dataclass(frozen=True)
class Filled:
    """A database that stands, its server running."""

    cases: int
    folder: Path
    info: PostgresInfo

    @property
    def settings(self) -> Settings:
        """Those of the product on this database, without demonstration mode."""
        return load_settings({"RELAIS_VAR": str(self.folder), "RELAIS_DEMO": "0"})


def open_filled(cases: int) -> Filled:
    """The database of this size as it was filled: now, or by an earlier run."""
    folder = database_folder(cases)
    if not (folder / FILLED).exists():
        _throw_away(folder)
        fill(cases, folder)
    filled = Filled(cases, folder, ensure_postgres(folder))
    with superuser(filled) as connection:
        forget_since(connection, datetime.fromtimestamp((folder / FILLED).stat().st_mtime, UTC))
    return filled


def forget_filled(cases: int) -> None:
    """Throw away the database of this size: the next one is filled anew."""
    _throw_away(database_folder(cases))


def stop_filled(cases: int) -> None:
    """Stop the servers of the database of this size, if it exists; the data stay."""
    folder = database_folder(cases)
    if folder.exists():
        stop_valkey(folder)
        stop_postgres(folder)


def fill(cases: int, folder: Path) -> None:
    """Make and fill the database of this folder; says on standard output how far it is."""
    began = time.monotonic()
    folder.mkdir(parents=True)
    refuse_small_disk(cases, folder)
    info = ensure_postgres(folder, LOADING)
    upgrade_database(info.url("relais_migrate"))
    load_as_owner(info.url("relais_migrate"))
    settings = load_settings({"RELAIS_VAR": str(folder), "RELAIS_DEMO": "0"})
    app = create_app(settings, process="worker")
    now = datetime.now(UTC).replace(microsecond=0)
    _say(began, "tables made")
    with app.app_context(), info.connect_as_superuser(DATABASE) as connection:
        teller = _prepare(Shape(cases), now)
        _say(began, "directory written")
        with bulk_load(connection) as bulk:
            _pour(cases, teller, bulk, began)
            _say(began, "cases written, indexes being made")
        _say(began, "indexes made, analysed")
        check_database(connection)
        _say(began, "checked")
    stop_postgres(folder)
    (folder / FILLED).write_text(f"{time.monotonic() - began:.0f} s\n")


def _prepare(shape: Shape, now: datetime) -> Teller:
    """The directory, written as the system; then the words."""
    draw = Draw(SEED)
    with unit_of_work() as session:
        directory, rows = make_directory(session, now.date(), now)
        rows.write(session)
        pools = make_pools(session, draw, now)
    return Teller(
        shape,
        pools,
        draw,
        int(now.timestamp()),
        measured=bench_seat(directory.measured),
        exporting=bench_seat(directory.exporting),
        leads=[bench_seat(one) for one in directory.leads],
        others=[bench_seat(one) for one in directory.others],
    )


def _pour(cases: int, teller: Teller, bulk: Bulk, began: float) -> None:
    """Tell in this thread, write in another, one chunk ahead: memory is bounded."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        writing: Future[None] | None = None
        for lines in _chunks(cases, teller):
            if writing is not None:
                writing.result()
            writing = pool.submit(bulk.write, lines)
        if writing is not None:
            writing.result()


def _chunks(cases: int, teller: Teller) -> Iterator[dict[str, list[str]]]:
    for start in range(0, cases, CHUNK):
        for index in range(start, min(start + CHUNK, cases)):
            teller.tell(index)
        if start + CHUNK >= cases:
            teller.end()
        yield teller.take_lines()


def _throw_away(folder: Path) -> None:
    if folder.exists():
        stop_valkey(folder)
        stop_postgres(folder)
        shutil.rmtree(PostgresPlaces.of(folder).base, ignore_errors=True)
        shutil.rmtree(folder)


def _say(began: float, what: str) -> None:
    print(f"bench: {time.monotonic() - began:6.1f} s  {what}", flush=True)


@contextmanager
def superuser(filled: Filled) -> Iterator[psycopg.Connection]:
    """A connection that no policy binds."""
    with filled.info.connect_as_superuser(DATABASE) as connection:
        yield connection
