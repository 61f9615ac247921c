"""What an act leaves behind it (its line, its step, its event, its message) is written last, in one
statement, whatever the number of tables and of rows.

The opposite of a document (``app.documents``): each table is given its rows as JSON, which
PostgreSQL reads into the types of its columns. Policies, triggers and keys hold as for any row. The
rows of one statement do not see one another, and other tables are written before them: a table may
be written last only when neither a policy nor a trigger of what an act leaves behind leans on its
rows. Where those of another table do (a test names them), the command flushes first. After a
rollback the objects are of no further use: added again, they would be taken for rows that stand.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Insert,
    Table,
    Text,
    bindparam,
    cast,
    func,
    insert,
    inspect,
    literal_column,
    select,
)
from sqlalchemy.orm import Session, make_transient_to_detached

#: In the ``info`` of a table: its rows are written last.
WRITTEN_LAST = "written_last"
#: The values of a statement, rows of one table each: ``rows_0``, ``rows_1``…
ROWS = "rows_"
#: A table, and those of its columns that are given.
Filled = tuple[Table, tuple[str, ...]]


def write(session: Session) -> None:
    """Write what waits: everything else first, as the session does, then what is written last."""
    last = [one for one in session.new if inspect(one).mapper.local_table.info.get(WRITTEN_LAST)]
    for one in last:
        session.expunge(one)
    session.flush()
    if last:
        _write_together(session, last)


def _write_together(session: Session, objects: Iterable[Any]) -> None:
    rows: dict[Filled, list[Mapping[str, Any]]] = defaultdict(list)
    for one in objects:
        table = inspect(one).mapper.local_table
        row = _complete(one)
        rows[table, tuple(row)].append(row)
    # In one order, whatever was added first: the statement is the same.
    filled = tuple(sorted(rows, key=lambda one: (one[0].name, one[1])))
    values = {
        _name(number): msgspec.json.encode(rows[one]).decode() for number, one in enumerate(filled)
    }
    session.connection().execute(_statement(filled), values)
    for one in objects:
        make_transient_to_detached(one)
        session.add(one)


def _complete(one: Any) -> dict[str, Any]:
    """The values of a new row by their columns; those it was not given are given to it. What the
    database alone gives is left out."""
    row = {}
    for attribute in inspect(one).mapper.column_attrs:
        column: Column[Any] = attribute.columns[0]
        if column.computed is not None:
            continue
        if attribute.key not in one.__dict__:
            if column.default is None and column.server_default is not None:
                continue
            setattr(one, attribute.key, _default_of(column))
        row[column.name] = one.__dict__[attribute.key]
    return row


def _default_of(column: Column[Any]) -> Any:
    default: Any = column.default
    if default is None:
        return None
    return default.arg(None) if default.is_callable else default.arg


@lru_cache(maxsize=256)
def _statement(filled: tuple[Filled, ...]) -> Insert:
    """One insert for each table; the last one carries the others."""
    *others, last = [_insert(*one, _name(number)) for number, one in enumerate(filled)]
    for number, other in enumerate(others):
        last = last.add_cte(other.cte(f"written_{number}"))
    return last


def _insert(table: Table, columns: tuple[str, ...], name: str) -> Insert:
    given = cast(bindparam(name, type_=Text), JSON)
    shape: ColumnElement[Any] = literal_column(f"NULL::{table.name}")
    rows = func.json_populate_recordset(shape, given).table_valued(*columns)
    found = select(*(rows.c[one] for one in columns))
    return insert(table).from_select(columns, found, include_defaults=False)


def _name(number: int) -> str:
    return f"{ROWS}{number}"
