"""``relais figures``: the figures of territories, counted again from everything."""

import click
from flask.cli import with_appcontext

from app.db import unit_of_work
from cases.desk.commands import rebuild_figures


@click.group("figures")
def figures_group() -> None:
    """Figures of territories, kept as things change."""


@figures_group.command("rebuild")
@with_appcontext
def rebuild() -> None:
    """Count every figure again: after rows were written behind the triggers' back."""
    with unit_of_work():
        counted = rebuild_figures()
    click.echo(f"figures: {counted} facts counted")


commands: list[click.Command] = [figures_group]
