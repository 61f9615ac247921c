"""``relais journal``: seal it, verify it."""

import sys

import click
from flask.cli import with_appcontext

from app.sealing import seal_journal
from app.verifying import verify_journal


@click.group("journal")
def journal_group() -> None:
    """The chain of the journal."""


@journal_group.command("seal")
@with_appcontext
def seal() -> None:
    """Seal now what is not sealed yet; the scheduler does it every minute."""
    click.echo(f"{seal_journal()} events sealed")


@journal_group.command("verify")
@with_appcontext
def verify() -> None:
    """Read the chain back and say where it breaks; exit code 1 when it does."""
    verdict = verify_journal()
    for found in verdict.breaks:
        click.echo(str(found))
    state = f"broken at {len(verdict.breaks)} place(s)" if verdict.breaks else "whole"
    click.echo(
        f"journal: {state}, {verdict.sealed} sealed, {verdict.unsealed} not sealed yet,"
        f" {verdict.erased} erased at the end of their time"
    )
    sys.exit(1 if verdict.breaks else 0)
