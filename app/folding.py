"""Folded text: accents, case and punctuation removed, so that names sort and are found.

The database has no French collation, so every searched or sorted name keeps its folded form beside
it, and searched names their three-letter grams under a GIN index.
"""

import re
import unicodedata

LETTERS = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ł": "l", "ð": "d", "þ": "th"})
NOT_A_WORD = re.compile(r"[^0-9a-z]+")


def fold(text: str | None) -> str:
    """Lower-case ASCII words separated by one space; empty for nothing.

    >>> fold("L’Œuvre d’Éloïse — S.A.R.L.")
    'l oeuvre d eloise s a r l'
    """
    lowered = (text or "").casefold().translate(LETTERS)
    decomposed = unicodedata.normalize("NFKD", lowered)
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return NOT_A_WORD.sub(" ", bare.casefold()).strip()


def grams(*texts: str | None) -> list[str]:
    """Distinct three-letter grams of the words of these texts, sorted.

    Each word is padded by two spaces before and one after: its beginning weighs more, and words of
    one or two letters have grams too.

    >>> grams("Bar")
    ['  b', ' ba', 'ar ', 'bar']
    """
    found: set[str] = set()
    for word in " ".join(fold(text) for text in texts).split():
        padded = f"  {word} "
        found.update(padded[start : start + 3] for start in range(len(padded) - 2))
    return sorted(found)
