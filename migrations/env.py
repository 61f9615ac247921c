"""Alembic's environment: migrations sign in as ``relais_migrate`` and act as the owner."""

from alembic import context
from sqlalchemy import create_engine, pool, text

from app.db import Base
from app.migrating import import_models

import_models()


def run_migrations() -> None:
    """Run the asked migrations in one transaction, as the owner of the tables."""
    url = context.config.attributes["url"]
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        connection.execute(text("SET ROLE relais_owner"))
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            compare_type=True,
            transaction_per_migration=False,
        )
        with context.begin_transaction():
            context.run_migrations()


run_migrations()
