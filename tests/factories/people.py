"""Accounts and memberships."""

from itertools import count
from typing import Any

from app.actors import Role
from app.folding import fold
from partners.organisations.models import Seat
from partners.people.models import Membership, UserAccount
from tests.factories.organisations import make_seat
from tests.support.acting import seeding

_numbers = count(1)


def make_user(full_name: str = "", email: str = "") -> UserAccount:
    """An account, without membership nor password."""
    number = next(_numbers)
    full_name = full_name or f"Camille Personne {number}"
    with seeding() as session:
        made = UserAccount(
            email=email or f"personne{number}@exemple.test",
            full_name=full_name,
            folded_name=fold(full_name),
        )
        session.add(made)
    return made


def make_member(
    seat: Seat | None = None,
    role: Role = Role.ADVISER,
    user: UserAccount | None = None,
    **more: Any,
) -> Membership:
    """A member on a seat, an adviser by default."""
    seat, user = seat or make_seat(), user or make_user()
    with seeding() as session:
        made = Membership(user_id=user.id, seat_id=seat.id, role=role, **more)
        session.add(made)
    return made
