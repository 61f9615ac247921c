"""The list of cases: what finds a case, in which order cases come, what the file says."""

import contextvars
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.db import db
from app.folding import fold
from app.journal import JournalEvent
from app.web import exports
from cases.casework import lists
from cases.casework.enums import Outcome, Phase
from cases.casework.lists import ask_cases, list_cases, list_exported, list_lines
from cases.casework.models import CaseFile, Participation
from cases.companies.models import Company
from partners.organisations.models import Seat
from tests.factories.casework import make_case
from tests.factories.companies import make_company, make_person
from tests.factories.people import make_member
from tests.support.acting import acting_as, actor_of, seeding
from tests.support.signing import sign_in

DAY = timedelta(days=1)
START = datetime(2026, 1, 5, 9, tzinfo=UTC)
#: Reference, company, trade name, person, phase.
SHOWN = (
    ("D-23KQAB", "Boulangerie Œuvrard", "Au Pain d’Éloi", "Zoé Exemple", Phase.EMERGENCY),
    ("D-7HQ2MN", "Boulangerie Martin", "", "Ana Martin", Phase.DIFFICULTY),
    ("D-7HQXYZ", "Garage d’Oc 12", "", "Noé Boulard", Phase.EMERGENCY),
    ("D-44ZZZZ", "Atelier B", "", "Lou Exemple", Phase.ANTICIPATION),
)


@pytest.fixture
def member(app):
    """Four cases, moved in the reverse of their opening; a stranger's resembles them."""
    member = make_member()
    seat = Seat(id=member.seat_id)
    for rank, (reference, name, trade, person, phase) in enumerate(SHOWN):
        company = make_company(seat, name, trade_name=trade)
        given, family = person.split()
        met = make_person(seat, family, given_name=given, folded_name=fold(person))
        moments = {"opened_at": START + rank * DAY, "moved_at": START + (9 - rank) * DAY}
        make_case(member, company, reference=reference, person_id=met.id, phase=phase, **moments)
    other = make_member()
    make_case(other, make_company(Seat(id=other.seat_id), "Boulangerie Martin Bis"))
    return member


def shown(member, **asked) -> list[str]:
    """References of a list, as asked."""
    actor = actor_of(member)
    with acting_as(actor) as session:
        session.expunge_all()
        page = list_cases(ask_cases(asked), actor)
        references = [case.reference for case in page.items]
        exported = list_lines(list_exported(ask_cases(asked), actor), actor)
        assert page.total == len(exported)
        if page.number == 1 and page.total <= page.size:
            assert [line.reference for line in exported] == references
        return references


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("boulangerie", ["D-23KQAB", "D-7HQ2MN"]),
        ("BOULANG", ["D-23KQAB", "D-7HQ2MN"]),
        ("martin boulangerie", ["D-7HQ2MN"]),
        ("mart boul", ["D-7HQ2MN"]),
        ("œuvrard", ["D-23KQAB"]),
        ("oeuvr", ["D-23KQAB"]),
        ("pain eloi", ["D-23KQAB"]),
        ("boul", ["D-23KQAB", "D-7HQ2MN", "D-7HQXYZ"]),
        ("noé garage", ["D-7HQXYZ"]),
        ("zoe", ["D-23KQAB"]),
        ("boulangrie martain", ["D-7HQ2MN"]),
        ("boulangrie", ["D-23KQAB", "D-7HQ2MN"]),
        ("ateleir b", ["D-44ZZZZ"]),
        ("atelier b", ["D-44ZZZZ"]),
        ("garage 12", ["D-7HQXYZ"]),
        ("D-7HQ2MN", ["D-7HQ2MN"]),
        ("d-7hq2mn", ["D-7HQ2MN"]),
        ("D7HQ2MN", ["D-7HQ2MN"]),
        ("7hq", ["D-7HQ2MN", "D-7HQXYZ"]),
        ("D-7HQ", ["D-7HQ2MN", "D-7HQXYZ"]),
        ("introuvable", []),
        ("martin garage", []),
        ("'", []),
        ("boulangerie') | ('garage", ["D-23KQAB", "D-7HQ2MN"]),
        ("%", []),
        ("a b c d e f g h i j k l", []),
    ],
)
def test_every_word_begins_a_word_of_the_case(member, typed, found):
    assert sorted(shown(member, q=typed)) == sorted(found)


def test_a_siren_is_found_from_its_third_digit(member):
    siren = make_company(Seat(id=member.seat_id), "Scierie").siren
    with seeding() as session:
        case = session.scalars(select(CaseFile).filter_by(reference="D-44ZZZZ")).one()
        session.get_one(Company, case.company_id).siren = "912345672"
    for typed in ("912345672", "912 345 672", "912", "91234567200015"):
        assert shown(member, q=typed) == ["D-44ZZZZ"], typed
    assert shown(member, q="91") == shown(member, q=siren) == []


