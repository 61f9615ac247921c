"""Companies with valid SIRENs, and persons."""

from itertools import count
from typing import Any

from app.folding import fold, grams
from cases.companies.enums import CompanySource
from cases.companies.models import Company, Person
from partners.organisations.models import Seat
from tests.support.acting import seeding

_numbers = count(100)


def next_siren() -> str:
    """An invented SIREN that passes the Luhn check."""
    start = f"000{next(_numbers):05d}"
    digits = [int(d) * (2 if i % 2 else 1) for i, d in enumerate(start)]
    total = sum(d - 9 if d > 9 else d for d in digits)
    return start + str(-total % 10)


def make_company(seat: Seat, name: str = "Menuiserie Exemple", **more: Any) -> Company:
    """A company of Bordeaux first used by this seat."""
    values = {"siren": next_siren(), "commune_code": "33063", "source": CompanySource.TYPED}
    with seeding() as session:
        made = Company(
            name=name,
            folded_name=fold(name),
            folded_trade_name=fold(more.get("trade_name")),
            name_grams=grams(name, more.get("trade_name")),
            first_seat_id=seat.id,
            **{**values, **more},
        )
        session.add(made)
    return made


def make_person(seat: Seat, family_name: str = "Exemple", **more: Any) -> Person:
    """A person first met by this seat."""
    values = {"given_name": "Dominique", "email": "dominique@exemple.test", "phone": "0556000000"}
    values["folded_name"] = fold(family_name)
    with seeding() as session:
        made = Person(
            family_name=family_name,
            first_seat_id=seat.id,
            **{**values, **more},
        )
        session.add(made)
    return made
