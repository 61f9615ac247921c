"""``relais beat``: the scheduler."""

import click
from flask.cli import with_appcontext

from app.cli.stopping import stop_event
from app.schedule import PERIODIC, run_scheduler


@click.command("beat")
@click.option("--list", "is_listed", is_flag=True, help="List the periodic jobs and leave.")
@with_appcontext
def beat(is_listed: bool) -> None:
    """Run the periodic jobs; several may be started, one works at a time."""
    if is_listed:
        for job in sorted(PERIODIC.values(), key=lambda job: job.name):
            click.echo(f"{job.name:<32} every {job.every}")
        return
    run_scheduler(stop_event())
