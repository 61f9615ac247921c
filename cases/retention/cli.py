"""``relais retention``: what is past its time, erasing it, the log, the proofs kept apart."""

import json
import sys
from datetime import datetime

import click
from flask import current_app
from flask.cli import with_appcontext

from app.actors import SYSTEM
from app.db import db
from cases.retention.commands.noting import as_json
from cases.retention.errors import AboveCeiling, JournalBroken
from cases.retention.queries.log import find_proofs, lines_since
from cases.retention.running import LOG_FILE, read_standings, run_above_ceiling, run_retention

LOOK = "A human must look: relais retention status, then run --above-ceiling."


@click.group("retention")
def retention_group() -> None:
    """How long records are kept, and what is erased."""


@retention_group.command("status")
@click.option("--json", "as_object", is_flag=True, help="Print a JSON object.")
@with_appcontext
def status(as_object: bool) -> None:
    """What is past its time, by kind; exit code 1 when a kind is above its ceiling."""
    standings = read_standings()
    if as_object:
        facts = {
            one.kind.value: {
                "due": one.due,
                "total": one.total,
                "allowed": one.allowed,
                "stopped": one.is_stopped,
            }
            for one in standings
        }
        click.echo(json.dumps(facts))
    else:
        _print_standings()
    sys.exit(1 if any(one.is_stopped for one in standings) else 0)


@retention_group.command("run")
@click.option("--dry-run", "is_dry", is_flag=True, help="Say what would be erased, erase nothing.")
@click.option("--above-ceiling", "is_above", is_flag=True, help="A human has looked: go on.")
@with_appcontext
def run(is_dry: bool, is_above: bool) -> None:
    """Erase now what is past its time; the scheduler does it every hour, up to the ceilings."""
    if is_dry:
        _print_standings()
        return
    file = current_app.config["SETTINGS"].var_dir / LOG_FILE
    try:
        done = run_above_ceiling(file) if is_above else run_retention(file)
    except AboveCeiling as stopped:
        raise click.ClickException(f"{stopped}. {LOOK}") from stopped
    except JournalBroken as broken:
        raise click.ClickException(f"the journal is not erased: {broken}") from broken
    for kind, count in done.items():
        click.echo(f"{kind:<16} {count} erased")
    click.echo(f"retention: {sum(done.values())} erased")


@retention_group.command("log")
@click.option("--since", default="", help="An instant: 2026-11-26T08:00:00+00:00.")
@with_appcontext
def log(since: str) -> None:
    """Print the log of erasures, one JSON object a line, as a restore replays it."""
    for line in lines_since(datetime.fromisoformat(since) if since else None, SYSTEM):
        click.echo(json.dumps(as_json(line)))
    db.session.rollback()


@retention_group.command("proofs")
@click.argument("words")
@with_appcontext
def proofs(words: str) -> None:
    """Print the proofs of agreement kept apart from anonymised cases, by company or person."""
    for proof in find_proofs(words):
        facts = {name: getattr(proof, name) for name in proof.__table__.columns.keys()}  # noqa: SIM118
        click.echo(json.dumps(facts, default=str, ensure_ascii=False))
    db.session.rollback()


def _print_standings() -> None:
    for one in read_standings():
        limit = "" if one.allowed is None else f", at most {one.allowed} in one run"
        state = "  STOPPED" if one.is_stopped else ""
        click.echo(f"{one.kind:<16} {one.due} past their time of {one.total}{limit}{state}")


commands: list[click.Command] = [retention_group]
