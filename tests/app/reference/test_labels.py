"""Labels of reference codes."""

import pytest

from app.reference import labels


def test_labels_of_known_codes() -> None:
    assert labels.naf_label("43.91A") == "Travaux de charpente"
    assert labels.naf_section_label("F") == "Construction"
    assert labels.legal_form_label("9230") == "Association déclarée, reconnue d'utilité publique"
    assert labels.headcount_label("11") == "10 à 19 salariés"
    assert labels.headcount_label("NN") == "Sans salarié"
    assert labels.department_label("2A") == "Corse-du-Sud"
    assert labels.region_label("75") == "Nouvelle-Aquitaine"


def test_labels_of_unknown_codes_are_the_codes() -> None:
    assert labels.naf_label("99.99Z") == "99.99Z"
    assert labels.legal_form_label(None) == ""


def test_choices_are_whole() -> None:
    assert len(labels.headcount_choices()) == 16
    assert {len(code) for code, _ in labels.naf_choices()} == {6}
    assert len(labels.department_choices()) == 109


@pytest.mark.parametrize(
    ("code", "bounds"),
    [("NN", (0, 0)), ("01", (1, 2)), ("12", (20, 49)), ("53", (10_000, None)), (None, None)],
)
def test_headcount_bounds(code: str | None, bounds: tuple[int, int | None] | None) -> None:
    assert labels.headcount_bounds(code) == bounds


def test_is_known() -> None:
    assert labels.is_known("naf", "43.91A")
    assert not labels.is_known("naf", "00.00Z")
    assert not labels.is_known("naf", None)


def test_region_of() -> None:
    assert (labels.region_of("33"), labels.region_of("zz")) == ("75", None)
