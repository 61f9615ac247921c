"""The kernel's commands; each feature adds its own (``app.factory``)."""

import click

from app.cli.backup import backup, restore_command
from app.cli.beat import beat
from app.cli.database import database_group
from app.cli.journal import journal_group
from app.cli.outbox import outbox_group
from app.cli.routes import routes
from app.reference.cli import commands as reference_commands

commands: list[click.Command] = [
    backup,
    beat,
    database_group,
    journal_group,
    outbox_group,
    restore_command,
    routes,
    *reference_commands,
]
