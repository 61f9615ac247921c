"""``relais database``: tables and roles."""

import click

from app.embedded.places import DATABASE
from app.migrating import upgrade_database
from app.roles import database_sql, roles_sql, schema_sql
from config import load_settings


@click.group("database")
def database_group() -> None:
    """Tables and roles."""


@database_group.command("upgrade")
def upgrade() -> None:
    """Run the migrations that are missing (MIGRATE_DATABASE_URL)."""
    url = load_settings().migrate_database_url
    if not url:
        raise click.ClickException("MIGRATE_DATABASE_URL is not set.")
    upgrade_database(url)
    click.echo("database: up to date")


@database_group.command("roles")
@click.option("--print", "_is_printed", is_flag=True, help="Print the SQL (what it always does).")
@click.option("--database", default=DATABASE, show_default=True, help="Name of the database.")
def roles(_is_printed: bool, database: str) -> None:
    """Print the SQL that makes roles and schema, for the administrator of a managed server."""
    click.echo("-- As administrator, in any database; may be run again.")
    click.echo(roles_sql())
    click.echo(f"-- Once, when the database does not exist yet.\n{database_sql(database)}\n")
    click.echo(f"-- Inside {database}; may be run again.\n{schema_sql(database)}", nl=False)
