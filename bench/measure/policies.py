"""What the policies cost: the product's own statements, with row-level security and without.

The statements of a page, collected with their values (``bench.measure.counting``), are sent again
by turns on two connections: as ``relais_web`` in the member's context, and as a superuser, whom no
policy binds, with the same settings (acting seat, generic plans, statements prepared at the second
use). Everything is undone. They are compared by the processor time of the two backends, which does
not change when something else runs; the time waited for is kept beside. Left out of the comparison,
and told: a statement that gives other rows without its policies, since the two then do not the same
work, and one that cannot be sent twice.
"""

import json
import statistics
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from uuid_utils.compat import uuid7

from app.writing import ROWS
from bench.measure.counting import Sent
from bench.measure.machine import processor_seconds
from bench.measure.timing import ratio

#: The statement that opens a context (``app.rows``); what comes before it is asked by nobody.
CONTEXT = "SELECT concat(set_config('plan_cache_mode'"
#: As the product's pool does (``app.factory``).
PREPARED_AT = 2
WARM_UPS = 4
SECONDS, LEAST_TURNS, MOST_TURNS = 1.0, 12, 300
#: Several rows in one call: not sent again.
MANY = "many rows at once"
SIDES = WITH, WITHOUT = "with", "without"


class NoContext(RuntimeError):
    """The page opened no context: there is nothing to compare."""


@dataclass
class Compared:
    """One statement of a page; milliseconds and rows of each side."""

    sent: Sent
    times: dict[str, list[float]] = field(default_factory=lambda: {WITH: [], WITHOUT: []})
    processor: dict[str, list[float]] = field(default_factory=lambda: {WITH: [], WITHOUT: []})
    rows: dict[str, int] = field(default_factory=dict)
    failure: str = ""

    @property
    def is_same_work(self) -> bool:
        """It was sent on both sides and touched as many rows."""
        return not self.failure and self.rows.get(WITH) == self.rows.get(WITHOUT)

    def as_json(self) -> dict[str, Any]:
        """For a file."""
        found: dict[str, Any] = {"statement": self.sent.short[:160]}
        if self.failure:
            return {**found, "failure": self.failure}
        return {
            **found,
            "rows": self.rows,
            "processor_ms": {side: round(_median(self.processor[side]), 3) for side in SIDES},
            "elapsed_ms": {side: round(_median(self.times[side]), 3) for side in SIDES},
        }


@dataclass
class Cost:
    """The statements of a page on both sides."""

    statements: list[Compared]
    context: list[float] = field(default_factory=list)

    @property
    def compared(self) -> list[Compared]:
        """Those that did the same work."""
        return [one for one in self.statements if one.is_same_work]

    def elapsed(self, side: str) -> float:
        """Milliseconds of the compared statements, waited for: the middle turn; NaN for none."""
        return _middle_turn(one.times[side] for one in self.compared)

    def processor(self, side: str) -> float:
        """The same of the processor of the database."""
        return _middle_turn(one.processor[side] for one in self.compared)

    @property
    def times(self) -> float:
        """How many times as much processor with the policies: what no other program disturbs."""
        return ratio(self.processor(WITH), self.processor(WITHOUT))

    def as_json(self) -> dict[str, Any]:
        """For a file: the sum, each statement that counts, each one left out."""
        return {
            "times": round(self.times, 3),
            "processor_ms": {side: round(self.processor(side), 3) for side in SIDES},
            "elapsed_ms": {side: round(self.elapsed(side), 3) for side in SIDES},
            "turns": len(self.context),
            "context_ms": round(_median(self.context), 3),
            "compared": [one.as_json() for one in self.compared],
            "left_out": [one.as_json() for one in self.statements if not one.is_same_work],
        }


