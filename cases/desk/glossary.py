"""The words of the product, read from ``docs/glossary.md``: one source for code, help and people.

Each table there has three columns: English name, French term, one line of meaning.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.folding import fold

SOURCE = Path(__file__).resolve().parents[2] / "docs" / "glossary.md"
ROW = re.compile(r"^\|(?P<english>[^|]+)\|(?P<french>[^|]+)\|(?P<meaning>[^|]+)\|\s*$")


@dataclass(frozen=True)
class Term:
    """One word: its French term, what it means; ``english`` is its name in the code."""

    french: str
    meaning: str
    english: str


@cache
def list_terms() -> tuple[Term, ...]:
    """Every term that has a French meaning, in alphabetical order, each word once."""
    text = SOURCE.read_text(encoding="utf-8") if SOURCE.exists() else ""
    found: dict[str, Term] = {}
    for line in text.splitlines():
        if term := read_row(line):
            found.setdefault(fold(term.french), term)
    return tuple(found[key] for key in sorted(found))


def read_row(line: str) -> Term | None:
    """The term of a row of a table; None for its head, its rule, and any other line."""
    row = ROW.match(line)
    if row is None:
        return None
    english, french, meaning = (_bare(part) for part in row.groups())
    if not french or set(french) <= set("-: ") or french.lower() == "french":
        return None
    return Term(french, meaning, english)


def _bare(text: str) -> str:
    return text.replace("`", "").replace("*", "").strip()
