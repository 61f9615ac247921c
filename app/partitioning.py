"""The journal in parts, by year, quarter or month of ``at`` (docs/decisions/0019).

A plain table until an installation asks for parts. The table that is there becomes the first part,
nothing is copied: what takes long (checking that all its rows are past, indexing by ``at``) is done
while people write, and the exchange itself waits for nobody longer than a moment. Policies, grants
and triggers are those of the whole; of a part, nobody reads anything but the backup. Signs in as
``relais_migrate`` and acts as the owner.
"""

import enum
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg
from psycopg.errors import LockNotAvailable
from psycopg.rows import dict_row

from app.backup import plain_dsn
from app.roles import DEFINER, LOGINS, OWNER

TABLE = "journal_event"
FIRST = "journal_event_before"
REST = "journal_event_rest"
PERIODS_AHEAD = 3
#: If the command is interrupted, the first part refuses what comes after its end: not before that.
SPARE = timedelta(days=31)
LOCK_TRIES, LOCK_PAUSE = 20, 1.0
#: A part that takes less is left as it is.
WORTH_BYTES = 1_000_000


class Period(enum.StrEnum):
    """How much a part holds."""

    YEAR = "year"
    QUARTER = "quarter"
    MONTH = "month"

    @property
    def months(self) -> int:
        """Its length."""
        return {Period.YEAR: 12, Period.QUARTER: 3, Period.MONTH: 1}[self]

    def start(self, at: datetime) -> datetime:
        """When the period of this instant began, in UTC."""
        month = (at.month - 1) // self.months * self.months + 1
        return datetime(at.year, month, 1, tzinfo=UTC)

    def following(self, start: datetime) -> datetime:
        """When the next one begins."""
        count = start.year * 12 + start.month - 1 + self.months
        return datetime(count // 12, count % 12 + 1, 1, tzinfo=UTC)


class CannotPartition(RuntimeError):
    """The journal cannot be put in parts; the message says why."""


@dataclass(frozen=True)
class Part:
    """One part; ``end`` is None for the last one, which takes whatever comes."""

    name: str
    end: datetime | None


def partition_journal(url: str, by: Period, now: datetime) -> list[Part]:
    """Put the journal in parts, or make those that are missing: all of them, in order.

    May be run again, after an interruption as well; a journal in parts keeps its period. Raises
    ``CannotPartition``.
    """
    with _owner(url) as connection:
        if not _is_partitioned(connection):
            _refuse_dependents(connection)
            boundary = by.following(by.start(now + SPARE))
            _make_ready(connection, boundary)
            _exchange(connection, by, boundary)
            connection.execute(f"ANALYZE {TABLE}".encode())
    return keep_parts(url, now)


def keep_parts(url: str, now: datetime) -> list[Part]:
    """Make the parts to come, and give back the space of past ones whose events were all erased.

    All of them, in order; nothing is done to a plain table.
    """
    with _owner(url) as connection:
        if not _is_partitioned(connection):
            return []
        by = Period(_one(connection, f"SELECT obj_description('{TABLE}'::regclass)"))
        functions = _Whole.of(connection).functions
        for start, end in _missing(_parts(connection), by, now):
            _with_patience(connection, _lent(functions, _cut_rest(by, start, end)))
        for part in _parts(connection):
            is_past = part.end is not None and part.end <= by.start(now)
            if is_past and _is_large(connection, part):
                with suppress(LockNotAvailable):
                    _give_back(connection, part)
        return _parts(connection)


@contextmanager
def _owner(url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(plain_dsn(url), autocommit=True) as connection:
        for statement in (f"SET ROLE {OWNER}", "SET timezone TO 'UTC'", "SET datestyle TO 'ISO'"):
            connection.execute(statement.encode())
        yield connection


def _one(connection: psycopg.Connection, statement: str) -> str:
    row = connection.execute(statement.encode()).fetchone()
    assert row is not None
    return str(row[0])


def _is_partitioned(connection: psycopg.Connection) -> bool:
    kind = f"SELECT relkind FROM pg_class WHERE oid = '{TABLE}'::regclass"
    return _one(connection, kind) == "p"


def _refuse_dependents(connection: psycopg.Connection) -> None:
    if strangers := [row["name"] for row in _Catalogue(connection)(DEPENDENTS)]:
        raise CannotPartition(f"{', '.join(strangers)} rest on {TABLE}: put them aside first")


def _make_ready(connection: psycopg.Connection, boundary: datetime) -> None:
    """Long, while people write: every row is before the boundary; one index to be the key."""
    bound = f"ck_{FIRST}"
    _with_patience(
        connection,
        [
            f"ALTER TABLE {TABLE} DROP CONSTRAINT IF EXISTS {bound}",
            f"ALTER TABLE {TABLE} ADD CONSTRAINT {bound}"
            f" CHECK (at < '{boundary.isoformat()}') NOT VALID",
        ],
    )
    connection.execute(f"ALTER TABLE {TABLE} VALIDATE CONSTRAINT {bound}".encode())
    connection.execute(f"DROP INDEX IF EXISTS pk_{FIRST}".encode())
    key = f"CREATE UNIQUE INDEX CONCURRENTLY pk_{FIRST} ON {TABLE} (id, at)"
    connection.execute(key.encode())


def _exchange(connection: psycopg.Connection, by: Period, boundary: datetime) -> None:
    """One transaction: the table steps aside, the whole takes its name and has it as first part."""
    whole = _Whole.of(connection)
    aside = [
        *whole.drop_policies,
        *(f"DROP TRIGGER {name} ON {TABLE}" for name in whole.triggers),
        f"ALTER TABLE {TABLE} DROP CONSTRAINT pk_{TABLE}",
        f"ALTER TABLE {TABLE} ADD CONSTRAINT pk_{FIRST} PRIMARY KEY USING INDEX pk_{FIRST}",
        *(f"ALTER INDEX {name} RENAME TO {_of_first(name)}" for name in whole.indexes),
        f"ALTER TABLE {TABLE} RENAME TO {FIRST}",
    ]
    instead = [
        f"CREATE TABLE {TABLE} (LIKE {FIRST} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"
        " PARTITION BY RANGE (at)",
        f"ALTER TABLE {TABLE} DROP CONSTRAINT ck_{FIRST}",
        f"ALTER TABLE {TABLE} ADD CONSTRAINT pk_{TABLE} PRIMARY KEY (id, at)",
        *whole.indexes.values(),
        f"COMMENT ON TABLE {TABLE} IS '{by.value}'",
        f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY",
        *whole.policies,
        *whole.grants,
        *whole.triggers.values(),
        *_close(FIRST, [*whole.grantees]),
        f"ALTER TABLE {TABLE} ATTACH PARTITION {FIRST}"
        f" FOR VALUES FROM (MINVALUE) TO ('{boundary.isoformat()}')",
        f"ALTER TABLE {FIRST} DROP CONSTRAINT ck_{FIRST}",
        *_make_rest(boundary),
    ]
    _with_patience(connection, [*aside, *_lent(whole.functions, instead)])


def _of_first(index: str) -> str:
    return index.replace(TABLE, FIRST)


def _lent(functions: list[str], statements: Iterable[str]) -> list[str]:
    """Trigger functions belong to the definer: the owner may name them for as long as it makes
    triggers, those of a new part included."""
    lend = [f"GRANT EXECUTE ON FUNCTION {name}() TO {OWNER}" for name in functions]
    take = [f"REVOKE EXECUTE ON FUNCTION {name}() FROM {OWNER}" for name in functions]
    become, back = f"SET LOCAL ROLE {DEFINER}", f"SET LOCAL ROLE {OWNER}"
    return [become, *lend, back, *statements, become, *take, back]


def _close(part: str, grantees: list[str]) -> list[str]:
    """A part is read through the whole; by its own name, by the backup alone."""
    others = [name for name in grantees if name != OWNER]
    return [
        *(f"REVOKE ALL ON {part} FROM {name}" for name in dict.fromkeys((*others, *LOGINS))),
        f"ALTER TABLE {part} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {part} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY backup ON {part} FOR SELECT TO relais_backup USING (true)",
        f"GRANT SELECT ON {part} TO relais_backup",
    ]


@dataclass(frozen=True)
class _Whole:
    """What the table is made of, as statements that make it again under the same name."""

    policies: list[str]
    drop_policies: list[str]
    grants: list[str]
    grantees: list[str]
    triggers: dict[str, str]
    functions: list[str]
    indexes: dict[str, str]

    @classmethod
    def of(cls, connection: psycopg.Connection) -> "_Whole":
        """Read from the catalogue."""
        read = _Catalogue(connection)
        policies, grants, triggers = read(POLICIES), read(GRANTS), read(TRIGGERS)
        return cls(
            policies=[row["statement"] for row in policies],
            drop_policies=[f"DROP POLICY {row['name']} ON {TABLE}" for row in policies],
            grants=[row["statement"] for row in grants],
            grantees=[row["name"] for row in grants],
            triggers={row["name"]: row["statement"] for row in triggers},
            functions=[row["function"] for row in triggers if row["is_lent"]],
            indexes={row["name"]: row["statement"] for row in read(INDEXES)},
        )


@dataclass(frozen=True)
class _Catalogue:
    connection: psycopg.Connection

    def __call__(self, statement: str) -> list[dict[str, str]]:
        with self.connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(statement.encode()).fetchall()


POLICIES = f"""
SELECT quote_ident(policyname) AS name, format('CREATE POLICY %I ON {TABLE} AS %s FOR %s TO %s',
    policyname, permissive, cmd, (SELECT string_agg(quote_ident(r), ', ') FROM unnest(roles) r))
  || coalesce(' USING (' || qual || ')', '') || coalesce(' WITH CHECK (' || with_check || ')', '')
  AS statement
FROM pg_policies WHERE schemaname = 'public' AND tablename = '{TABLE}' ORDER BY policyname
"""
GRANTS = f"""
SELECT quote_ident(grantee::regrole::text) AS name, format('GRANT %s ON {TABLE} TO %s',
    string_agg(privilege_type, ', '), grantee::regrole) AS statement
FROM pg_class, aclexplode(relacl) WHERE oid = '{TABLE}'::regclass AND grantee <> relowner
GROUP BY grantee ORDER BY 1
"""
TRIGGERS = f"""
SELECT quote_ident(tgname) AS name, pg_get_triggerdef(t.oid) AS statement, proname AS function,
  proowner = '{DEFINER}'::regrole AS is_lent
FROM pg_trigger t JOIN pg_proc p ON p.oid = tgfoid
WHERE tgrelid = '{TABLE}'::regclass AND NOT tgisinternal ORDER BY tgname
"""
#: Without the key, which is another one.
INDEXES = f"""
SELECT c.relname AS name, pg_get_indexdef(i.indexrelid) AS statement FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
WHERE indrelid = '{TABLE}'::regclass AND NOT indisunique ORDER BY c.relname
"""
#: What names the table by its number would go on reading its first part alone.
DEPENDENTS = f"""
SELECT DISTINCT pg_describe_object(d.classid, d.objid, 0) AS name FROM pg_depend d
WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = '{TABLE}'::regclass AND (
  d.classid = 'pg_rewrite'::regclass
  OR d.classid = 'pg_proc'::regclass
  OR (d.classid = 'pg_policy'::regclass
    AND (SELECT polrelid FROM pg_policy WHERE oid = d.objid) <> d.refobjid)
  OR (d.classid = 'pg_constraint'::regclass
    AND (SELECT conrelid FROM pg_constraint WHERE oid = d.objid) <> d.refobjid))
"""
PARTS = f"""
SELECT c.relname AS name,
  substring(pg_get_expr(c.relpartbound, c.oid) FROM $$ TO \\('([^']*)'\\)$$) AS ends
FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid WHERE inhparent = '{TABLE}'::regclass
ORDER BY ends NULLS LAST
"""


def _parts(connection: psycopg.Connection) -> list[Part]:
    rows = _Catalogue(connection)(PARTS)
    return [
        Part(row["name"], datetime.fromisoformat(row["ends"]) if row["ends"] else None)
        for row in rows
    ]


def _missing(parts: list[Part], by: Period, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The parts to make, one after the other: each begins where the rest does now.

    If nobody made any for so long that the rest holds events, the first one takes them all.
    """
    start = max(part.end for part in parts if part.end is not None)
    last = by.start(now)
    for _ in range(PERIODS_AHEAD):
        last = by.following(last)
    while start <= last:
        end = by.following(by.start(max(start, now + SPARE) if start <= now else start))
        yield start, end
        start = end


def _cut_rest(by: Period, start: datetime, end: datetime) -> list[str]:
    """What was the rest becomes the next part, and another rest begins after it."""
    name = f"{TABLE}_{_suffix(by, start)}"
    return [
        f"ALTER TABLE {TABLE} DETACH PARTITION {REST}",
        f"ALTER TABLE {REST} RENAME TO {name}",
        f"ALTER TABLE {TABLE} ATTACH PARTITION {name}"
        f" FOR VALUES FROM ('{start.isoformat()}') TO ('{end.isoformat()}')",
        *_make_rest(end),
    ]


def _make_rest(start: datetime) -> list[str]:
    """Bounded below, unlike a default: the planner then knows the parts to be in order, and whoever
    asks for the latest events stops at the first part that answers."""
    span = f"FROM ('{start.isoformat()}') TO (MAXVALUE)"
    return [f"CREATE TABLE {REST} PARTITION OF {TABLE} FOR VALUES {span}", *_close(REST, [])]


def _suffix(by: Period, start: datetime) -> str:
    if by is Period.QUARTER:
        return f"{start:%Y}_q{(start.month + 2) // 3}"
    return f"{start:%Y}" if by is Period.YEAR else f"{start:%Y_%m}"


def _give_back(connection: psycopg.Connection, part: Part) -> None:
    """The space of a past part whose events were all erased at the end of their time.

    The part stays, so that nobody's event ever finds no place, whatever their clock says. Locked
    before it is looked at; as the definer, for ``FORCE`` shows the owner an empty table always.
    """
    asked = f"SELECT EXISTS (SELECT FROM {TABLE} WHERE tableoid = '{part.name}'::regclass)"
    with connection.transaction():
        connection.execute("SET LOCAL lock_timeout = '1s'")
        connection.execute(f"LOCK TABLE {part.name} IN ACCESS EXCLUSIVE MODE".encode())
        connection.execute(f"SET LOCAL ROLE {DEFINER}".encode())
        is_empty = _one(connection, asked) == "False"
        connection.execute(f"SET LOCAL ROLE {OWNER}".encode())
        if is_empty:
            connection.execute(f"TRUNCATE {part.name}".encode())


def _is_large(connection: psycopg.Connection, part: Part) -> bool:
    size = f"SELECT pg_total_relation_size('{part.name}')"
    return int(_one(connection, size)) > WORTH_BYTES


def _with_patience(connection: psycopg.Connection, statements: list[str]) -> None:
    """One transaction, which never keeps others waiting behind it for more than a second."""
    for turn in range(LOCK_TRIES):
        try:
            with connection.transaction():
                connection.execute("SET LOCAL lock_timeout = '1s'")
                for statement in statements:
                    connection.execute(statement.encode())
            return
        except LockNotAvailable as error:
            if turn + 1 == LOCK_TRIES:
                raise CannotPartition(
                    "the journal is being read for too long: try later"
                ) from error
            time.sleep(LOCK_PAUSE)
