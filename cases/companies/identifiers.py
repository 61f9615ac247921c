"""SIREN and SIRET typed by hand: cleaned, checked, refused in words that say what is wrong.

Source: INSEE (Luhn key), and La Poste's own rule for the SIRETs of 356000000.
"""

import re

from stdnum import luhn

from app.folding import grams
from cases.companies.errors import WrongIdentifier

SIREN_LENGTH, SIRET_LENGTH = 9, 14
LA_POSTE = "356000000"
SEPARATORS = re.compile(r"[\s.\-_·\u2010-\u2015\u200b]+")

MISSING = "Saisissez le SIREN (9 chiffres) ou le SIRET (14 chiffres)."
NOT_DIGITS = "Un {kind} ne contient que des chiffres. Retirez les lettres et les autres signes."
WRONG_LENGTH = "Un {kind} compte {expected} chiffres : vous en avez saisi {count}."
EITHER_LENGTH = "Un SIREN compte 9 chiffres, un SIRET 14 : vous en avez saisi {count}."
WRONG_KEY = (
    "Ce {kind} n’existe pas : sa clé de contrôle est fausse. "
    "Vérifiez qu’un chiffre n’a pas été oublié ou inversé."
)


def check_siren(text: str) -> str:
    """The nine digits of a SIREN. Raises WrongIdentifier: letters, length or key."""
    digits = _digits(text, "SIREN", SIREN_LENGTH)
    if not (luhn.is_valid(digits) and any(map(int, digits))):
        raise WrongIdentifier(WRONG_KEY.format(kind="SIREN"))
    return digits


def check_siret(text: str) -> str:
    """The fourteen digits of a SIRET. Raises WrongIdentifier: letters, length or key."""
    digits = _digits(text, "SIRET", SIRET_LENGTH)
    siren = digits[:SIREN_LENGTH]
    if not (luhn.is_valid(siren) and any(map(int, siren)) and _has_good_siret_key(digits)):
        raise WrongIdentifier(WRONG_KEY.format(kind="SIRET"))
    return digits


def check_identifier(text: str) -> tuple[str, str | None]:
    """SIREN and SIRET (None when a SIREN was typed) of either. Raises WrongIdentifier."""
    bare = clean(text)
    if bare.isascii() and bare.isdigit() and len(bare) not in (SIREN_LENGTH, SIRET_LENGTH):
        raise WrongIdentifier(EITHER_LENGTH.format(count=len(bare)))
    if len(bare) <= SIREN_LENGTH:
        return check_siren(bare), None
    siret = check_siret(bare)
    return siret[:SIREN_LENGTH], siret


def clean(text: str | None) -> str:
    """What was typed, without spaces (no-break ones too), dots and dashes."""
    return SEPARATORS.sub("", text or "")


def looks_like_identifier(text: str | None) -> bool:
    """Was a number meant, rather than a name? At least six digits and nothing else."""
    bare = clean(text)
    return len(bare) >= 6 and bare.isascii() and bare.isdigit()


def searched(text: str) -> tuple[list[str], str]:
    """What a search looks for: the grams of a name, or the first digits of a SIREN."""
    bare = clean(text)
    is_number = bare.isascii() and bare.isdigit()
    return ([], bare[:SIREN_LENGTH]) if is_number else (grams(text), "")


def _digits(text: str, kind: str, expected: int) -> str:
    bare = clean(text)
    if not bare:
        raise WrongIdentifier(MISSING)
    if not (bare.isascii() and bare.isdigit()):
        raise WrongIdentifier(NOT_DIGITS.format(kind=kind))
    if len(bare) != expected:
        message = WRONG_LENGTH.format(kind=kind, expected=expected, count=len(bare))
        raise WrongIdentifier(message)
    return bare


def _has_good_siret_key(digits: str) -> bool:
    by_post = digits.startswith(LA_POSTE) and sum(map(int, digits)) % 5 == 0
    return luhn.is_valid(digits) or by_post
