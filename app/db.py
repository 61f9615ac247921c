"""The database: base class, column types, unit of work.

Identifiers are UUIDv7; instants are timestamptz in UTC; enums are text with a CHECK (native enums
are not leakproof, so their index is lost under a policy).
"""

import enum
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import cache
from select import POLLIN, poll
from typing import Any, TypeVar

from flask_sqlalchemy import SQLAlchemy
from psycopg.pq import ExecStatus, TransactionStatus
from sqlalchemy import (
    ColumnElement,
    DateTime,
    Enum,
    MetaData,
    Select,
    Uuid,
    any_,
    bindparam,
    event,
    func,
    literal,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, registry, relationship
from sqlalchemy.pool import Pool
from uuid_utils.compat import uuid7

from app import clock
from app.writing import WRITTEN_LAST, write

#: psycopg looks once where the values of a statement go, but for long ones, which it takes for
#: lists of rows: those of our pages are as long, and always the same (a test says that it listens).
with suppress(ImportError):
    from psycopg import _queries

    _queries.MAX_CACHED_STATEMENT_LENGTH = 40_000
    _queries.MAX_CACHED_STATEMENT_PARAMS = 250

#: The seat that asks, in a statement that was made once: given when it runs.
SEAT: Any = bindparam("asking_seat", type_=Uuid)

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of every mapped class."""

    # On the registry itself: Flask-SQLAlchemy derives a class of its own from this one.
    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={datetime: DateTime(timezone=True)},
    )


db = SQLAlchemy(
    model_class=Base,
    disable_autonaming=True,
    session_options={"expire_on_commit": False, "join_transaction_mode": "create_savepoint"},
)


class RowClass(enum.StrEnum):
    """The class of a table decides its row-level security (see ``app.rows``)."""

    REFERENCE = "reference"
    DIRECTORY = "directory"
    IDENTITY = "identity"
    CASE = "case"
    SYSTEM = "system"


def row_class(kind: RowClass, *, written_last: bool = False) -> dict[str, Any]:
    """Table arguments that put a table in its class; last item of ``__table_args__``.

    ``written_last``: its rows are what an act leaves behind (``app.writing``).
    """
    return {"info": {"row_class": kind.value, WRITTEN_LAST: written_last}}


class Identified:
    """A UUIDv7 primary key."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid7, sort_order=-10)


class Dated:
    """The instant at which the row was made."""

    created_at: Mapped[datetime] = mapped_column(default=clock.now, sort_order=90)


#: A mapped object, or a row of columns, with its ``id``.
Row = TypeVar("Row", bound=Any)


def text_enum(kind: type[enum.StrEnum], name: str = "") -> Enum:
    """Column type of a ``StrEnum``: text with a CHECK (``name`` it when a table has two)."""
    words = "".join(f"_{c.lower()}" if c.isupper() else c for c in kind.__name__)
    return Enum(
        kind,
        name=name or words.lstrip("_"),
        native_enum=False,
        create_constraint=True,
        length=40,
        values_callable=lambda members: [member.value for member in members],
        validate_strings=True,
    )


def related(*args: Any, **options: Any) -> Any:
    """A relationship that never queries behind one's back."""
    return relationship(*args, lazy="raise_on_sql", **options)


@cache
def has_deferred_constraints() -> bool:
    """Does any table have a constraint that waits for the commit? Asked of the models, which the
    migrations follow (a contract test)."""
    tables = Base.metadata.tables.values()
    return any(one.deferrable for table in tables for one in table.constraints)


def check_constraints(session: Session) -> None:
    """Write what waits, and have the database refuse it now rather than at the commit."""
    write(session)
    if has_deferred_constraints():
        session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))


def moved(model: type[Base], by: timedelta) -> dict[str, Any]:
    """Values of an update that moves every instant of a table by the same delay."""
    columns = Base.metadata.tables[model.__tablename__].columns
    moving = (c for c in columns if isinstance(c.type, DateTime) and c.computed is None)
    return {c.name: c + by for c in moving}


def is_among(column: Any, ids: Sequence[uuid.UUID]) -> ColumnElement[bool]:
    """One parameter whatever their number: the statement is written and prepared once."""
    return column == any_(literal(list(ids), ARRAY(Uuid)))


def is_found(column: Any, found: Select[Any]) -> ColumnElement[bool]:
    """Among the identifiers that an SQL function finds, asked once, before the rows: with ``IN``
    the planner may ask it again for each row that a policy lets through, or read them all."""
    return column == any_(func.array(found.scalar_subquery()))


def in_order(rows: Iterable[Row], ids: Iterable[uuid.UUID]) -> list[Row]:
    """Rows in the order of their identifiers; those that the reader may not read are not there."""
    found = {row.id: row for row in rows}
    return [found[one] for one in ids if one in found]


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """One business transaction: everything inside is written, or nothing is.

    Deferred constraints are checked before the commit, so that their refusal is raised here.
    """
    session = db.session()
    try:
        yield session
        check_constraints(session)
        session.commit()
    except BaseException:
        session.rollback()
        raise


@contextmanager
def no_transaction(connection: Connection) -> Iterator[None]:
    """Inside, a statement is a transaction of its own, without the round trips of a BEGIN and a
    COMMIT; unless one was begun, of which it is then a part."""
    driver: Any = connection.connection.dbapi_connection
    if driver.info.transaction_status != TransactionStatus.IDLE:
        yield
        return
    driver.autocommit = True
    try:
        yield
    finally:
        if driver.info.transaction_status == TransactionStatus.IDLE:
            driver.autocommit = False
        else:  # cut, or given up in the middle: nobody takes it again
            connection.invalidate()


@event.listens_for(Pool, "checkout")
def _refuse_dead_connection(connection: Any, _record: Any, _proxy: Any) -> None:
    """A connection that the server closed while it rested has something to read: its end.

    Asked of the kernel, which costs nothing; of the server only when there is something. Raises
    ``DisconnectionError``: the pool makes another one.
    """
    if connection.closed or (_has_something_to_read(connection) and not _answers(connection)):
        raise DisconnectionError


def _has_something_to_read(connection: Any) -> bool:
    found = poll()
    found.register(connection.fileno(), POLLIN)
    return bool(found.poll(0))


def _answers(connection: Any) -> bool:
    return bool(connection.pgconn.exec_(b"").status == ExecStatus.EMPTY_QUERY)


@event.listens_for(Engine, "rollback")
def _keep_plans(connection: Connection) -> None:
    """Roll back ourselves what met no error: psycopg would also forget what it has prepared, and a
    page that only reads ends so. A statement stays prepared whatever becomes of its transaction."""
    if connection.invalidated:
        return
    driver: Any = connection.connection.dbapi_connection
    if driver.info.transaction_status == TransactionStatus.INTRANS:
        driver.pgconn.exec_(b"ROLLBACK")
