"""The reference files shipped with the product: reading them, and what identifies them."""

import csv
import gzip
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).parent / "data"


def read_rows(name: str) -> Iterator[dict[str, str]]:
    """Rows of a shipped file (``communes``, ``naf``…) as dictionaries of texts."""
    with gzip.open(FOLDER / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(io.StringIO(lines.read()))


def content_hash(*names: str) -> str:
    """SHA-256 (hexadecimal) of these shipped files together."""
    digest = hashlib.sha256()
    for name in names:
        digest.update((FOLDER / f"{name}.csv.gz").read_bytes())
    return digest.hexdigest()
