"""Pages of companies, with the public registry up and down."""

import dataclasses
import html

import pytest
from sqlalchemy import select

from cases.companies.models import Company, Person
from cases.companies.registry_client import client_for
from partners.organisations.models import Seat
from tests.factories.companies import make_company, make_person, next_siren
from tests.factories.people import make_member
from tests.support.acting import seeding
from tests.support.counting import recorded_statements
from tests.support.registry_stand_in import registry_stand_in
from tests.support.signing import sign_in

PUBLIC_SIREN = "338365059"


@pytest.fixture
def member(client):
    member = make_member()
    sign_in(client, member)
    return member


@pytest.fixture
def registry(app, allow_local_sockets):
    """The public search, answered from recorded answers."""
    before = app.config["SETTINGS"]
    client_for.cache_clear()  # what was kept of a stand-in that had the same port
    with registry_stand_in() as server:
        app.config["SETTINGS"] = dataclasses.replace(before, registry_url=server.url)
        yield server
    app.config["SETTINGS"] = before


@pytest.fixture
def allow_local_sockets():
    """The stand-in listens on 127.0.0.1."""


def all_of(model):
    with seeding() as session:
        return session.scalars(select(model)).all()


def test_the_search_page_before_anything_is_known(client, member):
    page = client.get("/entreprises")
    assert page.status_code == 200 and "Votre liste est vide" in page.text


def test_registry_down_leaves_typing_by_hand(client, member):
    page = client.get("/entreprises?q=menuiserie&annuaire=oui")
    assert "ne répond pas" in page.text and "Saisir l’entreprise à la main" in page.text
    answer = client.post("/entreprises/ajouter", data={"siren": PUBLIC_SIREN})
    assert answer.status_code == 302 and "nouvelle" in answer.location
    assert PUBLIC_SIREN in client.get(answer.location).text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("123 456 789", "sa clé de contrôle est fausse"),
        ("1234567890123", "un SIRET 14"),
    ],
)
def test_a_wrong_number_is_said_in_words(client, member, typed, sentence):
    page = client.get("/entreprises", query_string={"q": typed}).text
    assert sentence in page and "Annuaire public des entreprises</span>" not in page


def test_a_company_of_the_registry_is_added_with_its_labels(client, member, registry):
    page = client.get("/entreprises", query_string={"q": PUBLIC_SIREN}).text
    assert f'value="{PUBLIC_SIREN}"' in page
    answer = client.post("/entreprises/ajouter", data={"siren": PUBLIC_SIREN})
    shown = client.get(answer.location).text
    assert "338\u00a0365\u00a0059" in shown and "Annuaire public des entreprises" in shown
    assert "Ouvrir la fiche" in client.get("/entreprises", query_string={"q": PUBLIC_SIREN}).text
    company = all_of(Company)[0]
    assert client.post(f"/entreprises/{company.id}/actualiser").status_code == 302


@pytest.mark.parametrize("failure", ["500", "garbage", "429", "400"])
def test_every_failure_ends_in_a_sentence(client, member, registry, failure):
    registry.always = failure
    asked = {"q": f"panne {failure}", "annuaire": "oui"}
    page = client.get("/entreprises", query_string=asked)
    assert page.status_code == 200 and "à la main" in page.text


@pytest.mark.parametrize("path", ["/entreprises", "/orientations/nouvelle"])
def test_a_name_shows_what_the_seat_knows_before_the_registry_is_asked(
    client, member, registry, path
):
    make_company(Seat(id=member.seat_id), "Aga Exemple")
    page = client.get(path, query_string={"q": "aga"}).text
    assert "Aga Exemple" in page and registry.questions == []
    whole = f"{path}?q=aga&amp;annuaire=oui"
    assert f'hx-get="{whole}"' in page and f'href="{whole}"' in page
    part = client.get(html.unescape(whole), headers={"HX-Request": "true"}).text
    assert "10\u00a0entreprises de l’annuaire public" in part and "Aga Exemple" not in part
    assert part.count('name="siren"') == 10
    both = client.get(html.unescape(whole)).text
    assert "Aga Exemple" in both and both.count('name="siren"') == 10
    assert registry.questions == ["aga"], "once: the second time it is remembered"


@pytest.mark.parametrize(
    ("path", "own", "others"),
    [("/entreprises", "Ouvrir la fiche", 9), ("/orientations/nouvelle", "9\u00a0entreprises", 9)],
)
def test_the_registry_says_which_companies_the_seat_knows(
    client, member, registry, path, own, others
):
    make_company(Seat(id=member.seat_id), "Aga Exemple", siren="981407265")
    make_company(Seat(id=make_member().seat_id), "Aga d’ailleurs", siren="933292930")
    asked = {"q": "aga", "annuaire": "oui"}
    part = client.get(path, query_string=asked, headers={"HX-Request": "true"}).text
    assert own in part and part.count('name="siren"') == others


@pytest.mark.parametrize("path", ["/entreprises", "/orientations/nouvelle"])
def test_a_number_comes_with_what_the_registry_says(client, member, registry, path):
    page = client.get(path, query_string={"q": PUBLIC_SIREN}).text
    assert "CENTRE SOCIAL" in page and "annuaire=oui" not in page


