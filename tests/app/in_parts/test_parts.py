"""Putting the journal in parts: nothing is lost, nobody reads more, and it may be interrupted."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text

from app import clock, partitioning
from app.actors import SYSTEM
from app.backup import plain_dsn, write_backup
from app.db import db, unit_of_work
from app.embedded.postgres import PostgresInfo, drop_database, make_database
from app.journal import JournalEvent
from app.migrating import upgrade_database
from app.partitioning import PERIODS_AHEAD, CannotPartition, Part, Period, partition_journal
from app.restoring import restore
from app.sealing import seal_journal
from app.verifying import verify_journal
from config import Settings
from tests.support.acting import acting_as

pytestmark = pytest.mark.commits

BEGUN = datetime(2024, 3, 1, tzinfo=UTC)
YEARS = [
    Part("journal_event_before", datetime(2025, 1, 1, tzinfo=UTC)),
    Part("journal_event_2025", datetime(2026, 1, 1, tzinfo=UTC)),
    Part("journal_event_2026", datetime(2027, 1, 1, tzinfo=UTC)),
    Part("journal_event_2027", datetime(2028, 1, 1, tzinfo=UTC)),
    Part("journal_event_rest", None),
]
CASE = uuid.UUID(int=7)
#: What protects the table, name by name.
POLICIES = (
    "SELECT policyname, permissive, roles, cmd, qual, with_check FROM pg_policies"
    " WHERE tablename = 'journal_event' ORDER BY 1"
)
GRANTS = (
    "SELECT grantee::regrole::text, array_agg(privilege_type ORDER BY privilege_type)"
    " FROM pg_class, aclexplode(relacl) WHERE relname = 'journal_event' GROUP BY 1 ORDER BY 1"
)
TRIGGERS = (
    "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger"
    " WHERE tgrelid = 'journal_event'::regclass AND NOT tgisinternal ORDER BY 1"
)
FORCED = (
    "SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE relname = 'journal_event'"
)
LENT = (
    "SELECT proname, proacl::text FROM pg_proc JOIN pg_trigger ON tgfoid = pg_proc.oid"
    " WHERE tgrelid = 'journal_event'::regclass"
)
#: Of a part: who may do what, who reads which rows, is nobody above it.
PARTS = """
SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,
  (SELECT array_agg(p.polname || ' ' || p.polroles::regrole[]::text) FROM pg_policy p
    WHERE p.polrelid = c.oid),
  (SELECT array_agg(grantee::regrole || ' ' || privilege_type) FROM aclexplode(c.relacl)
    WHERE grantee <> c.relowner)
FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid
WHERE inhparent = 'journal_event'::regclass ORDER BY c.relname
"""


@dataclass(frozen=True)
class Journal:
    """A database with a journal, and what it takes to put it in parts."""

    settings: Settings
    owner: psycopg.Connection

    def ask(self, statement: str) -> list[Any]:
        """As a superuser."""
        return self.owner.execute(statement.encode()).fetchall()

    def split(self, by: Period = Period.YEAR, now: datetime = BEGUN) -> list[Part]:
        """The command."""
        return partition_journal(self.settings.migrate_database_url, by, now)

    def protection(self) -> list[Any]:
        """Everything that protects the whole."""
        return [self.ask(one) for one in (POLICIES, GRANTS, TRIGGERS, FORCED, LENT)]


@pytest.fixture
def journal(committed_app: Flask) -> Iterator[Journal]:
    """Sealed events of early 2024, in a plain table."""
    settings: Settings = committed_app.config["SETTINGS"]
    write(*(datetime(2024, 1, day, tzinfo=UTC) for day in (1, 2, 3)))
    with psycopg.connect(plain_dsn(settings.database_url), autocommit=True) as connection:
        yield Journal(settings, connection)


def write(*instants: datetime) -> None:
    """Events of these instants, about one case, sealed."""
    with acting_as(SYSTEM):
        with unit_of_work() as session:
            session.add_all(
                JournalEvent(
                    at=at, principal=SYSTEM.kind, action="case.read", object_type="x", case_id=CASE
                )
                for at in instants
            )
        seal_journal()


def verdict() -> tuple[int, int, int]:
    """Seals, events not sealed, breaks."""
    with acting_as(SYSTEM):
        found = verify_journal()
        return found.sealed, found.unsealed, len(found.breaks)


def test_the_plain_table_becomes_the_first_part(journal: Journal) -> None:
    assert journal.split() == YEARS
    write(*(datetime(year, 6, 1, tzinfo=UTC) for year in (2024, 2025, 2026, 2031)))
    found = journal.ask("SELECT tableoid::regclass::text, count(*) FROM journal_event GROUP BY 1")
    assert dict(found) == {
        "journal_event_before": 4,
        "journal_event_2025": 1,
        "journal_event_2026": 1,
        "journal_event_rest": 1,
    }
    assert verdict() == (7, 0, 0)


def test_what_came_while_nobody_made_parts_is_in_the_first_one(journal: Journal) -> None:
    journal.split()
    write(*(datetime(year, 6, 1, tzinfo=UTC) for year in (2028, 2029, 2030)))
    later = datetime(2030, 7, 1, tzinfo=UTC)
    ends = {part.name: part.end.year if part.end else None for part in journal.split(now=later)}
    assert ends == {
        "journal_event_before": 2025,
        **{f"journal_event_{year}": year + 1 for year in (2025, 2026, 2027)},
        "journal_event_2028": 2031,
        "journal_event_2031": 2032,
        "journal_event_2032": 2033,
        "journal_event_2033": 2034,
        "journal_event_rest": None,
    }
    assert verdict() == (6, 0, 0)


def test_the_whole_is_protected_as_it_was(journal: Journal) -> None:
    before = journal.protection()
    journal.split()
    assert journal.protection() == before


def test_a_part_is_read_by_the_backup_alone(journal: Journal) -> None:
    parts = journal.split(Period.QUARTER)
    names = sorted(part.name for part in parts)
    closed = [(name, True, ["backup {relais_backup}"], ["relais_backup SELECT"]) for name in names]
    assert journal.ask(PARTS) == closed


def test_run_again_it_makes_what_is_to_come(journal: Journal) -> None:
    """The period it began with is kept."""
    journal.split()
    later = datetime(2026, 11, 26, tzinfo=UTC)
    names = [
        part.name.removeprefix("journal_event_") for part in journal.split(Period.MONTH, later)
    ]
    assert names == ["before", "2025", "2026", "2027", "2028", "2029", "rest"]


def test_an_upgrade_makes_what_is_to_come(journal: Journal) -> None:
    journal.split()
    upgrade_database(journal.settings.migrate_database_url)
    names = [name for (name, *_) in journal.ask(PARTS)]
    assert f"journal_event_{clock.now().year + PERIODS_AHEAD}" in names


def test_the_space_of_a_past_part_comes_back_once_its_events_were_erased(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partitioning, "WORTH_BYTES", 0)
    journal.split()
    write(datetime(2025, 6, 1, tzinfo=UTC))
    later, size = datetime(2026, 11, 26, tzinfo=UTC), "SELECT pg_relation_size('{}')"
    journal.split(now=later)
    assert journal.ask(size.format("journal_event_before")) > [(0,)]
    with acting_as(SYSTEM) as session:
        assert session.scalar(text("SELECT erase_journal(3)")) == 3
    journal.split(now=later)
    assert journal.ask(size.format("journal_event_before")) == [(0,)]
    assert journal.ask(size.format("journal_event_2025")) > [(0,)]
    assert verdict()[2] == 0
    write(datetime(2020, 1, 1, tzinfo=UTC))


def test_who_opened_what_leaves_older_parts_alone(journal: Journal) -> None:
    journal.split()
    for year in (2024, 2025, 2026):
        write(*(datetime(year, 5, 1 + n // 24, n % 24, tzinfo=UTC) for n in range(200)))
    journal.owner.execute("ANALYZE journal_event")
    plan = journal.ask(
        "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT * FROM journal_event"
        f" WHERE case_id = '{CASE}' ORDER BY at DESC, id DESC LIMIT 50"
    )
    told = "\n".join(line for (line,) in plan)
    parts = {line.strip() for line in told.splitlines() if " on journal_event_" in line}
    never = {line for line in parts if "never executed" in line}
    for name in ("journal_event_2025", "journal_event_before"):
        assert any(f"on {name} " in line for line in never), told


def test_somebody_who_reads_for_long_is_not_waited_for(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table is left as it was, and people go on writing."""
    monkeypatch.setattr(partitioning, "LOCK_TRIES", 1)
    with journal.owner.transaction():
        journal.ask("SELECT count(*) FROM journal_event")
        with pytest.raises(CannotPartition, match="later"):
            journal.split()
    write(datetime.now(UTC))
    assert journal.ask("SELECT relkind FROM pg_class WHERE relname = 'journal_event'") == [("r",)]


def test_an_interrupted_command_is_run_again(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(partitioning, "_exchange", killed)
        journal.split()
    assert journal.split() == YEARS
    assert verdict() == (3, 0, 0)


def test_what_rests_on_the_table_is_told(journal: Journal) -> None:
    journal.owner.execute("CREATE VIEW everything AS SELECT * FROM journal_event")
    with pytest.raises(CannotPartition, match="view everything"):
        journal.split()


def test_a_backup_in_parts_comes_back_whole(
    journal: Journal, cluster: PostgresInfo, tmp_path: Path
) -> None:
    journal.split()
    write(datetime(2025, 6, 1, tzinfo=UTC), datetime.now(UTC))
    db.engine.dispose()
    file, name = tmp_path / "relais.dump", f"relais_restored_{uuid.uuid4().hex[:8]}"
    write_backup(journal.settings, file)
    make_database(cluster, name)
    try:
        report = restore(journal.settings, file, cluster.dsn("relais_migrate", name))
        assert (report.problems, report.sealed) == ([], 5)
    finally:
        drop_database(cluster, name)


@pytest.mark.parametrize(
    ("by", "suffixes"),
    [
        (Period.QUARTER, ["before", "2024_q3", "2024_q4", "rest"]),
        (Period.MONTH, ["before", "2024_05", "2024_06", "rest"]),
    ],
)
def test_parts_are_named_after_their_period(
    journal: Journal, by: Period, suffixes: list[str]
) -> None:
    names = [part.name.removeprefix("journal_event_") for part in journal.split(by)]
    assert names == suffixes
