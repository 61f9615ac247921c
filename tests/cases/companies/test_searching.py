"""Searching companies through their index finds what comparing every one would find."""

import pytest
from sqlalchemy import select, text

from app.folding import grams
from app.reference.models import Commune
from cases.companies.models import Company
from partners.organisations.models import Seat
from tests.factories.companies import make_company
from tests.factories.people import make_member
from tests.support.acting import acting_as, actor_of, seeding

NAMES = (
    *("Boulangerie Martin", "Boulangerie Marin", "Menuiserie d’Oc", "Garage Bordelais", "Le B"),
    *("Quokkaville", "Ville de Pau Services", "Toits et Toiles", "Pau", "SARL Martin Frères"),
)
PLACES = ("33063", "64445", None, "75056")
TYPED = (
    *("boulangerie martin", "boulangrie", "martain pau", "bordeaux", "menuiserie bordeaux", "b"),
    *("quokavile", "pau", "ville", "toits", "sarl", "zzz", "le b paris", "services pau"),
)


@pytest.fixture
def member(app):
    """Each name in each place; a stranger knows the same names."""
    member, stranger = make_member(), make_member()
    for name in NAMES:
        for place in PLACES:
            make_company(Seat(id=member.seat_id), name, commune_code=place, trade_name="Chez Nous")
        make_company(Seat(id=stranger.seat_id), name)
    return member


def by_comparing(member, typed: str) -> dict[tuple[int, str], int]:
    """How many companies share so many grams (half at least) under each folded name."""
    asked = set(grams(typed))
    with seeding() as session:
        places = {code: name for code, name in session.execute(select(Commune.code, Commune.name))}
        known = session.scalars(select(Company).filter_by(first_seat_id=member.seat_id)).all()
    found: dict[tuple[int, str], int] = {}
    for one in known:
        held = grams(one.name, one.trade_name, places.get(one.commune_code))
        shared = len(asked & set(held))
        if 2 * shared >= max(len(asked), 2):
            key = (shared, one.folded_name)
            found[key] = found.get(key, 0) + 1
    return found


def by_searching(member, typed: str) -> dict[tuple[int, str], int]:
    """The same of what the function answers."""
    asked = grams(typed)
    statement = text("SELECT search_companies(CAST(:grams AS text[]), '', 100)")
    with acting_as(actor_of(member)) as session:
        session.expunge_all()
        ids = session.scalars(statement, {"grams": asked}).all()
        assert len(set(ids)) == len(ids)
        columns = select(Company.folded_name, Company.search_grams).where(Company.id.in_(ids))
        rows = session.execute(columns).all()
    found: dict[tuple[int, str], int] = {}
    for name, held in rows:
        key = (len(set(asked) & set(held)), name)
        found[key] = found.get(key, 0) + 1
    return found


@pytest.mark.parametrize("typed", TYPED)
def test_the_index_finds_what_comparing_finds(member, typed):
    assert by_searching(member, typed) == by_comparing(member, typed)


def test_the_closest_come_first(member):
    asked = {"grams": grams("boulangerie martin pau")}
    statement = text("SELECT search_companies(CAST(:grams AS text[]), '', 3)")
    with acting_as(actor_of(member)) as session:
        session.expunge_all()
        ids = session.scalars(statement, asked).all()
        shown = {one.id: one for one in session.scalars(select(Company))}
    first, *others = [(shown[one].name, shown[one].commune_code) for one in ids]
    assert first == ("Boulangerie Martin", "64445")
    assert len(others) == 2


def test_grams_follow_the_names_and_the_place(member):
    with seeding() as session:
        company = session.scalars(select(Company).limit(1)).one()
        company.name_grams, company.commune_code = grams("Autre"), "64445"
        session.flush()
        kept = session.scalar(select(Company.search_grams).where(Company.id == company.id))
        assert sorted(kept) == grams("Autre", "Pau")
        company.commune_code = None
        session.flush()
        kept = session.scalar(select(Company.search_grams).where(Company.id == company.id))
        assert sorted(kept) == grams("Autre")
