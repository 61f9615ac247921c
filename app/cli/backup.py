"""``relais backup`` and ``relais restore``."""

import sys
from pathlib import Path

import click
from flask.cli import with_appcontext

from app import hooks
from app.backup import BackupRefused, plain_dsn, write_backup
from app.db import unit_of_work
from app.restoring import RestoreReport, check, erasures_since, replace, restore
from config import load_settings

#: The log that the installation keeps outside of its database.
ERASURES = "erasures.jsonl"
EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Dump the database into FILE, with its manifest beside it (FILE.json)."""
    try:
        manifest = write_backup(load_settings(), file)
    except BackupRefused as refusal:
        raise click.ClickException(str(refusal)) from refusal
    rows, tables = sum(manifest["rows"].values()), len(manifest["rows"])
    click.echo(f"backup: {tables} tables, {rows} rows, {manifest['bytes']} bytes in {file}")


@click.command("restore")
@click.argument("file", type=EXISTING)
@click.option("--check", "is_check", is_flag=True, help="Into a scratch database, then drop it.")
@click.option("--replace", "is_replaced", is_flag=True, help="Empty the embedded database first.")
@click.option("--into", default="", help="Address of an empty database, as relais_migrate.")
@click.option("--replay", "log", type=EXISTING, help="Log of erasures (var/erasures.jsonl).")
def restore_command(
    file: Path, is_check: bool, is_replaced: bool, into: str, log: Path | None
) -> None:
    """Fill an empty database from FILE, then compare rows, policies and the journal's chain.

    What was erased since the backup is erased again in the installation's own database.
    """
    settings, target = load_settings(), plain_dsn(into)
    if log and (is_check or target):
        raise click.ClickException("--replay erases in the installation's own database only")
    try:
        if is_check and not target:
            report = check(settings, file)
        elif is_replaced:
            report = replace(settings, file)
        else:
            report = restore(settings, file, target)
    except BackupRefused as refusal:
        raise click.ClickException(str(refusal)) from refusal
    if not (is_check or target):
        _replay(file, log or settings.var_dir / ERASURES)
    _tell(report)


@with_appcontext
def _replay(file: Path, log: Path) -> None:
    """Erase again, through the features that know how, and say what a human must look at."""
    if not log.exists():
        click.echo(f"no log of erasures at {log}: nothing was erased again")
        return
    try:
        lines = erasures_since(file, log)
    except BackupRefused as refusal:
        raise click.ClickException(str(refusal)) from refusal
    with unit_of_work():
        left = [words for answer in hooks.fire("restored", lines) for words in answer]
    for words in left:
        click.echo(words)
    click.echo(f"replayed: {len(lines)} erasures since the backup, {len(left)} left to a human")


def _tell(report: RestoreReport) -> None:
    for problem in report.problems:
        click.echo(problem)
    state = "not whole" if report.problems else "whole"
    click.echo(
        f"restore: {state}, {report.tables} tables, {report.rows} rows,"
        f" {report.sealed} seals verified"
    )
    sys.exit(1 if report.problems else 0)
