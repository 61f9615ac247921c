"""Migrations: bring a database to the newest form of the tables and policies."""

from pathlib import Path

from alembic import command
from alembic.config import Config

FOLDER = Path(__file__).resolve().parent.parent / "migrations"


def alembic_config(url: str) -> Config:
    """Alembic's settings for the database at ``url`` (login ``relais_migrate``)."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["url"] = url
    return config


def upgrade_database(url: str) -> None:
    """Run the migrations that are missing; costs next to nothing when none is."""
    command.upgrade(alembic_config(url), "head")
