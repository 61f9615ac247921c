"""What is documented is what exists."""

import re
import tomllib
from pathlib import Path

from config import VARIABLES

ROOT = Path(__file__).resolve().parents[2]


def first_column(page: str) -> set[str]:
    """The code words that begin the rows of a page's tables."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return set(re.findall(r"^\| `([^`]+)`", text, re.MULTILINE))


def test_every_setting_is_documented() -> None:
    documented = {name for name in first_column("deployment.md") if name.isupper()}
    assert documented == set(VARIABLES)


def test_every_direct_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split(r"[\[<>=~! ]", line)[0] for line in wanted}
    not_python = {"htmx.org", "libpango", "chromium"}
    documented = {name for name in first_column("dependencies.md") if "@" not in name}
    assert documented - not_python == names


def test_locks_name_no_address() -> None:
    locks = ("requirements.txt", "requirements-dev.txt", "package-lock.json")
    texts = {name: (ROOT / name).read_text(encoding="utf-8") for name in locks}
    assert [name for name, text in texts.items() if "index-url" in text or "resolved" in text] == []
