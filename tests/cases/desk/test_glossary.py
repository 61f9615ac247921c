"""The words of the help page come from the glossary."""

import pytest

from cases.desk.glossary import Term, list_terms, read_row


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("| `unit` | *Antenne* | Un lieu. |", Term("Antenne", "Un lieu.", "unit")),
        ("| English | French | Meaning |", None),
        ("|---|---|---|", None),
        ("## organisations", None),
        ("| two | columns |", None),
    ],
)
def test_read_row(line: str, expected: Term | None) -> None:
    assert read_row(line) == expected


def test_terms_are_told_once_in_order() -> None:
    names = [term.french for term in list_terms()]
    assert "Antenne" in names
    assert len(names) == len(set(names))
