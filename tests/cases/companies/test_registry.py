"""Answers of the public company search, real and odd."""

import dataclasses
import json
from datetime import date
from typing import Any

import pytest
from click.testing import CliRunner

from cases.companies.cli import registry_group
from cases.companies.errors import RegistryUnavailable
from cases.companies.registry import RegistryCompany, parse_answer, parse_company
from tests.support.registry_stand_in import SAMPLES, sample

READ = {
    "338365059": RegistryCompany(
        siren="338365059",
        siret="33836505900017",
        name="CENTRE SOCIAL 'CAP DE TOUT'",
        naf="88.99B",
        legal_form="9230",
        headcount_band="11",
        commune="64373",
        commune_name="MAZERES-LEZONS",
        postcode="64110",
        address="RUE JULES FERRY 64110 MAZERES-LEZONS",
        created_on=date(1986, 6, 13),
        is_ess=True,
    ),
    "423208180": RegistryCompany(
        siren="423208180",
        siret="42320818000012",
        name="GANYMEDE",
        naf="68.20B",
        legal_form="6540",
        headcount_band="NN",
        commune="11262",
        commune_name="NARBONNE",
        postcode="11100",
        address="ESPACE SOLEIL BAT C ROUTE DE GRUISSAN 11100 NARBONNE",
        created_on=date(1999, 4, 7),
    ),
    "843701079": RegistryCompany(
        siren="843701079",
        siret="84370107900017",
        name="BESOIN DE TOIT",
        naf="43.91A",
        legal_form="5710",
        headcount_band="03",
        commune="81069",
        commune_name="CORDES-SUR-CIEL",
        postcode="81170",
        address="LD LA VAURELLE 81170 CORDES-SUR-CIEL",
        created_on=date(2018, 11, 12),
        is_craft=True,
    ),
    "880878145": RegistryCompany(
        siren="880878145",
        siret="88087814500015",
        name="GANYMEDE",
        naf="62.02A",
        legal_form="5710",
        headcount_band="NN",
        commune="75108",
        commune_name="PARIS 8",
        postcode="75008",
        address="128 RUE LA BOETIE 75008 PARIS 8",
        created_on=date(2020, 1, 13),
        closed=True,
        closed_on=date(2022, 10, 22),
    ),
    "300025764": RegistryCompany(
        siren="300025764",
        siret="30002576400048",
        naf="68.20A",
        legal_form="1000",
        headcount_band="NN",
        commune="35238",
        commune_name="RENNES",
        created_on=date(1981, 10, 1),
        undisclosed=True,
    ),
}


@pytest.mark.parametrize("name", sorted(READ))
def test_parse_answer_reads_each_sample(name: str) -> None:
    assert parse_answer(sample(name)) == [READ[name]]


def test_every_sample_is_read_by_a_test() -> None:
    assert {path.stem for path in SAMPLES.glob("*.json")} == {*READ, "aga"}


def test_parse_answer_keeps_ten_homonyms_apart() -> None:
    read = parse_answer(sample("aga"))

    assert [company.name for company in read] == ["AGA"] * 10
    assert [(c.siren, c.naf, c.legal_form, c.headcount_band, c.commune) for c in read] == [
        ("981407265", "68.20B", "6540", "NN", "77186"),
        ("933292930", "68.20B", "6540", "NN", "92044"),
        ("537537870", "68.20B", "6540", "NN", "14228"),
        ("910287226", "56.10A", "5499", "02", "33007"),
        ("904438777", "47.11B", "5710", "02", "10080"),
        ("102476066", "68.20B", "6540", "NN", "92007"),
        ("514337534", "43.99C", "5499", "NN", "91174"),
        ("899197248", "68.20B", "6540", "NN", "27602"),
        ("903387264", "68.20B", "6540", "NN", "92050"),
        ("890385818", "68.20B", "6599", "NN", "75111"),
    ]


@pytest.mark.parametrize("raw", [None, [], "text", {"erreur": "…"}, {"results": {}}, 3])
def test_parse_answer_refuses_what_is_no_answer(raw: Any) -> None:
    with pytest.raises(RegistryUnavailable):
        parse_answer(raw)


def test_parse_answer_leaves_out_entries_without_good_siren() -> None:
    odd = [None, 3, {}, {"siren": None}, {"siren": "123456789"}, {"siren": 843701079}]
    good = sample("843701079")["results"]

    assert parse_answer({"results": odd + good}) == [READ["843701079"]]


ODD_VALUES: list[Any] = [
    None,
    0,
    "",
    [],
    {},
    [None],
    "[NON-DIFFUSIBLE]",
    "2020-02-31",
    True,
    1e999,
    "\ud800\x00",
]


@pytest.mark.parametrize("value", ODD_VALUES, ids=repr)
def test_parse_company_never_fails_on_an_odd_value(value: Any) -> None:
    entry = sample("843701079")["results"][0]
    for key in entry:
        assert isinstance(parse_company({**entry, key: value}), RegistryCompany)
    for key in entry["siege"]:
        office = {**entry["siege"], key: value}
        assert isinstance(parse_company({**entry, "siege": office}), RegistryCompany)


def test_parse_company_takes_the_sign_when_it_is_not_the_name() -> None:
    entry = sample("843701079")["results"][0]
    entry["siege"]["liste_enseignes"] = ["Besoin de Toit", "LES TOITS D'OC"]

    assert parse_company(entry).trade_name == "LES TOITS D'OC"


def test_parse_company_hides_a_name_partly_undisclosed() -> None:
    entry = {**sample("843701079")["results"][0], "nom_raison_sociale": None}
    entry["nom_complet"] = "BESOIN [NON-DIFFUSIBLE]"

    read = parse_company(entry)

    assert (read.name, read.undisclosed) == (None, True)


def test_registry_read_prints_what_is_understood() -> None:
    path = SAMPLES / "880878145.json"
    done = CliRunner().invoke(registry_group, ["read", str(path), "--json"])

    assert json.loads(done.output) == [
        {
            "siren": "880878145",
            "name": "GANYMEDE",
            "naf": "62.02A",
            "legal_form": "5710",
            "headcount_band": "NN",
            "commune": "75108",
            "postcode": "75008",
            "created_on": "2020-01-13",
            "closed": True,
            "undisclosed": False,
        }
    ]


def test_registry_read_refuses_a_file_that_is_no_answer(tmp_path: Any) -> None:
    path = tmp_path / "odd.json"
    path.write_text("<html>", encoding="utf-8")
    done = CliRunner().invoke(registry_group, ["read", str(path), "--json"])

    assert (done.exit_code, "odd.json" in done.output) == (1, True)


def test_registry_company_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        READ["880878145"].closed = False  # type: ignore[misc]
