"""Where the filled databases are kept: ``var/bench/<cases>-<hash of loader and migrations>``."""

import hashlib
import shutil
from pathlib import Path

from config import ROOT

FOLDER = ROOT / "var" / "bench"
#: What changes a filled database when it changes.
SOURCES = (
    *("bench/database/*.py", "migrations/**/*.py", "migrations/**/*.sql", "app/reference/data/*"),
    *("app/roles.py", "app/folding.py", "cases/demo/**/*.py", "cases/demo/**/*.toml"),
)
#: Bytes on disk for one case, indexes included, and room to make the indexes in.
BYTES_PER_CASE = 40_000
SPARE_BYTES = 2_000_000_000


class DiskTooSmall(RuntimeError):
    """There is not room enough for a database of this size."""


def database_folder(cases: int) -> Path:
    """The folder of a database of this size, for the code as it stands."""
    return FOLDER / f"{cases}-{digest()}"


def digest() -> str:
    """Changes with the loader, the migrations and the words of the demonstration."""
    found = hashlib.sha256()
    paths = {path for pattern in SOURCES for path in ROOT.glob(pattern) if path.is_file()}
    for path in sorted(path for path in paths if path.suffix != ".pyc"):
        found.update(path.read_bytes())
    return found.hexdigest()[:10]


def refuse_small_disk(cases: int, folder: Path) -> None:
    """Raise ``DiskTooSmall`` when the database of this size would not fit where it goes."""
    needed = cases * BYTES_PER_CASE + SPARE_BYTES
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise DiskTooSmall(
            f"{cases} cases need about {needed // 10**9} GB, {free // 10**9} GB are free."
        )
