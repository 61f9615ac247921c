"""Command line of the reference data."""

import json

import click
from sqlalchemy import create_engine, text

from app.reference.loading import load_reference
from app.roles import OWNER
from config import load_settings


@click.group("reference")
def reference_group() -> None:
    """Communes, activities, legal forms, headcount bands."""


@reference_group.command("load")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def load(as_json: bool) -> None:
    """Load the shipped files, as the owner of the tables; quick when nothing changed."""
    counts = load_as_owner(load_settings().migrate_database_url)
    if as_json:
        click.echo(json.dumps(counts))
        return
    for table, count in counts.items():
        click.echo(f"{table}: {count or 'unchanged'}")


def load_as_owner(url: str) -> dict[str, int]:
    """Rows loaded by table; ``url`` signs in as ``relais_migrate``, which becomes the owner."""
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            connection.execute(text(f"SET LOCAL ROLE {OWNER}"))
            return load_reference(connection)
    finally:
        engine.dispose()


commands = [reference_group]
