"""Writing whole tables with ``COPY``: neither triggers, nor foreign keys, nor indexes meanwhile.

Only a superuser may (``session_replication_role``); the caller checks afterwards what the database
did not. The tables are emptied and filled in one transaction, which spares the write-ahead log when
the server runs with ``wal_level=minimal``.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier
from sqlalchemy import Column

from app.db import Base
from bench.database.columns import (
    COLUMNS,
    KEPT_TABLES,
    NEEDED_INDEXES,
    REPLACED_TRIGGERS,
    REPLAYED_TRIGGERS,
)
from bench.database.lines import FALSE, TRUE, escaped

MAINTENANCE_MEMORY = "512MB"
UNKNOWN_TRIGGERS = """
SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE NOT t.tgisinternal AND c.relname = ANY (%s) AND t.tgtype & 4 <> 0 ORDER BY 1, 2
"""
PLAIN_INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relname = ANY (%s)
  AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)
  AND i.indexrelid::regclass::text <> ALL (%s)
ORDER BY 1
"""


class UnknownTrigger(RuntimeError):
    """A trigger that the loader neither replaces nor replays: it would leave something out."""


class Bulk:
    """Open tables, between their emptying and the making of their indexes."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection
        self.blanks = {name: _blanks(name) for name in COLUMNS}

    def write(self, lines: Mapping[str, list[str]]) -> None:
        """Append lines to tables."""
        for name, found in lines.items():
            columns, suffix = self.blanks[name]
            statement = SQL("COPY {} ({}) FROM STDIN").format(
                Identifier(name), SQL(", ").join(map(Identifier, columns))
            )
            text = f"{suffix}\n".join(found) + f"{suffix}\n"
            with self.connection.cursor().copy(statement) as copy:
                copy.write(text.encode())


@contextmanager
def bulk_load(connection: psycopg.Connection) -> Iterator[Bulk]:
    """Empty the tables of ``COLUMNS``, let them be filled, then index and analyse them."""
    refuse_unknown_triggers(connection)
    with connection.transaction():
        for setting, value in (
            ("session_replication_role", "replica"),
            ("maintenance_work_mem", MAINTENANCE_MEMORY),
        ):
            connection.execute("SELECT set_config(%s, %s, true)", [setting, value])
        names = SQL(", ").join(map(Identifier, [*COLUMNS, *KEPT_TABLES]))
        connection.execute(SQL("TRUNCATE {} CASCADE").format(names))
        indexes = connection.execute(
            PLAIN_INDEXES, [[*COLUMNS, *KEPT_TABLES], [*NEEDED_INDEXES]]
        ).fetchall()
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}".encode())
        yield Bulk(connection)
        # What looks rows up by case would be planned as if each case had thousands of them.
        connection.execute("ANALYZE case_file, timeline_entry")
        for statement in dict.fromkeys(REPLAYED_TRIGGERS.values()):
            connection.execute(statement.encode())
        for _, definition in indexes:
            connection.execute(definition.encode())
    connection.execute("VACUUM ANALYZE")


def refuse_unknown_triggers(connection: psycopg.Connection) -> None:
    """Raise ``UnknownTrigger`` when a migration added one that the loader knows nothing of."""
    found = connection.execute(UNKNOWN_TRIGGERS, [list(COLUMNS)]).fetchall()
    unknown = {(table, name) for table, name in found} - REPLACED_TRIGGERS - set(REPLAYED_TRIGGERS)
    if unknown:
        named = ", ".join(f"{name} on {table}" for table, name in sorted(unknown))
        raise UnknownTrigger(f"Say in bench/database/columns.py what stands for: {named}")


def _blanks(name: str) -> tuple[list[str], str]:
    """All columns to write, and the constant end of every line: Python-side defaults."""
    table, given = Base.metadata.tables[name], COLUMNS[name]
    more = [
        column
        for column in table.columns
        if column.name not in given and column.default is not None and not column.server_default
    ]
    suffix = "".join(f"\t{_default(column)}" for column in more)
    return [*given, *(column.name for column in more)], suffix


def _default(column: Column[Any]) -> str:
    default: Any = column.default
    value = default.arg if default.is_scalar else default.arg(None)
    if value in ([], {}):
        return "{}"
    if isinstance(value, bool):
        return TRUE if value else FALSE
    return escaped(str(getattr(value, "value", value)))
