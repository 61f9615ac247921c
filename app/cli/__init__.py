"""The kernel's commands; each feature adds its own (``app.factory``)."""

import click

from app.cli.database import database_group
from app.reference.cli import commands as reference_commands

commands: list[click.Command] = [database_group, *reference_commands]
