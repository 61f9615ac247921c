"""``relais backup`` and ``relais restore``."""

import sys
from pathlib import Path

import click

from app.backup import BackupRefused, plain_dsn, write_backup
from app.restoring import RestoreReport, check, replace, restore
from config import load_settings

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
def restore_command(file: Path, is_check: bool, is_replaced: bool, into: str) -> None:
    """Fill an empty database from FILE, then compare rows, policies and the journal's chain."""
    settings, target = load_settings(), plain_dsn(into)
    try:
        if is_check and not target:
            report = check(settings, file)
        elif is_replaced:
            report = replace(settings, file)
        else:
            report = restore(settings, file, target)
    except BackupRefused as refusal:
        raise click.ClickException(str(refusal)) from refusal
    _tell(report)


def _tell(report: RestoreReport) -> None:
    for problem in report.problems:
        click.echo(problem)
    state = "not whole" if report.problems else "whole"
    click.echo(
        f"restore: {state}, {report.tables} tables, {report.rows} rows,"
        f" {report.sealed} seals verified"
    )
    sys.exit(1 if report.problems else 0)
