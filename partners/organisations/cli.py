"""Command line of the organisations."""

import click
from flask.cli import with_appcontext

from app.actors import SYSTEM
from app.db import unit_of_work
from app.errors import Refusal
from partners.organisations import commands as acts
from partners.organisations.enums import OrganisationKind, Side


@click.command("create-organisation")
@click.argument("name")
@click.option(
    "--kind",
    required=True,
    type=click.Choice([kind.value for kind in OrganisationKind]),
    help="What the organisation is.",
)
@click.option("--recovery", is_flag=True, help="Open the recovery side too (creditors only).")
@with_appcontext
def create_organisation(name: str, kind: str, recovery: bool) -> None:
    """Open an organisation called NAME, with its seats."""
    sides = (Side.AID, Side.RECOVERY) if recovery else (Side.AID,)
    try:
        with unit_of_work():
            made = acts.open_organisation(name.strip(), OrganisationKind(kind), sides, by=SYSTEM)
    except Refusal as refusal:
        raise click.ClickException(refusal.message) from refusal
    click.echo(f"{made.name} ({made.kind.label}) : {made.id}")


commands = [create_organisation]
