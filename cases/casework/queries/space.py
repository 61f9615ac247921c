"""Reads of the entrepreneur's page, by the link they hold: the database asks the link itself."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, select

from app.actors import Actor, Role
from app.db import db
from cases.casework.enums import BasisKind, ParticipantRole, Permission
from cases.casework.models import LegalBasis
from cases.casework.queries.cases import one_or_refuse
from cases.casework.queries.sharing import seats_by_id
from partners.organisations.models import Seat


@dataclass(frozen=True)
class Helper:
    """A seat that takes part now, since when, why, and which sections it reads.

    ``kind`` is None for whoever opened the case. ``is_mine``: the agreement is the bearer's own.
    """

    seat: Seat
    role: ParticipantRole
    was_lead: bool
    sections: Sequence[str]
    started_at: datetime
    kind: BasisKind | None
    permission: Permission | None
    given_at: datetime | None
    is_mine: bool


@dataclass(frozen=True)
class SpaceOpening:
    """Readings of one page in one day, by one function of one seat; the bearer when no seat."""

    day: date
    seat: Seat | None
    role: Role | None
    action: str
    times: int


def list_helpers() -> list[Helper]:
    """Who takes part in the case of the link, the lead first."""
    columns = ("seat_id", "role", "was_lead", "sections", "started_at", "kind", "permission")
    found = func.space_helpers().table_valued(*columns, "given_at", "is_mine")
    rows = db.session.execute(select(found)).mappings().all()
    seats = seats_by_id(row["seat_id"] for row in rows)
    return [
        Helper(
            seat=seats[row["seat_id"]],
            role=ParticipantRole(row["role"]),
            was_lead=row["was_lead"],
            sections=row["sections"],
            started_at=row["started_at"],
            kind=BasisKind(row["kind"]) if row["kind"] else None,
            permission=Permission(row["permission"]) if row["permission"] else None,
            given_at=row["given_at"],
            is_mine=row["is_mine"],
        )
        for row in rows
    ]


def space_contact() -> dict[str, str]:
    """``organisation``, ``phone`` and ``email`` of the lead, for the bearer of a link."""
    found = func.space_contact().table_valued("organisation", "phone", "email")
    return dict(db.session.execute(select(found)).mappings().one())


def list_space_openings(offset: int, limit: int) -> tuple[list[SpaceOpening], int]:
    """Who opened what of the case of the link, the latest first, and how many lines in all."""
    columns = ("day", "seat_id", "role", "action", "times", "total")
    asked = func.space_openings(offset, limit).table_valued(*columns)
    rows = db.session.execute(select(asked)).mappings().all()
    seats = seats_by_id(row["seat_id"] for row in rows if row["seat_id"])
    items = [
        SpaceOpening(
            day=row["day"],
            seat=seats.get(row["seat_id"]),
            role=Role(row["role"]) if row["role"] else None,
            action=row["action"],
            times=row["times"],
        )
        for row in rows
    ]
    return items, rows[0]["total"] if rows else 0


def list_agreements_of_person(actor: Actor) -> Sequence[LegalBasis]:
    """Other agreements that the bearer gave on the same case, the latest first."""
    statement = _of_person(actor).order_by(LegalBasis.given_at.desc())
    return db.session.scalars(statement).all()


def get_agreement_of_person(basis_id: uuid.UUID, actor: Actor) -> LegalBasis:
    """One of them. Raises NotVisible."""
    statement = _of_person(actor).where(LegalBasis.id == basis_id)
    return one_or_refuse(db.session.scalars(statement).one_or_none())


def _of_person(actor: Actor) -> Select[LegalBasis]:
    mine = select(func.app_link_agreements())
    return select(LegalBasis).where(LegalBasis.id.in_(mine), LegalBasis.id != actor.link_object_id)
