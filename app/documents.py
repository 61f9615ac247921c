"""All that a page shows, asked in one statement: rows as JSON, which a typed object is read from.

A mapped object is made for writing: each statement that loads some settles anew how each of their
columns and relations is filled. A page that only shows asks for a document instead, under the same
policies, and ``msgspec`` reads it in one go, refusing what has not the shape it expects.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import (
    JSON,
    ColumnElement,
    CursorResult,
    Select,
    Text,
    case,
    cast,
    func,
    literal_column,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from app.db import db

EMPTY: ColumnElement[Any] = literal_column("'[]'::json")


@dataclass(frozen=True)
class Written:
    """A statement in the words of the driver, with those of its values that are always the same.

    What it was made of weighs fifteen times as much, and is looked at again each time it runs: a
    page keeps this instead. Asked of the connection: the session would look for mapped objects.
    """

    text: str
    constants: Mapping[str, Any]

    def ask(self, values: Mapping[str, Any]) -> str:
        """The document that it answers, with these values: as the driver takes them."""
        return self._asked(values).scalar_one()

    def find(self, values: Mapping[str, Any]) -> str | None:
        """The same, None where it answers no row."""
        return self._asked(values).scalar_one_or_none()

    def _asked(self, values: Mapping[str, Any]) -> CursorResult[Any]:
        given = {**self.constants, **values}
        return db.session.connection().exec_driver_sql(self.text, given)


def written(statement: Select[str]) -> Written:
    """A statement of one row and one column, in which no list is spelt out (``IN``); what it is
    given when it runs is as the driver takes it."""
    dialect = db.engine.dialect
    compiled = statement.compile(dialect=dialect)
    assert not compiled.post_compile_params
    constants = {}
    for bind, name in compiled.bind_names.items():
        if not bind.required:
            process = bind.type.dialect_impl(dialect).bind_processor(dialect)
            constants[name] = process(bind.value) if process else bind.value
    return Written(str(compiled), constants)


def document(**columns: Any) -> ColumnElement[Any]:
    """A JSON object of these columns, fifty at most."""
    # The names are those of arguments: written in the statement, they are not sent each time.
    pairs = [part for name, value in columns.items() for part in (_word(name), value)]
    return func.json_build_object(*pairs, type_=JSON)


def document_of(shape: type[msgspec.Struct], row: Any, **given: Any) -> ColumnElement[Any]:
    """A document of this shape: each field is what is given for it, else the column of the row that
    has its name."""
    fields = shape.__struct_fields__
    return document(**{n: given[n] if n in given else getattr(row, n) for n in fields})


def document_if(key: Any, found: ColumnElement[Any]) -> ColumnElement[Any]:
    """This document, null where an outer join found no row; ``key`` is the key of the row."""
    return case((key.is_not(None), found))


def documents(one: Any, *order: Any) -> ColumnElement[Any]:
    """A JSON array of one document a row, in this order if any, empty when there is no row."""
    return func.coalesce(func.json_agg(aggregate_order_by(one, *order) if order else one), EMPTY)


def as_text(found: ColumnElement[Any]) -> ColumnElement[str]:
    """As it travels: read once, by whoever knows its shape."""
    return cast(found, Text)


def _word(name: str) -> ColumnElement[str]:
    return literal_column(f"'{name}'")
