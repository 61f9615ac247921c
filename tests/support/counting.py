"""Counting and watching SQL statements."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

SILENT = ("SAVEPOINT", "RELEASE", "ROLLBACK")


@contextmanager
def recorded_statements() -> Iterator[list[str]]:
    """The statements issued meanwhile, savepoints left out."""
    found: list[str] = []

    def keep(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if not statement.startswith(SILENT):
            found.append(statement)

    event.listen(Engine, "before_cursor_execute", keep)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", keep)
