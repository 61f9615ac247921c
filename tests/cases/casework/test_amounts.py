"""Euros typed, cents kept."""

import pytest

from cases.casework.amounts import parse_euros, write_euros


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("12 500", 1_250_000),
        ("12\u202f500,50 €", 1_250_050),
        ("-3,5", -350),
        ("0", 0),
        ("1500 euros", 150_000),
    ],
)
def test_amounts_are_read(typed, cents):
    assert parse_euros(typed) == cents


@pytest.mark.parametrize("typed", ["beaucoup", "1,234", "1e400", "nan", "1.2.3", "9" * 20])
def test_other_texts_are_refused_in_words(typed):
    with pytest.raises(ValueError, match="Écrivez un montant"):
        parse_euros(typed)


@pytest.mark.parametrize(("cents", "text"), [(None, ""), (5, "0,05"), (-150050, "-1500,50")])
def test_amounts_are_written_back(cents, text):
    assert write_euros(cents) == text
