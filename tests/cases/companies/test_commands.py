"""Companies and persons: found again rather than written twice, never merged blindly."""

import pytest
from sqlalchemy import select

from app.errors import NotVisible
from app.journal import JournalEvent
from cases.companies import commands, queries
from cases.companies.enums import CompanySource
from cases.companies.errors import CompanyHasNoNumber, NameMissing
from cases.companies.facts import CompanyFacts, facts_of
from cases.companies.models import Company
from cases.companies.registry import RegistryCompany
from partners.organisations.models import Seat
from tests.factories.companies import make_company, next_siren
from tests.factories.people import make_member
from tests.support.acting import acting_as, actor_of, seeding


@pytest.fixture
def actor(app):
    return actor_of(make_member())


def test_a_company_is_added_once_by_its_siren(actor):
    facts = CompanyFacts(name="Garage Exemple", siren=next_siren(), commune_code="33063")
    with acting_as(actor):
        first = commands.find_or_add_company(facts, by=actor)
        again = commands.find_or_add_company(facts, by=actor)
    assert again.id == first.id and first.commune_code == "33063"
    with seeding() as session:
        events = session.scalars(select(JournalEvent.action)).all()
    assert events == ["company.added"]


def test_a_full_siren_answers_the_same_whether_or_not_others_know_it(actor):
    others = make_company(Seat(id=make_member().seat_id), "Scierie Exemple")
    with acting_as(actor):
        assert queries.search_companies("scierie", actor) == []
        assert queries.find_company_by_siren(others.siren, actor) is None
        facts = CompanyFacts(name="Autre nom", siren=others.siren)
        assert commands.find_or_add_company(facts, by=actor).id == others.id
        assert [one.id for one in queries.search_companies("scierie", actor)] == [others.id]


def test_companies_without_siren_are_never_merged(actor):
    facts = CompanyFacts(name="Projet Exemple")
    with acting_as(actor):
        first = commands.find_or_add_company(facts, by=actor)
        assert commands.find_or_add_company(facts, by=actor).id != first.id


def test_a_name_is_needed(actor):
    with acting_as(actor):
        with pytest.raises(NameMissing):
            commands.find_or_add_company(CompanyFacts(name=" "), by=actor)
        with pytest.raises(NameMissing):
            commands.add_person(family_name="", by=actor)


def test_unknown_codes_of_the_registry_are_left_out(actor):
    found = RegistryCompany(
        siren=next_siren(), naf="99.99Z", legal_form="9999", commune="00000", undisclosed=True
    )
    facts = facts_of(found)
    assert facts.name == f"Entreprise non diffusible ({found.siren})"
    with acting_as(actor):
        company = commands.find_or_add_company(facts, by=actor)
    kept = (company.naf, company.legal_form, company.commune_code, company.is_undisclosed)
    assert kept == (None, None, None, True)


def test_refreshing_takes_what_the_registry_says(actor):
    siren = next_siren()
    with acting_as(actor):
        company = commands.find_or_add_company(CompanyFacts(name="Vieux", siren=siren), by=actor)
        commands.refresh_company(company, RegistryCompany(siren=siren, name="NEUF"), by=actor)
        assert (company.name, company.source) == ("NEUF", CompanySource.REGISTRY)
        with pytest.raises(CompanyHasNoNumber):
            commands.refresh_company(company, RegistryCompany(siren=next_siren()), by=actor)


def test_close_names_in_the_same_commune_only(actor):
    seat = Seat(id=actor.seat_id)
    here = make_company(seat, "Boulangerie Martin")
    make_company(seat, "Boulangerie Martin", commune_code="75056")
    make_company(seat, "Boulangerie Martin", commune_code=None)
    make_company(seat, "Garage Petit")
    with acting_as(actor):
        close = queries.find_close_companies("Boulangerie Martain", "33063", actor)
        assert [one.id for one in close] == [here.id]
        assert queries.find_close_companies("Boulangerie Martin", None, actor) == []


@pytest.mark.parametrize(
    "typed", ["boulangrie", "MARTIN boulangerie", "martin bordeaux", "Bordeaux"]
)
def test_searching_by_name_or_place(actor, typed):
    company = make_company(Seat(id=actor.seat_id), "Boulangerie Martin")
    make_company(Seat(id=make_member().seat_id), "Boulangerie Martin")
    with acting_as(actor):
        assert [one.id for one in queries.search_companies(typed, actor)] == [company.id]


def test_searching_by_number(actor):
    company = make_company(Seat(id=actor.seat_id), "Boulangerie Martin")
    spaced = f"{company.siren[:3]} {company.siren[3:6]} {company.siren[6:]}"
    with acting_as(actor):
        for typed in (company.siren, spaced, f"{company.siren}00011"):
            assert [one.id for one in queries.search_companies(typed, actor)] == [company.id]


def test_a_stranger_finds_neither_company_nor_person(actor):
    with acting_as(actor):
        company = commands.find_or_add_company(CompanyFacts(name="Projet"), by=actor)
        person = commands.add_person(family_name="Exemple", given_name="Ana", by=actor)
        link = commands.link_person_to_company(person, company, position="Gérante", by=actor)
        assert commands.link_person_to_company(person, company, by=actor).id == link.id
        assert queries.search_persons("ana ex", actor) == [person]
        assert queries.find_same_persons("ana exemple", "", actor) == [person]
    stranger = actor_of(make_member())
    with acting_as(stranger) as session:
        session.expunge_all()
        assert queries.search_persons("exemple", stranger) == []
        assert session.scalars(select(Company)).all() == []
        with pytest.raises(NotVisible):
            queries.get_company(company.id, stranger)
        with pytest.raises(NotVisible):
            queries.get_person(person.id, stranger)
