"""Generated secrets of one installation, in ``secrets.json`` of its folder, readable by it only."""

import json
import os
import secrets as randomness
from pathlib import Path

from app.roles import LOGINS

#: What is generated: the superuser of the embedded server, each login role, the cookie key.
NAMES = ("postgres", *LOGINS, "secret_key")


def secrets_path(var_dir: Path) -> Path:
    """The file that holds the secrets of this installation."""
    return var_dir / "secrets.json"


def read_secrets(var_dir: Path) -> dict[str, str]:
    """Secrets by name; empty before the first start. Writes nothing."""
    try:
        return dict(json.loads(secrets_path(var_dir).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}


def ensure_secrets(var_dir: Path, *others: str) -> dict[str, str]:
    """Secrets by name, those that are missing being generated and kept."""
    known = read_secrets(var_dir)
    missing = {name for name in (*NAMES, *others) if name not in known}
    if missing:
        known |= {name: randomness.token_urlsafe(32) for name in missing}
        _write(secrets_path(var_dir), known)
    return known


def _write(path: Path, values: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(values, file, indent=1)
    draft.replace(path)
