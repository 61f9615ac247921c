"""Two hundred organisations: those of the demonstration, then their like in the other regions."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.actors import Role, Side
from app.reference.models import Commune, Region
from bench.database.shape import ORGANISATIONS
from cases.demo.accounts import FIRST_DAY
from cases.demo.organisations import Partner, make_organisation
from cases.demo.people import Member, give_secrets, name_correspondents
from cases.demo.rows import Rows
from cases.demo.texts import content
from cases.demo.world import LEADING
from partners.people.models import Membership, UserAccount

#: Organisations (their key in the demonstration) whose members are measured.
MEASURED, EXPORTING, OBSERVING = "cci-aquitaine", "sos-entrepreneurs", "dreets-na"


@dataclass(frozen=True)
class Directory:
    """Every seat with its people, and those that the bench signs in."""

    partners: list[Partner]

    def aid_seat(self, key: str) -> Partner:
        """The helping seat of an organisation of the demonstration."""
        found = (one for one in self.partners if one.key == key)
        return next(one for one in found if one.seat.side is Side.AID)

    @property
    def measured(self) -> Partner:
        """The seat that reads two cases in a hundred."""
        return self.aid_seat(MEASURED)

    @property
    def exporting(self) -> Partner:
        """The seat that reads ten thousand cases."""
        return self.aid_seat(EXPORTING)

    @property
    def others(self) -> list[Partner]:
        """Seats with people who read cases, the two above left out."""
        kept = {self.measured.seat.id, self.exporting.seat.id}
        return [one for one in self.partners if one.workers and one.seat.id not in kept]

    @property
    def leads(self) -> list[Partner]:
        """Those of the others that open cases."""
        return [
            one
            for one in self.others
            if one.organisation.kind in LEADING and one.seat.side is Side.AID
        ]


def member_of(partner: Partner, role: Role) -> Member:
    """The first member of this role on a seat."""
    return next(one for one in partner.members if one.role is role)


def make_directory(session: Session, today: date, now: datetime) -> tuple[Directory, Rows]:
    """The directory and its rows, not written yet; an application context is needed."""
    rows, at = Rows(), now - FIRST_DAY
    file = content("organisations")
    facts = [*file["organisation"], *_like_them(session, file["organisation"])]
    partners = [
        partner
        for one in facts[:ORGANISATIONS]
        for partner in make_organisation(one, file["hours"], rows, at)
    ]
    give_secrets(rows.of(UserAccount), rows, today, now)
    for partner in partners:
        if partner.seat.side is Side.AID and partner.workers:
            name_correspondents(partner.services, partner.workers, rows)
    directory = Directory(partners)
    for membership in rows.of(Membership):
        if membership.seat_id in (directory.measured.seat.id, directory.exporting.seat.id):
            membership.unit_id = None  # at home everywhere: no page asks why it is opened
    return directory, rows


def _like_them(session: Session, known: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Regional organisations of the same kinds in every region, one unit each."""
    regional = [one for one in known if not _is_national(one)]
    for region, town in _capitals(session):
        for facts in regional:
            unit: dict[str, Any] = {"name": town.name, "level": "regional", "commune": town.code}
            unit |= {"places": [f"region:{region.code}"], "hours": "office"}
            name = f"{facts['name']} · {region.name}"
            key = f"{facts['key']}-{region.code}"
            yield {**facts, "key": key, "name": name, "units": [unit]}


def _is_national(facts: dict[str, Any]) -> bool:
    return any("country" in unit["places"] for unit in facts["units"])


def _capitals(session: Session) -> list[tuple[Region, Commune]]:
    """Each region with its most peopled commune."""
    found: dict[str, tuple[Region, Commune]] = {}
    statement = select(Region, Commune).join(Commune, Commune.region_code == Region.code)
    statement = statement.where(Commune.population.is_not(None))
    for region, commune in session.execute(
        statement.order_by(Commune.population.desc(), Commune.code).limit(2000)
    ):
        found.setdefault(region.code, (region, commune))
    return list(found.values())
