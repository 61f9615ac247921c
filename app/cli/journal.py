"""``relais journal``: seal it, verify it."""

import sys

import click
from flask.cli import with_appcontext

from app import clock
from app.partitioning import CannotPartition, Period, partition_journal
from app.sealing import seal_journal
from app.verifying import verify_journal
from config import load_settings


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


@journal_group.command("partition")
@click.option("--by", type=click.Choice([one.value for one in Period]), default=Period.YEAR.value)
def partition(by: str) -> None:
    """Keep the journal in parts (MIGRATE_DATABASE_URL), while people work; may be run again."""
    url = load_settings().migrate_database_url
    if not url:
        raise click.ClickException("MIGRATE_DATABASE_URL is not set.")
    try:
        parts = partition_journal(url, Period(by), clock.now())
    except CannotPartition as error:
        raise click.ClickException(str(error)) from error
    for part in parts:
        click.echo(f"{part.name:<28} {f'until {part.end:%Y-%m-%d}' if part.end else 'the rest'}")
