"""No-break spaces are put once, when a page leaves."""

import pytest

from app.web.typography import space_page


@pytest.mark.parametrize(
    ("typed", "spaced"),
    [
        ("À qui ?", "À qui\u00a0?"),
        ("Reçue : Urssaf ; lue", "Reçue\u00a0: Urssaf\u00a0; lue"),
        ("« À qui ? »", "«\u00a0À qui\u00a0?\u00a0»"),
        ("12 % de 1 500 €.", "12\u00a0% de 1 500\u00a0€."),
        ("adresse http://a.test/?q=1 et a :b", "adresse http://a.test/?q=1 et a :b"),
    ],
)
def test_marks_stay_on_the_line_of_their_word(typed: str, spaced: str) -> None:
    assert space_page(typed) == spaced


def test_tags_and_what_was_typed_are_left_alone() -> None:
    page = '<p title="Quoi ?"><b>De</b> : vous</p><textarea>Quoi ?</textarea><code>a ; b</code>'
    assert space_page(page) == page.replace("</b> :", "</b>\u00a0:")