@pytest.mark.parametrize("path", ["/entreprises", "/orientations/nouvelle"])
@pytest.mark.parametrize("asked", ["", "?annuaire=oui", "?annuaire=peut-etre&q="])
def test_nothing_typed_asks_nobody(client, member, registry, path, asked):
    page = client.get(f"{path}{asked}").text
    assert "Annuaire public des entreprises" not in page and registry.questions == []


def test_typing_a_company_by_hand(client, member):
    form = {"name": "Garage Exemple", "siren": next_siren(), "commune": "Bordeaux", "naf": "4332a"}
    answer = client.post("/entreprises/nouvelle", data=form)
    assert answer.status_code == 302
    page = client.get(answer.location).text
    assert "Garage Exemple" in page and "Bordeaux" in page
    company = all_of(Company)[0]
    assert company.naf == "43.32A"
    edit = f"/entreprises/{company.id}/modifier"
    assert "Bordeaux (33063)" in client.get(edit).text
    assert "Bordeaux (33063)" in client.get(edit).text, "once the commune is remembered too"
    changed = {"name": "Garage et fils", "commune": "Bordeaux (33063)"}
    changed |= {"legal_form": "", "headcount_band": ""}
    assert client.post(edit, data=changed).status_code == 302


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "Indiquez le nom de l’entreprise."),
        ("siren", "123456789", "sa clé de contrôle est fausse"),
        ("siren", "ABC", "ne contient que des chiffres"),
        ("commune", "Zzyzx", "n’est pas reconnue"),
        ("naf", "00.00Z", "Ce code n’existe pas"),
        ("created_on", "31/02/2020", "Cette date n’existe pas"),
    ],
)
def test_wrong_company_comes_back_with_what_was_typed(client, member, field, value, sentence):
    form = {"name": "Nom gardé", field: value}
    answer = client.post("/entreprises/nouvelle", data=form)
    assert answer.status_code == 422 and sentence in answer.text
    assert field == "name" or "Nom gardé" in answer.text
    assert all_of(Company) == []


def test_a_close_name_is_shown_before_a_double_is_made(client, member):
    make_company(Seat(id=member.seat_id), "Boulangerie Martin")
    form = {"name": "Boulangerie Martn", "commune": "Bordeaux"}
    shown = client.post("/entreprises/nouvelle", data=form)
    assert shown.status_code == 422 and "Est-ce l’une de celles-ci" in shown.text
    assert client.post("/entreprises/nouvelle", data={**form, "is_checked": "1"}).status_code == 302
    assert len(all_of(Company)) == 2


def test_a_person_with_and_without_company(client, member):
    company = make_company(Seat(id=member.seat_id))
    form = {"given_name": "Ana", "family_name": "Exemple", "position": "Gérante"}
    path = f"/personnes/nouvelle?entreprise={company.id}"
    assert client.get(path).status_code == 200
    assert client.post(path, data={**form, "family_name": ""}).status_code == 422
    assert client.post(path, data={**form, "email": "pas une adresse"}).status_code == 422
    assert client.post(path, data=form).status_code == 302
    assert "Gérante" in client.get(f"/entreprises/{company.id}").text
    same = client.post("/personnes/nouvelle", data=form)
    assert same.status_code == 422 and "Est-ce l’une de ces personnes" in same.text
    person = all_of(Person)[0]
    assert client.get(f"/personnes/{person.id}").status_code == 200
    changed = {"given_name": "Ana", "family_name": "Exemple", "phone": "0556000000"}
    assert client.get(f"/personnes/{person.id}/modifier").status_code == 200
    assert client.post(f"/personnes/{person.id}/modifier", data=changed).status_code == 302
    attach = f"/entreprises/{company.id}/personnes/{person.id}/rattacher"
    assert client.post(attach).status_code == 302


def test_a_stranger_gets_nothing(client, app):
    seat = Seat(id=make_member().seat_id)
    company, person = make_company(seat, "Scierie Exemple"), make_person(seat)
    sign_in(client, make_member())
    for path in (f"/entreprises/{company.id}", f"/personnes/{person.id}"):
        assert client.get(path).status_code == 404
        assert client.get(f"{path}/modifier").status_code == 404
    assert "Scierie" not in client.get("/entreprises/export.csv").text
    assert "Scierie Exemple" not in client.get("/entreprises?q=scierie").text


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_same_statements_whatever_its_length(client, member, count):
    for number in range(count):
        make_company(Seat(id=member.seat_id), f"Garage {number}")
    with recorded_statements() as statements:
        page = client.get("/entreprises").text
    assert page.count("rl-cell-main") == count
    read = [one for one in statements if "FROM company" in one or "ref_commune" in one]
    assert len(read) == 2


def test_the_export_holds_no_formula(client, member):
    make_company(Seat(id=member.seat_id), "=1+1")
    text = client.get("/entreprises/export.csv").get_data().decode("utf-8-sig")
    assert '"\'=1+1"' in text
