"""``relais demo``: load the demonstration, start it over, list its accounts."""

import json

import click
from flask import current_app
from flask.cli import AppGroup

from app import clock
from cases.demo.accounts import list_accounts
from cases.demo.errors import NotADemonstration, ReferenceMissing
from cases.demo.loading import load_demo
from cases.demo.resetting import empty_database

ONLY_DEMO = "Only in demonstration mode (RELAIS_DEMO=1), with the embedded database."
NO_REFERENCE = "The reference data are missing: run « relais reference load » first."


demo_group = AppGroup("demo", help="The demonstration: invented data, and its accounts.")


@demo_group.command("load")
def load() -> None:
    """Load the demonstration data; does nothing when they are there."""
    _load()


@demo_group.command("reset")
def reset() -> None:
    """Take everything away and load the demonstration again."""
    try:
        empty_database()
    except NotADemonstration as error:
        raise click.ClickException(ONLY_DEMO) from error
    _load()


@demo_group.command("accounts")
@click.option("--json", "as_json", is_flag=True, help="A list, for programs.")
def accounts(as_json: bool) -> None:
    """List the demonstration accounts, with what signs them in."""
    _refuse_elsewhere()
    found = list_accounts()
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    for one in found:
        click.echo("\t".join((one["login"], one["password"], one["role"], one["organisation"])))


def _refuse_elsewhere() -> None:
    if not current_app.config["SETTINGS"].demo:
        raise click.ClickException(ONLY_DEMO)


def _load() -> None:
    _refuse_elsewhere()
    try:
        counts = load_demo(clock.today())
    except ReferenceMissing as error:
        raise click.ClickException(NO_REFERENCE) from error
    if not counts:
        click.echo("demonstration: already loaded")
        return
    told = ("organisation", "user_account", "company", "case_file", "referral")
    click.echo("demonstration: " + ", ".join(f"{name} {counts[name]}" for name in told))


commands: list[click.Command] = [demo_group]
