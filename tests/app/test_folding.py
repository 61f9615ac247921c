"""Folded names and their grams."""

import pytest

from app.folding import fold, grams


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("L’Œuvre d’Éloïse", "l oeuvre d eloise"),
        ("  ÇA & Là — S.A.R.L. ", "ca la s a r l"),
        ("Ægir Straße", "aegir strasse"),
        ("L’HAY-LES-ROSES", "l hay les roses"),
        ("L'Haÿ", "l hay"),
        ("ﬁn №5", "fin no5"),
        ("İstanbul", "istanbul"),
        ("日本", ""),
        (None, ""),
    ],
)
def test_fold(text: str | None, expected: str) -> None:
    assert fold(text) == expected


def test_fold_twice_changes_nothing() -> None:
    assert fold(fold("Cœur d’Été №2")) == fold("Cœur d’Été №2")


def test_grams_are_padded_distinct_and_sorted() -> None:
    assert grams("Bar", "BAR à Y") == ["  a", "  b", "  y", " a ", " ba", " y ", "ar ", "bar"]


def test_grams_of_nothing() -> None:
    assert grams(None, "", "—") == []


def test_grams_survive_a_swap() -> None:
    assert set(grams("boulangerie")) & set(grams("bolangerie"))
