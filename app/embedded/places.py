"""Where the embedded servers live.

Everything is under ``var/``, with two exceptions. A socket's path may not exceed about 100
characters, so a deep checkout gets a short folder for its sockets. PostgreSQL refuses to run as
root, so for root its data are in a folder of their own that a service account may traverse, linked
from ``var/postgres``: no folder of the user is ever opened to others.
"""

import hashlib
import os
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from app.embedded.errors import EmbeddedServerError

DATABASE = "relais"
LONGEST_SOCKET_FOLDER = 80
#: The account under which PostgreSQL runs when we are root.
SERVICE_ACCOUNT = "relais-postgres"
TRAVERSABLE = Path("/var/tmp")


def is_root() -> bool:
    """This process may do everything, which PostgreSQL refuses."""
    return os.geteuid() == 0


def short_name(var_dir: Path) -> str:
    """A name proper to this folder, for what must live outside it."""
    digest = hashlib.sha256(str(var_dir.absolute()).encode()).hexdigest()
    return f"relais-{os.geteuid()}-{digest[:12]}"


def socket_folder(var_dir: Path) -> Path:
    """The folder of the sockets, whose path is always short enough."""
    inside = var_dir.absolute() / "run"
    is_short = len(str(inside)) <= LONGEST_SOCKET_FOLDER
    return inside if is_short else TRAVERSABLE / short_name(var_dir) / "run"


@dataclass(frozen=True)
class PostgresPlaces:
    """Folders of one cluster. ``link`` is where ``var/`` shows the data."""

    var_dir: Path
    link: Path
    base: Path
    data: Path
    sockets: Path
    log: Path

    @classmethod
    def of(cls, var_dir: Path) -> "PostgresPlaces":
        """Places of the cluster of this folder. Reads and writes nothing."""
        link = var_dir.absolute() / "postgres"
        base = TRAVERSABLE / short_name(var_dir) if is_root() else link
        sockets = base / "run" if is_root() else socket_folder(var_dir)
        log = base / "log" / "postgres.log"
        return cls(var_dir.absolute(), link, base, base / "data", sockets, log)

    def url(self, login: str, password: str, database: str = DATABASE) -> str:
        """SQLAlchemy address of a database of this cluster."""
        secret = f":{quote(password, safe='')}" if password else ""
        return f"postgresql+psycopg://{login}{secret}@/{database}?host={quote(str(self.sockets))}"

    def dsn(self, login: str, password: str, database: str = DATABASE) -> str:
        """The same address as libpq and psycopg read it."""
        return self.url(login, password, database).replace("+psycopg", "", 1)


@dataclass(frozen=True)
class ValkeyPlaces:
    """Files of the broker."""

    folder: Path
    socket: Path
    pid_file: Path
    log: Path

    @classmethod
    def of(cls, var_dir: Path) -> "ValkeyPlaces":
        """Places of the broker of this folder. Reads and writes nothing."""
        sockets, folder = socket_folder(var_dir), var_dir.absolute() / "valkey"
        return cls(folder, sockets / "valkey.sock", folder / "valkey.pid", folder / "valkey.log")

    @property
    def url(self) -> str:
        """Address for Celery and for the Redis client that ``kombu`` carries."""
        return f"redis+socket://{self.socket}?virtual_host=0"


def make_own_folder(path: Path, mode: int) -> None:
    """Create a folder of ours; refuse one that somebody else put there.

    Raises ``EmbeddedServerError``: under a folder open to all, another account could have laid
    the name before us.
    """
    path.mkdir(parents=True, exist_ok=True)
    facts = path.lstat()
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.geteuid():
        raise EmbeddedServerError(f"{path} exists and is not ours: remove it, then start again.")
    path.chmod(mode)


def service_account() -> tuple[int, int] | None:
    """(uid, gid) under which PostgreSQL runs, created when missing; None when we are not root."""
    import pwd

    if not is_root():
        return None
    try:
        entry = pwd.getpwnam(SERVICE_ACCOUNT)
    except KeyError:
        _create_account()
        entry = pwd.getpwnam(SERVICE_ACCOUNT)
    return entry.pw_uid, entry.pw_gid


def _create_account() -> None:
    useradd = shutil.which("useradd") or "/usr/sbin/useradd"
    options = ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin"]
    subprocess.run([useradd, *options, SERVICE_ACCOUNT], check=True, capture_output=True)
