"""Servers, tables and data: everything that must stand before the site starts."""

import subprocess
import sys

from app.embedded.places import DATABASE
from app.embedded.postgres import ensure_postgres, make_database
from app.embedded.valkey import ensure_valkey
from app.processes.errors import CannotRun
from config import ROOT, Settings, load_settings


def start_servers(_arguments: list[str]) -> int:
    """Start the embedded servers that are in use, and leave them running."""
    ensure_servers(load_settings())
    return 0


def ensure_servers(settings: Settings) -> Settings:
    """Start the embedded servers that are in use; the settings, now with their passwords."""
    if settings.database_is_embedded:
        ensure_postgres(settings.var_dir)
    if settings.broker_is_embedded:
        ensure_valkey(settings.var_dir)
    return load_settings()


def prepare(settings: Settings) -> None:
    """Tables and data, in a process of its own. Raises ``CannotRun`` when a step fails."""
    if not settings.migrate_database_url:
        print("Relais: no MIGRATE_DATABASE_URL, the tables are left as they are", flush=True)
        return
    done = subprocess.run([sys.executable, "-m", "app.processes", "prepare"], cwd=ROOT)
    if done.returncode != 0:
        raise CannotRun("the database could not be prepared: see above.")


def prepare_data(_arguments: list[str]) -> int:
    """Migrations, reference data and, in demonstration mode, demonstration data."""
    from app.factory import cli

    for command in data_steps(load_settings()):
        cli.main(args=command, prog_name="relais", standalone_mode=False)
    return 0


def data_steps(settings: Settings) -> list[list[str]]:
    """The commands of ``relais`` that fill the database; each is quick the second time."""
    steps = [["database", "upgrade"], ["reference", "load"]]
    return [*steps, ["demo", "load"]] if settings.demo else steps


def reset_demo(_arguments: list[str]) -> int:
    """Start the demonstration over, in an empty database."""
    from app.processes.stopping import is_running, stop_servers

    settings = load_settings()
    if not settings.demo or not settings.database_is_embedded:
        raise CannotRun("only the demonstration, in the embedded database, can be started over.")
    was_running = is_running(settings.var_dir)
    settings = ensure_servers(settings)
    make_database(ensure_postgres(settings.var_dir), DATABASE)
    prepare(settings)
    if not was_running:
        stop_servers(settings)
    print("Relais: the demonstration is as on its first day", flush=True)
    return 0
