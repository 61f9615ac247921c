"""Accounts of the demonstration: who may sign in, with what; known without the database."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from cases.demo.organisations import Partner, make_partners
from cases.demo.people import PASSWORD, Member, add_second_seat, totp_secret_of
from cases.demo.rows import Rows
from partners.organisations.rules import seat_label
from partners.people.enums import ROLE_LABELS, SIDE_LABELS

#: How long ago everybody came to the platform.
FIRST_DAY = timedelta(days=1800)
#: Who works at one organisation and volunteers at another: seat, then the other one.
TWO_SEATS = ("cci-rhone", "rebonds")
#: Seats whose accounts are offered on the sign-in page, one for each role.
OFFERED = (
    ("urssaf-aquitaine", "aid"),
    ("urssaf-aquitaine", "recovery"),
    ("entraide", "aid"),
    ("rebonds", "aid"),
    ("cci-aquitaine", "aid"),
    ("cma-aquitaine", "aid"),
    ("quatre-rives", "aid"),
    ("ecoute-et-souffle", "aid"),
    ("mediateur", "aid"),
    ("dreets-na", "aid"),
    ("relais", "aid"),
)


def make_world_partners(rows: Rows, at: datetime) -> list[Partner]:
    """Partners and their people, the one with two seats included."""
    partners = make_partners(rows, at)
    by_key = {one.key: one for one in reversed(partners)}
    first, second = (by_key[key] for key in TWO_SEATS)
    other = add_second_seat(first.workers[-1], second.workers[0], rows, at)
    second.members.append(other)
    return partners


@lru_cache(maxsize=1)
def _partners() -> tuple[Partner, ...]:
    return tuple(make_world_partners(Rows(), datetime(2020, 1, 1, tzinfo=UTC)))


def list_accounts() -> list[dict[str, Any]]:
    """Every account: login, password, TOTP secret, role, organisation and side.

    Somebody with two seats is listed once, under the first.
    """
    found: dict[str, dict[str, Any]] = {}
    for partner in _partners():
        for member in partner.members:
            found.setdefault(member.login, _account(member))
    return list(found.values())


def offered_accounts() -> list[dict[str, Any]]:
    """What the sign-in page offers, one click each: one member of each role of some seats."""
    by_seat = {(one.key, one.seat.side.value): one for one in _partners()}
    offered = [member for key in OFFERED for member in _one_by_role(by_seat[key].members)]
    return [_offer(member) for member in offered]


def _one_by_role(members: Iterable[Member]) -> list[Member]:
    first: dict[str, Member] = {}
    for member in members:
        first.setdefault(member.role.value, member)
    return list(first.values())


def _account(member: Member) -> dict[str, Any]:
    return {
        "login": member.login,
        "password": PASSWORD,
        "totp_secret": totp_secret_of(member.login),
        "role": member.role.value,
        "organisation": member.organisation.name,
        "side": member.seat.side.value,
    }


def _offer(member: Member) -> dict[str, Any]:
    return {
        "login": member.login,
        "name": member.user.full_name,
        "role": ROLE_LABELS[member.role],
        "organisation": seat_label(member.seat),
        "side": SIDE_LABELS[member.seat.side],
    }
