"""Communes found for what was typed, among the 35 014."""

import pytest

from app.reference.queries import (
    commune_names,
    find_communes,
    get_commune,
    list_communes,
    postcodes_of,
)

pytestmark = pytest.mark.usefixtures("reference_session")


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("bordeaux", "33063"),
        ("BORDEAUX", "33063"),
        ("Bordaux", "33063"),
        ("brodeaux", "33063"),
        ("33000", "33063"),
        ("330", "33063"),
        ("33063", "33063"),
        ("33800 bordeaux", "33063"),
        ("st emilion", "33394"),
        ("Saint-Étienne", "42218"),
        ("saint denis 974", "97411"),
        ("l’hay les roses", "94038"),
        ("œyreluy", "40207"),
        ("Y", "80829"),
        ("pau", "64445"),
        ("2a004", "2A004"),
        ("75008 paris 8", "75108"),
        ("chalons champagne", "51108"),
    ],
)
def test_find_communes_first(typed: str, first: str) -> None:
    assert next((commune.code for commune in find_communes(typed)), None) == first


@pytest.mark.parametrize("typed", ["", "   ", "%_", "xqzwk", "99999", "\x00"])
def test_find_communes_none(typed: str) -> None:
    assert find_communes(typed) == []


def test_find_communes_keeps_to_the_limit() -> None:
    assert len(find_communes("saint", limit=5)) == 5


def test_get_commune() -> None:
    commune = get_commune("97801")

    assert commune is not None
    assert (commune.name, commune.department_code, commune.region_code) == (
        "Saint-Martin",
        "978",
        "978",
    )
    assert get_commune(None) is get_commune("00000") is None


def test_commune_names_leaves_out_the_unknown() -> None:
    assert commune_names(["33063", None, "00000"]) == {"33063": "Bordeaux"}


def test_list_communes_in_the_order_of_names() -> None:
    listed = list_communes(["67482", "38185", "42218", "40207"])

    assert [c.name for c in listed] == ["Grenoble", "Oeyreluy", "Saint-Étienne", "Strasbourg"]


def test_postcodes_of() -> None:
    assert postcodes_of(["33063", "80829"]) == {
        "33063": ["33000", "33100", "33200", "33300", "33800"],
        "80829": ["80190"],
    }