ORDERS = {
    "-moved": ["D-23KQAB", "D-7HQ2MN", "D-7HQXYZ", "D-44ZZZZ"],
    "opened": ["D-23KQAB", "D-7HQ2MN", "D-7HQXYZ", "D-44ZZZZ"],
    "name": ["D-44ZZZZ", "D-7HQ2MN", "D-23KQAB", "D-7HQXYZ"],
    "phase": ["D-44ZZZZ", "D-7HQ2MN", "D-7HQXYZ", "D-23KQAB"],
}


@pytest.mark.parametrize("sort", sorted(ORDERS))
def test_orders_and_their_reverse(member, sort):
    reverse = sort.removeprefix("-") if sort.startswith("-") else f"-{sort}"
    assert shown(member, tri=sort) == ORDERS[sort]
    assert shown(member, tri=reverse) == ORDERS[sort][::-1]
    pages = [shown(member, tri=sort, taille="3", page=number) for number in ("1", "2", "3")]
    assert pages == [ORDERS[sort][:3], ORDERS[sort][3:], []]


def test_the_total_is_that_of_the_list_even_past_its_end(member):
    actor = actor_of(member)
    with acting_as(actor):
        page = list_cases(ask_cases({"page": "40", "phase": "emergency"}), actor)
    assert (page.total, list(page.items)) == (2, [])


def test_filters_read_the_department_and_the_lead(member):
    assert shown(member, departement="33", phase="emergency", suivi="moi") == ORDERS["phase"][:1:-1]
    assert shown(member, departement="64") == shown(member, suivi="partenaire") == []
    assert shown(member, suivi="pilote", statut="ouverts", q="mart") == ["D-7HQ2MN"]


def test_a_case_without_company_has_its_persons_name(member):
    person = make_person(Seat(id=member.seat_id), "Bagarre", folded_name="bagarre")
    with seeding() as session:
        made = CaseFile(
            reference="D-SEUL",
            person_id=person.id,
            lead_seat_id=member.seat_id,
            lead_member_id=member.id,
            phase=Phase.REBOUND,
        )
        session.add(made)
        session.flush()
        session.add(Participation(case_id=made.id, seat_id=member.seat_id, role="lead"))
    assert shown(member, q="bagarre") == ["D-SEUL"]
    assert shown(member, tri="name")[:3] == ["D-44ZZZZ", "D-SEUL", "D-7HQ2MN"]


def test_the_file_follows_the_list_part_by_part(client, member, monkeypatch):
    monkeypatch.setattr(exports, "ROWS_OF_A_PART", 3)
    with seeding() as session:
        case = session.scalars(select(CaseFile).filter_by(reference="D-44ZZZZ")).one()
        case.status, case.outcome, case.closed_at = "closed", Outcome.RECOVERED, START
        siren = session.get_one(Company, case.company_id).siren
    sign_in(client, member)
    answer = client.get("/dossiers/export.csv?tri=name")
    assert answer.is_streamed
    header, *lines = answer.get_data().decode("utf-8-sig").split("\r\n")
    assert header.startswith('"Référence";"Entreprise ou personne";"SIREN";"Commune"')
    assert [line.split(";")[0].strip('"') for line in lines if line] == ORDERS["name"]
    assert lines[0].split(";")[:6] == [
        *('"D-44ZZZZ"', '"Atelier B"', f'"{siren}"', '"Bordeaux"'),
        *('"Anticipation"', '"Clos"'),
    ]
    assert Outcome.RECOVERED.label in lines[0]
    with seeding() as session:
        noted = session.scalars(
            select(JournalEvent.details).where(JournalEvent.action == "cases.exported")
        ).one()
    assert noted == {"cases": 4}


def test_the_file_is_bounded_and_says_how_many_left(client, member, monkeypatch):
    monkeypatch.setattr(lists, "LONGEST_EXPORT", 2)
    sign_in(client, member)
    lines = client.get("/dossiers/export.csv").text.splitlines()
    assert len(lines) == 3
    with seeding() as session:
        noted = session.scalars(
            select(JournalEvent.details).where(JournalEvent.action == "cases.exported")
        ).one()
    assert noted == {"cases": 2}


def test_the_file_is_filled_after_the_request_has_ended(committed_app: Flask) -> None:
    """Served for true, outside of any context: parts are read when the answer has begun."""
    member = make_member()
    make_case(member, make_company(Seat(id=member.seat_id), "Garage Exemple"))
    client = FlaskClient(committed_app, committed_app.response_class)
    sign_in(client, member)
    db.session.remove()
    file = contextvars.Context().run(lambda: client.get("/dossiers/export.csv").text)
    assert "Garage Exemple" in file
