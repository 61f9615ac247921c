"""Members of the demonstration: names, roles, secrets, pledges, absences and correspondents.

Names are drawn by organisation, so that who works where does not depend on anything else.
"""

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count, cycle
from typing import Any

from app.actors import Role, Side
from app.folding import fold
from cases.demo.randomness import SEED, Dice
from cases.demo.rows import Rows
from cases.demo.texts import content
from partners.organisations.models import Organisation, Seat, Service, Unit
from partners.people.commands.own import PLEDGE_VERSION
from partners.people.models import (
    Absence,
    Correspondent,
    Membership,
    Pledge,
    UserAccount,
    UserSecret,
)
from partners.people.proofs import hash_password, seal_secret

#: One passphrase for every demonstration account: the demonstration refuses real databases.
PASSWORD = "tilleul-marelle-ardoise-27"


@dataclass
class Member:
    """A person on a seat."""

    user: UserAccount
    membership: Membership
    role: Role
    organisation: Organisation
    seat: Seat

    @property
    def login(self) -> str:
        """The address with which they sign in."""
        return self.user.email


def totp_secret_of(login: str) -> str:
    """The secret of a demonstration account's second factor, 160 bits in base 32."""
    digest = hashlib.sha1(f"{SEED}:{login}".encode(), usedforsecurity=False).digest()
    return base64.b32encode(digest).decode()


def hire(
    key: str,
    organisation: Organisation,
    seat: Seat,
    units: list[Unit],
    staff: dict[str, int],
    rows: Rows,
    at: datetime,
) -> list[Member]:
    """So many members of each role on a seat."""
    dice = Dice(f"people:{key}:{seat.side.value}")
    places = cycle(units)
    roles = [Role(role) for role, number in staff.items() for _ in range(number)]
    found = []
    for role in roles:
        unit = next(places) if role is not Role.MANAGER else units[0]
        user = _account(key, dice, rows, at)
        title = _title(user, role, organisation, seat, dice)
        found.append(_seat(user, role, organisation, seat, unit, title, dice, rows, at))
    return found


def _account(key: str, dice: Dice, rows: Rows, at: datetime) -> UserAccount:
    """A new person, whose address nobody else has."""
    names = content("names")
    taken = {one.full_name for one in rows.of(UserAccount)}
    for _ in count():
        given = dice.pick(names["women"] + names["men"])
        full_name = f"{given} {dice.pick(names['families'])}"
        if full_name not in taken:
            break
    return rows.add(
        UserAccount(
            id=dice.identifier(at),
            email=f"{fold(full_name).replace(' ', '.')}@{key}.example",
            full_name=full_name,
            folded_name=fold(full_name),
            phone=f"06399{dice.between(80000, 89999)}",
            is_active=True,
            created_at=at,
        )
    )


def _seat(
    user: UserAccount,
    role: Role,
    organisation: Organisation,
    seat: Seat,
    unit: Unit,
    title: str,
    dice: Dice,
    rows: Rows,
    at: datetime,
) -> Member:
    membership = rows.add(
        Membership(
            id=dice.identifier(at),
            user_id=user.id,
            seat_id=seat.id,
            unit_id=unit.id,
            role=role,
            job_title=title,
            ended_at=None,
            created_at=at,
        )
    )
    return Member(user, membership, role, organisation, seat)


def _title(
    user: UserAccount, role: Role, organisation: Organisation, seat: Seat, dice: Dice
) -> str:
    """What they are called at work, in the feminine for a woman."""
    file, given = content("members"), user.full_name.rsplit(" ", 1)[0]
    title = dice.pick(_titles(file, role, organisation, seat))
    return file["feminine"].get(title, title) if given in content("names")["women"] else title


def _titles(file: dict[str, Any], role: Role, organisation: Organisation, seat: Seat) -> list[str]:
    is_recovery = seat.side is Side.RECOVERY
    if role is Role.MANAGER and is_recovery:
        return file["titles_of"]["recovery_manager"]
    if role is Role.ADVISER:
        key = "recovery" if is_recovery else organisation.kind.value
        if titles := file["titles_of"].get(key):
            return titles
    return file["titles"][role.value]


def add_second_seat(member: Member, other: Member, rows: Rows, at: datetime) -> Member:
    """The same person also sits where a colleague of another organisation does."""
    dice = Dice(f"second-seat:{member.login}")
    unit = Unit(id=other.membership.unit_id)
    where = (other.organisation, other.seat, unit)
    return _seat(member.user, Role.ADVISER, *where, "Bénévole du réseau", dice, rows, at)


def give_secrets(users: Iterable[UserAccount], rows: Rows, today: date, now: datetime) -> None:
    """One passphrase for all (hashed once), a second factor each, a pledge of the last days."""
    password_hash, dice = hash_password(PASSWORD), Dice("secrets")
    for user in users:
        secret = UserSecret(
            user_id=user.id,
            password_hash=password_hash,
            password_changed_at=user.created_at,
            totp_secret=seal_secret(user.id, totp_secret_of(user.email)),
            totp_confirmed_at=user.created_at,
        )
        rows.add(secret)
        signed_at = dice.office_time(today - timedelta(days=dice.between(3, 9)))
        pledge: dict[str, Any] = {"user_id": user.id, "version": PLEDGE_VERSION}
        rows.add(Pledge(id=dice.identifier(signed_at), signed_at=signed_at, **pledge))


def add_absence(member: Member, deputy: Member | None, days: tuple[date, date], rows: Rows) -> None:
    """Away on these days, both included."""
    at = member.membership.created_at
    dice = Dice(f"absence:{member.login}")
    rows.add(
        Absence(
            id=dice.identifier(at),
            membership_id=member.membership.id,
            deputy_id=deputy.membership.id if deputy else None,
            starts_on=days[0],
            ends_on=days[1],
            created_at=at,
        )
    )


def name_correspondents(services: list[Service], workers: list[Member], rows: Rows) -> None:
    """One member answers for each service, in turn."""
    for service, member in zip(services, cycle(workers), strict=False):
        dice = Dice(f"correspondent:{service.id}")
        rows.add(
            Correspondent(
                id=dice.identifier(service.created_at),
                service_id=service.id,
                membership_id=member.membership.id,
            )
        )
