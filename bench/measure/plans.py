"""The plans of the main queries, as the product asks them: ``EXPLAIN`` under the policies.

The statements of a page, collected with their values, are prepared and explained as ``relais_web``
in the member's context, with generic plans as on the site. Told of each: how its rows are found
(scans, with the rows that came out and how many times), and what is sorted; joins are left out.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import psycopg
from psycopg.sql import SQL, Composed, Literal

from app.embedded.places import DATABASE
from app.factory import create_app
from bench.database.filling import Filled, superuser
from bench.measure.actions import reading_actions, writing_actions
from bench.measure.browser import signed_in
from bench.measure.counting import InProcess, Sent, collected_statements
from bench.measure.policies import MANY, after_context, renewed
from bench.measure.servers import running_site
from bench.measure.targets import find_targets

EXPLAIN = "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF) EXECUTE"
VALUE = re.compile(r"%\((\w+)\)s")
TOLD = re.compile(r"(?:-> +|^)(?:Parallel )?((?:\w+ )*?(?:Scan|Sort|Insert)\b.*)")
#: Asked, but found by nothing: constants and values given.
EMPTY = ("Subquery Scan", "CTE Scan")
#: One action writes what it may write once.
LEFT_OUT = "send"


def plans_of(filled: Filled) -> Iterator[str]:
    """Lines to print: the title of each page, its statements, how each finds its rows."""
    with superuser(filled) as connection:
        targets = find_targets(connection)
    actions = [*reading_actions(targets), *writing_actions(targets)]
    with running_site(filled) as site:
        app = create_app(replace(site.settings, log_level="ERROR"))
        for action in actions:
            if action.key == LEFT_OUT:
                continue
            login = getattr(targets, action.who)["email"]
            client = InProcess(app, signed_in(site.port, login))
            action.ask(client, 0)
            with collected_statements(app) as sent:
                action.ask(client, 1)
            yield from ("", action.title)
            yield from _explained(filled.info.dsn("relais_web", DATABASE), sent)


def _explained(dsn: str, sent: list[Sent]) -> Iterator[str]:
    context, own = after_context(sent)
    with psycopg.connect(dsn) as connection:
        connection.execute(context.text.encode(), context.values)
        for number, one in enumerate(own):
            yield f"  {one.short[:90]}"
            if one.is_many:
                yield f"    {MANY}"
                continue
            yield from (f"    {line}" for line in _plan(connection, f"p{number}", one))
        connection.rollback()


def _plan(connection: psycopg.Connection, name: str, one: Sent) -> Iterator[str]:
    text, values = prepared(Sent(one.text, renewed(one)))
    connection.execute(f"PREPARE {name} AS {text}".encode())
    given = SQL(", ").join(map(Literal, values))
    asked: Composed = SQL(f"{EXPLAIN} {name}") + (SQL("({})").format(given) if values else SQL(""))
    for (line,) in connection.execute(asked).fetchall():
        if told := scan_in(line):
            yield told


def prepared(sent: Sent) -> tuple[str, list[object]]:
    """The statement with ``$1``, ``$2``…, and the values in that order, each once."""
    names = list(dict.fromkeys(VALUE.findall(sent.text)))

    def numbered(found: re.Match[str]) -> str:
        # The driver says the type of a duration, which nothing else in the statement tells.
        kind = "::interval" if isinstance(sent.values[found[1]], timedelta) else ""
        return f"${names.index(found[1]) + 1}{kind}"

    return VALUE.sub(numbered, sent.text).replace("%%", "%"), [sent.values[one] for one in names]


def scan_in(line: str) -> str | None:
    """What a line of a plan says of how rows are found or sorted; None for the others."""
    found = TOLD.search(line)
    if found is None or found[1].startswith(EMPTY) or "never executed" in line:
        return None
    return found[1].replace("(actual ", "(").replace(".00", "")
