"""Migrations: bring a database to the newest form of the tables and policies."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from alembic import command
from alembic.config import Config

from app import clock
from app.partitioning import keep_parts
from config import FEATURES

FOLDER = Path(__file__).resolve().parent.parent / "migrations"

KERNEL_MODELS = (
    "app.jobs",
    "app.journal",
    "app.links",
    "app.notices",
    "app.pulses",
    "app.reference.models",
    "app.saved_views",
    "app.schedule",
)


def import_models() -> None:
    """Load every mapped class, so that the metadata is whole."""
    rooms = [f"{feature}.models" for feature in FEATURES]
    for name in (*KERNEL_MODELS, *(room for room in rooms if find_spec(room))):
        import_module(name)


def alembic_config(url: str) -> Config:
    """Alembic's settings for the database at ``url`` (login ``relais_migrate``)."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["url"] = url
    return config


def upgrade_database(url: str) -> None:
    """Run the migrations that are missing, make the parts to come of a journal kept in parts.

    Costs next to nothing when nothing is missing.
    """
    command.upgrade(alembic_config(url), "head")
    keep_parts(url, clock.now())
