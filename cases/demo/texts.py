"""The words of the demonstration: files of sentences, and their slots filled for one case."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.dates import format_date

from cases.demo.randomness import Dice

FOLDER = Path(__file__).parent / "content"
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi")
HOURS = ("9 h", "9 h 30", "10 h", "11 h", "14 h", "14 h 30", "16 h")
#: « le salon » after « de » and « à ».
CONTRACTED = (
    (re.compile(r"\b([dD])e les\b"), r"\1es"),
    (re.compile(r"\b([dD])e le\b", re.IGNORECASE), r"\1u"),
    (re.compile(r"\bà les\b", re.IGNORECASE), "aux"),
    (re.compile(r"\bà le\b", re.IGNORECASE), "au"),
    (re.compile(r"\bde (avril|août|octobre)"), r"d’\1"),
)
SENTENCE_START = re.compile(r"(^|[.!?] )([a-zàâéèêîôû])(?=[\wàâéèêîôû’' ])")
INCLUSIVE = re.compile(r"(\w+)·(\w+)")


@lru_cache(maxsize=32)
def content(name: str) -> dict[str, Any]:
    """A file of sentences, read once."""
    with (FOLDER / f"{name}.toml").open("rb") as lines:
        return tomllib.load(lines)


@lru_cache(maxsize=1)
def notes() -> dict[str, Any]:
    """Notes by subject, then by stage (start, middle, end), then by kind of entry."""
    return content("notes_money") | content("notes_trade") | content("notes_person")


def euros_text(amount: int) -> str:
    """« 12 400 € », with no-break spaces."""
    return f"{amount:,}".replace(",", "\u202f") + "\u00a0€"


@dataclass
class Voice:
    """What is said of one entrepreneur; sentences already used in the case are not said again."""

    dice: Dice
    is_woman: bool
    slots: Mapping[str, str]
    said: set[str] = field(default_factory=set)

    def say(self, templates: Sequence[str], at: datetime, **more: str) -> str:
        """One of the sentences, not said yet if possible, as it was written at that instant."""
        fresh = [one for one in templates if one not in self.said] or list(templates)
        template = self.dice.pick(fresh)
        self.said.add(template)
        return self.fill(template, at, **more)

    def fill(self, template: str, at: datetime, **more: str) -> str:
        """The sentence with its slots filled, in good French."""
        text = template.format_map({**self.slots, **self._moment(at), **more})
        for pattern, replacement in CONTRACTED:
            text = pattern.sub(replacement, text)
        text = INCLUSIVE.sub(self._gendered, text.replace("'", "’"))
        return SENTENCE_START.sub(lambda found: found[1] + found[2].upper(), text)

    def _moment(self, at: datetime) -> dict[str, str]:
        month = at.replace(day=1)
        next_month = month.replace(year=at.year + at.month // 12, month=at.month % 12 + 1)
        return {
            "jour": self.dice.pick(WEEKDAYS),
            "heure": self.dice.pick(HOURS),
            "mois": format_date(month, "MMMM", locale="fr"),
            "mois_prochain": format_date(next_month, "MMMM", locale="fr"),
            "petit": euros_text(self.dice.between(4, 45) * 100),
            "partenaire": "le partenaire",
        }

    def _gendered(self, found: re.Match[str]) -> str:
        """« prêt·e » said of somebody in particular."""
        stem, ending = found[1], found[2]
        if not self.is_woman:
            return stem
        if ending == "elle":
            return "Elle" if stem[0].isupper() else "elle"
        return stem.removesuffix("f") + ending if ending == "ve" else stem + ending


def gender_slots(is_woman: bool) -> dict[str, str]:
    """Endings and pronouns."""
    if is_woman:
        words = {"e": "e", "il": "elle", "Il": "Elle", "lui": "elle", "fier": "fière"}
        return {**words, "e_seul": "e seule"}
    words = {"e": "", "il": "il", "Il": "Il", "lui": "lui", "fier": "fier"}
    return {**words, "e_seul": " seul"}


def capital(text: str) -> str:
    """The same, its first letter a capital."""
    return text[:1].upper() + text[1:]
