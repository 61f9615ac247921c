"""Files of many rows: read and sent part by part, under the rights of whoever took them."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeVar

from flask import Response, stream_with_context

from app import rows
from app.actors import Actor
from app.db import unit_of_work
from app.replica import read_report
from app.web.tables import ROWS_OF_A_PART

Line = TypeVar("Line")

#: Mapped objects, with what they lead to, weigh ten times the row that a file needs.
OBJECTS_OF_A_PART = 100


def csv_answer(name: str, parts: Iterator[bytes]) -> Response:
    """A CSV file under this name, sent as its parts are read."""
    headers = {"Content-Disposition": f"attachment; filename={name}"}
    return Response(stream_with_context(parts), mimetype="text/csv", headers=headers)


def read_in_parts(
    ids: Sequence[uuid.UUID],
    read: Callable[[Sequence[uuid.UUID]], Sequence[Line]],
    actor: Actor,
    size: int | None = None,
) -> Iterator[Line]:
    """The lines of these rows, ``size`` rows in memory at a time (``ROWS_OF_A_PART``).

    A transaction for each part: none waits for a slow reader. The request has ended, and its
    session with it: each part says again who acts, and holds what that actor may still read.
    """
    step = size or ROWS_OF_A_PART
    for start in range(0, len(ids), step):
        rows.act_as(actor)
        with unit_of_work():
            some = read_report(partial(read, ids[start : start + step]), actor)
        yield from some
