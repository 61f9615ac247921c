"""Who corrects what; ranking of companies for what was typed, forgiving mistakes. Pure."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from rapidfuzz.distance import OSA

from app.actors import Actor, Side
from app.folding import fold
from cases.companies.enums import CompanySource
from cases.companies.models import Company, Person

Candidate = TypeVar("Candidate")

#: Words that say little of a company: they count for a quarter of another word.
COMMON_WORDS = frozenset(
    {"sarl", "sas", "sasu", "eurl", "sa", "sci", "scop", "snc", "ei", "ets", "etablissements"}
    | {"societe", "ste", "entreprise", "maison", "groupe", "et", "de", "la", "le", "les", "l"}
    | {"du", "des", "d", "au", "aux", "a", "en"}
)
COMMON_WEIGHT = 0.25
BEGINNING = 0.95
#: Two words less alike than this are two words.
LEAST_WORD_LIKENESS = 0.6
#: A company less alike than this is not shown.
LEAST_LIKENESS = 0.55


def can_correct_company(company: Company) -> bool:
    """What was typed by hand; what the public registry says is read again instead. The same for
    everybody: who wrote a company first is nobody's to guess."""
    return company.source is not CompanySource.REGISTRY


def can_correct_person(actor: Actor, person: Person) -> bool:
    """The helping side, or the seat that met the person: links of consent go to their address, so
    a creditor does not change it (``domain.md`` §9)."""
    is_theirs = person.first_seat_id == actor.seat_id
    return actor.reads_cases and (actor.side is Side.AID or is_theirs)


def rank_candidates(
    typed: str,
    candidates: Iterable[Candidate],
    limit: int,
    names_of: Callable[[Candidate], Iterable[str | None]],
) -> list[Candidate]:
    """The candidates that resemble what was typed, the closest first.

    ``names_of`` gives the texts of a candidate: name, trade name, and its commune so that
    « boulangerie pau » finds the one of Pau. Equals keep the order they came in.
    """
    scored = [(likeness(typed, names_of(candidate)), candidate) for candidate in candidates]
    kept = [pair for pair in scored if pair[0] >= LEAST_LIKENESS]
    kept.sort(key=lambda pair: -pair[0])
    return [candidate for _, candidate in kept[:limit]]


def likeness(typed: str, names: Iterable[str | None]) -> float:
    """How much names resemble what was typed, from 0 to 1 (1.05: the very same name)."""
    folded_names = [name for name in map(fold, names) if name]
    folded = fold(typed)
    if not folded or not folded_names:
        return 0.0
    if folded in folded_names:
        return 1.05
    words = {word for name in folded_names for word in name.split()}
    by_words = _word_likeness(folded.split(), words)
    return max(by_words, *(_joined_likeness(folded, name) for name in folded_names))


def _word_likeness(typed: list[str], words: set[str]) -> float:
    """Average over the typed words of their closest word, long words weighing more."""
    weights = [_weight(word) for word in typed]
    closest = [max(_alike(word, other) for other in words) for word in typed]
    return sum(w * c for w, c in zip(weights, closest, strict=True)) / sum(weights)


def _weight(word: str) -> float:
    return COMMON_WEIGHT if word in COMMON_WORDS else float(min(len(word), 8))


def _alike(typed: str, word: str) -> float:
    """1 for the same word, nearly 1 for its beginning, less for a mistyping (two swapped letters
    are one mistake), 0 for another word."""
    if typed == word:
        return 1.0
    if len(typed) >= 2 and word.startswith(typed):
        return BEGINNING
    score = OSA.normalized_similarity(typed, word)
    return 0.9 * score if score >= LEAST_WORD_LIKENESS else 0.0


def _joined_likeness(typed: str, name: str) -> float:
    """Forgives a space too many or too few."""
    return 0.95 * OSA.normalized_similarity(typed.replace(" ", ""), name.replace(" ", ""))