def cost_of_policies(sent: Sequence[Sent], web_dsn: str, superuser_dsn: str) -> Cost:
    """Send the statements of a page again and again, on each side by turns.

    Raises ``NoContext`` when the page opened no context.
    """
    context, own = after_context(sent)
    found = Cost([Compared(one, failure=MANY if one.is_many else "") for one in own])
    contexts = {WITH: context, WITHOUT: _without_role(context)}
    with psycopg.connect(web_dsn) as web, psycopg.connect(superuser_dsn) as superuser:
        connections = {WITH: web, WITHOUT: superuser}
        for connection in connections.values():
            connection.prepare_threshold = PREPARED_AT
        for turn in _turns():
            order = (WITH, WITHOUT) if turn % 2 else (WITHOUT, WITH)
            for side in order:
                _send_all(connections[side], contexts[side], found, side, turn < 0)
    return found


def _turns() -> Iterator[int]:
    """Warm-ups first, below zero; then for so long, within bounds."""
    yield from range(-WARM_UPS, 0)
    began, turn = time.perf_counter(), 0
    while turn < MOST_TURNS and (turn < LEAST_TURNS or time.perf_counter() - began < SECONDS):
        yield turn
        turn += 1


def _send_all(
    connection: psycopg.Connection, context: Sent, found: Cost, side: str, is_warming: bool
) -> None:
    """One page, in a transaction that is undone."""
    start = time.perf_counter()
    connection.execute(context.text.encode(), context.values)
    milliseconds = (time.perf_counter() - start) * 1000
    for one in found.statements:
        if not one.failure and not _send_one(connection, one, side, is_warming):
            break  # the transaction is lost: the warm-ups find what fails, one after the other
    _undo(connection)
    if side == WITH and not is_warming:
        found.context.append(milliseconds)


def _send_one(connection: psycopg.Connection, one: Compared, side: str, is_warming: bool) -> bool:
    """Did it pass?"""
    values, backend = renewed(one.sent), connection.info.backend_pid
    processor, start = processor_seconds(backend), time.perf_counter()
    try:
        one.rows[side] = _send(connection, one.sent.text, values)
    except psycopg.Error as failure:
        one.failure = type(failure).__name__
        return False
    elapsed = time.perf_counter() - start
    if not is_warming:
        one.times[side].append(elapsed * 1000)
        one.processor[side].append((processor_seconds(backend) - processor) * 1000)
    return True


def _undo(connection: psycopg.Connection) -> None:
    """Roll back without psycopg's own method, which forgets what it prepared."""
    connection.pgconn.exec_(b"ROLLBACK")


def _send(connection: psycopg.Connection, text: str, values: Any) -> int:
    """How many rows were read or written."""
    cursor = connection.execute(text.encode(), values)
    return len(cursor.fetchall()) if cursor.description else cursor.rowcount


def after_context(sent: Sequence[Sent]) -> tuple[Sent, list[Sent]]:
    """The first context, and every other statement sent since."""
    for place, one in enumerate(sent):
        if one.text.startswith(CONTEXT):
            rest = sent[place + 1 :]
            return one, [other for other in rest if not other.text.startswith(CONTEXT)]
    raise NoContext


def _without_role(context: Sent) -> Sent:
    """The same context, kept in the role of the connection."""
    return Sent(context.text, {**context.values, "role": "none"})


def renewed(sent: Sent) -> Any:
    """Its values, with new identifiers for the rows that it writes: the first ones stand."""
    if "INSERT INTO" not in sent.text:
        return sent.values
    if "id" in sent.values:
        return {**sent.values, "id": uuid7()}
    return {
        name: _with_new_ids(value) if name.startswith(ROWS) else value
        for name, value in sent.values.items()
    }


def _with_new_ids(rows: str) -> str:
    """Rows of what an act leaves behind, as ``app.writing`` gives them to a statement."""
    return json.dumps([{**row, "id": str(uuid7())} for row in json.loads(rows)])


def _middle_turn(parts: Iterable[Sequence[float]]) -> float:
    """Of several statements, the sum of each turn, then the middle of these."""
    return _median([sum(turn) for turn in zip(*parts, strict=False)])


def _median(found: Sequence[float]) -> float:
    return statistics.median(found) if found else float("nan")
