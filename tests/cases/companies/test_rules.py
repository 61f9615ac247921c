"""Ranking of companies for what was typed."""

import pytest

from cases.companies.rules import likeness, rank_candidates

NAMES = [
    "Menuiserie Lagarde",
    "Boulangerie Éloïse Pau",
    "Boulangerie du Port Bayonne",
    "SARL Garage Étchart",
    "Le Bar",
    "Bal & Cie",
    "SARL Transports Œillet",
    "Les Ateliers de Cœuvres",
]


def first(typed: str) -> str | None:
    ranked = rank_candidates(typed, NAMES, limit=3, names_of=lambda name: [name])
    return ranked[0] if ranked else None


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("boulangerie eloise", "Boulangerie Éloïse Pau"),
        ("BOULANGERIE ELOÏSE", "Boulangerie Éloïse Pau"),
        ("boulangreie du prot", "Boulangerie du Port Bayonne"),
        ("boulangerie pau", "Boulangerie Éloïse Pau"),
        ("port boulangerie", "Boulangerie du Port Bayonne"),
        ("garage etchar", "SARL Garage Étchart"),
        ("sarl garge etchart", "SARL Garage Étchart"),
        ("bar", "Le Bar"),
        ("abr", "Le Bar"),
        ("bal", "Bal & Cie"),
        ("oeillet", "SARL Transports Œillet"),
        ("transportœillet", "SARL Transports Œillet"),
        ("menu", "Menuiserie Lagarde"),
        ("la garde menuiserie", "Menuiserie Lagarde"),
        ("coeuvres", "Les Ateliers de Cœuvres"),
        ("plomberie zinguerie", None),
        ("sarl", "SARL Garage Étchart"),
        ("", None),
        ("!!!", None),
    ],
)
def test_rank_candidates_forgives_mistypings(typed: str, expected: str | None) -> None:
    assert first(typed) == expected


def test_rank_candidates_keeps_to_the_limit() -> None:
    assert len(rank_candidates("boulangerie", NAMES, 1, lambda name: [name])) == 1


def test_likeness_of_the_very_same_name_comes_first() -> None:
    assert likeness("Le Bar", ["LE BAR"]) > likeness("Le Bar", ["Le Bar du Port"])


def test_likeness_of_nothing_is_zero() -> None:
    assert likeness("bar", [None, ""]) == 0
