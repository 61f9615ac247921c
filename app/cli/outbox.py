"""``relais outbox``: what waits to leave, the relay, sending again."""

import json
import uuid

import click
from flask import current_app
from flask.cli import with_appcontext

from app.cli.stopping import stop_event
from app.health import answers
from app.outbox import list_stuck, outbox_state, retry_stuck
from app.relay import run_relay
from app.tasks import DELIVER, make_celery


@click.group("outbox")
def outbox_group() -> None:
    """Messages and documents that wait to leave."""


@outbox_group.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@with_appcontext
def status(as_json: bool) -> None:
    """Rows by status, the age of the oldest that is due, and what is stuck."""
    state = outbox_state()
    if as_json:
        click.echo(json.dumps(state.as_json()))
        return
    for name, count in state.counts.items():
        click.echo(f"{name:<10} {count}")
    click.echo(f"oldest due: {state.oldest_due_seconds:.0f} s")
    for row in list_stuck():
        click.echo(f"{row.id}  {row.status:<10} {row.kind}: {row.last_error or 'never ended'}")


@outbox_group.command("relay")
@with_appcontext
def relay() -> None:
    """Hand due rows to the workers, until told to stop."""
    celery = make_celery(current_app._get_current_object())  # type: ignore[attr-defined]
    run_relay(
        ring=lambda row_id: celery.send_task(DELIVER, args=[str(row_id)]),
        answers=lambda: answers(celery.conf.broker_url),
        stop=stop_event(),
    )


@outbox_group.command("retry")
@click.argument("ids", nargs=-1, type=click.UUID)
@with_appcontext
def retry(ids: tuple[uuid.UUID, ...]) -> None:
    """Send again every dead row, or the rows named (an uncertain one may have left already)."""
    click.echo(f"{retry_stuck(list(ids))} to be sent again")
