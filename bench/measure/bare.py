"""The bare page the product is compared with: Flask, a psycopg connection by thread, a table.

It signs in (the same cookie, looked up in the database), shows the same rows, and commits its
journal row when a case is opened. No layout, no rights, no row-level security.
``gunicorn bench.measure.bare:app``.
"""

import csv
import hashlib
import io
import os
import threading
from collections.abc import Iterator
from typing import Any

import psycopg
from flask import Flask, Response, abort, render_template, request
from jinja2 import DictLoader
from psycopg.rows import dict_row

from bench.measure.statements import EXPORT, READS, SESSION, WRITES

app = Flask(__name__)
_kept = threading.local()

PAGE = """<!doctype html><html lang="fr"><head><title>{{ name }}</title></head><body>
<h1>{{ name }}</h1>{% for rows in tables %}<table>{% for row in rows %}<tr>
{% for value in row.values() %}<td>{{ value if value is not none else "" }}</td>{% endfor %}
</tr>{% endfor %}</table>{% endfor %}</body></html>"""
app.jinja_loader = DictLoader({"page.html": PAGE})  # compiled once, as a file would be
#: Arguments of the address that a statement may use.
GIVEN = ("case", "word", "region", "body", "basis", "referral", "receiver", "need")


def connected() -> psycopg.Connection[Any]:
    """The connection of this thread, opened at its first request."""
    if not hasattr(_kept, "connection"):
        _kept.connection = psycopg.connect(os.environ["BENCH_DSN"], row_factory=dict_row)
    return _kept.connection


@app.get("/<action>")
def show(action: str) -> str:
    """Rows of an action; opening a case leaves its journal row, unless ``journal=0``."""
    with connected().transaction():
        connection, values = connected(), _values()
        tables = [connection.execute(one, values).fetchall() for one in READS[action]]
        if request.args.get("journal") != "0":
            for one in WRITES.get(action, ()):
                connection.execute(one, values)
    return render_template("page.html", name=action, tables=tables)


@app.post("/<action>")
def write(action: str) -> Response:
    """Rows written and committed, then a redirection."""
    with connected().transaction():
        connection, values = connected(), _values()
        for one in WRITES[action]:
            connection.execute(one, values)
    return Response(status=302, headers={"Location": "/"})


@app.get("/export.csv")
def export() -> Response:
    """Ten thousand rows, streamed."""
    return Response(_lines(_values()), mimetype="text/csv")


def _lines(values: dict[str, Any]) -> Iterator[str]:
    with connected().transaction(), connected().cursor("export") as cursor:
        # All rows will be read: not the plan that finds the first one soonest.
        connected().execute("SET LOCAL cursor_tuple_fraction = 1")
        cursor.execute(EXPORT, values)
        while rows := cursor.fetchmany(500):
            out = io.StringIO()
            writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
            writer.writerows(row.values() for row in rows)
            yield out.getvalue()


def _values() -> dict[str, Any]:
    """Who asks, found by their cookie, and what the address says."""
    token = request.cookies.get("relais_session", "")
    hashed = hashlib.sha256(token.encode()).hexdigest()
    found = connected().execute(SESSION, {"hash": hashed}).fetchone()
    if found is None:
        abort(403)
    asked = request.values
    values: dict[str, Any] = {"me": found["id"], "user": found["user_id"], "seat": found["seat_id"]}
    values |= {name: asked.get(name) for name in GIVEN}
    values["offset"] = int(asked.get("offset", "0"))
    values["grams"] = asked.getlist("gram")
    return values
