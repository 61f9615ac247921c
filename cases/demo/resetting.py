"""Taking the demonstration away: only its own embedded database is ever emptied."""

from flask import current_app
from sqlalchemy import create_engine, text

from app.db import Base, db
from cases.demo.errors import NotADemonstration

PATIENCE = "10s"


def empty_database() -> None:
    """Remove every row but the reference data. Raises NotADemonstration.

    The journal cannot be deleted by the worker, so that the owner of the tables does it.
    """
    settings = current_app.config["SETTINGS"]
    if not (settings.demo and settings.database_is_embedded):
        raise NotADemonstration
    db.session.remove()
    names = [one for one in Base.metadata.tables if not one.startswith("ref_")]
    engine = create_engine(settings.migrate_database_url)
    with engine.begin() as connection:
        connection.execute(text("SET ROLE relais_owner"))
        connection.execute(text(f"SET lock_timeout = '{PATIENCE}'"))
        connection.execute(text(f"TRUNCATE {', '.join(sorted(names))}"))
    engine.dispose()
