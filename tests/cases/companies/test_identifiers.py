"""SIREN and SIRET typed by hand."""

import pytest

from cases.companies.errors import WrongIdentifier
from cases.companies.identifiers import (
    check_identifier,
    check_siren,
    check_siret,
    looks_like_identifier,
)


@pytest.mark.parametrize(
    "typed", ["000000018", "000 000 018", "000.000.018", "000\u202f000\xa0018"]
)
def test_check_siren_accepts_usual_writings(typed: str) -> None:
    assert check_siren(typed) == "000000018"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Saisissez le SIREN"),
        ("00000001A", "ne contient que des chiffres"),
        ("٠٠٠٠٠٠٠١٨", "ne contient que des chiffres"),
        ("00000001²", "ne contient que des chiffres"),
        ("0000000180001", "compte 9 chiffres : vous en avez saisi 13"),
        ("000000019", "clé de contrôle est fausse"),
        ("000000000", "clé de contrôle est fausse"),
    ],
)
def test_check_siren_says_what_is_wrong(typed: str, words: str) -> None:
    with pytest.raises(WrongIdentifier) as refusal:
        check_siren(typed)

    assert words in refusal.value.message


def test_check_siret_refuses_the_key_of_its_siren() -> None:
    with pytest.raises(WrongIdentifier, match="SIRET n’existe pas"):
        check_siret("00000001900016")


def test_check_siret_follows_the_rule_of_la_poste() -> None:
    """356 000 000 49837 fails Luhn, its digits add to 45."""
    assert check_siret("356 000 000 49837") == "35600000049837"
    assert check_siret("35600000000048") == "35600000000048"


@pytest.mark.parametrize("typed", ["35600000049838", "84370107900018", "00000000000000"])
def test_check_siret_refuses_a_wrong_key(typed: str) -> None:
    with pytest.raises(WrongIdentifier, match="clé de contrôle"):
        check_siret(typed)


def test_check_identifier_takes_either() -> None:
    assert check_identifier("843 701 079") == ("843701079", None)
    assert check_identifier("843 701 079 00017") == ("843701079", "84370107900017")


def test_check_identifier_tells_thirteen_digits() -> None:
    with pytest.raises(WrongIdentifier, match="un SIRET 14 : vous en avez saisi 13"):
        check_identifier("8437010790001")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("843 701 079", True),
        ("8437010", True),
        ("3 suisses", False),
        ("1984", False),
        (None, False),
    ],
)
def test_looks_like_identifier(typed: str | None, expected: bool) -> None:
    assert looks_like_identifier(typed) is expected
