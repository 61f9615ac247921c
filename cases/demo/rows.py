"""The rows of the demonstration, gathered in memory, then written in bulk in the order of keys."""

from collections import defaultdict
from typing import Any, TypeVar

from sqlalchemy import Column, Table, insert
from sqlalchemy.orm import Session

from app.db import Base

Model = TypeVar("Model", bound=Base)


class Rows:
    """Mapped objects that no session knows, by table."""

    def __init__(self) -> None:
        self._made: dict[type[Base], list[Base]] = defaultdict(list)

    def add(self, made: Model) -> Model:
        """Keep a row; the same object comes back."""
        self._made[type(made)].append(made)
        return made

    def of(self, model: type[Model]) -> list[Model]:
        """The rows kept of one table, in the order they came."""
        return self._made[model]  # type: ignore[return-value]

    def counts(self) -> dict[str, int]:
        """How many rows by table."""
        return {model.__tablename__: len(made) for model, made in self._made.items()}

    def write(self, session: Session) -> None:
        """Insert everything, tables others refer to first."""
        by_table = {model.__tablename__: made for model, made in self._made.items()}
        for table in Base.metadata.sorted_tables:
            if made := by_table.get(table.name):
                session.execute(insert(table), [_values(one, table) for one in made])


def _values(made: Base, table: Table) -> dict[str, Any]:
    given = made.__dict__
    return {
        column.name: given[column.key] if column.key in given else _blank(column)
        for column in table.columns
        if column.computed is None
    }


def _blank(column: Column[Any]) -> Any:
    """What the column holds when nothing was said: its scalar default, an empty list, nothing."""
    default: Any = column.default
    if default is None:
        return None
    if default.is_scalar:
        return default.arg
    if column.name in ("id", "created_at"):
        raise ValueError(f"{column} of a demonstration row must be given")
    return default.arg(None)
