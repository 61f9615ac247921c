"""``relais routes``: every address with its policy."""

import json

import click
from flask import current_app
from flask.cli import with_appcontext

from app.routes import list_routes, route_table
from config import ROOT

TABLE = ROOT / "tests" / "contracts" / "routes.txt"


@click.command("routes")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
@click.option("--write", "is_written", is_flag=True, help="Write the table that reviews read.")
@with_appcontext
def routes(as_json: bool, is_written: bool) -> None:
    """Endpoint, methods, address and policy of every page."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    if is_written:
        TABLE.write_text(route_table(app), encoding="utf-8")
    elif as_json:
        click.echo(json.dumps(list_routes(app)))
    else:
        click.echo(route_table(app), nl=False)
