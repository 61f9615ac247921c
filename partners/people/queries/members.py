"""Members of the organisation one runs, and colleagues."""

import uuid
from collections.abc import Mapping

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from app.actors import Actor, Role, Side
from app.db import db
from app.errors import NotVisible
from app.folding import fold
from partners.organisations.models import Organisation, Seat, Unit
from partners.people.models import (
    Membership,
    UserAccount,
)
from partners.people.queries.scope import FACTS, ours


def members_visible_to(actor: Actor) -> Select[Membership]:
    """Memberships of the actor's own organisation, with user, seat and unit."""
    return (
        select(Membership)
        .join(Membership.user)
        .join(Membership.seat)
        .join(Seat.organisation)
        .outerjoin(Membership.unit)
        .where(Seat.organisation_id == actor.organisation_id, ours(actor))
        .options(
            contains_eager(Membership.user),
            contains_eager(Membership.seat).contains_eager(Seat.organisation),
            contains_eager(Membership.unit),
        )
    )


def list_members(
    actor: Actor,
    search: str = "",
    filters: Mapping[str, str] | None = None,
    *,
    offset: int = 0,
    limit: int = 25,
) -> list[Membership]:
    """Members in the order of their names; ``filters``: role, side, unit, state."""
    found = members_visible_to(actor).where(*_narrowed(search, filters or {}))
    ordered = found.order_by(UserAccount.folded_name, Membership.id)
    return list(db.session.scalars(ordered.offset(offset).limit(limit)))


def count_members(actor: Actor, search: str = "", filters: Mapping[str, str] | None = None) -> int:
    """How many members match."""
    found = members_visible_to(actor).where(*_narrowed(search, filters or {}))
    ids = found.with_only_columns(Membership.id).subquery()
    return db.session.scalar(select(func.count()).select_from(ids)) or 0


def _narrowed(search: str, filters: Mapping[str, str]) -> list[ColumnElement[bool]]:
    words = fold(search).split()
    found: list[ColumnElement[bool]]
    found = [UserAccount.folded_name.contains(word, autoescape=True) for word in words]
    is_ended = filters.get("etat") == "ended"
    found.append(Membership.ended_at.is_not(None) if is_ended else Membership.ended_at.is_(None))
    if role := filters.get("role"):
        found.append(Membership.role == Role(role))
    if side := filters.get("versant"):
        found.append(Seat.side == Side(side))
    if unit := filters.get("antenne"):
        found.append(Membership.unit_id == uuid.UUID(unit))
    return found


def get_member(membership_id: uuid.UUID, actor: Actor) -> Membership:
    """A member of an organisation the actor runs. Raises NotVisible."""
    statement = select(Membership).join(Membership.seat).options(*FACTS)
    found = db.session.scalars(
        statement.where(Membership.id == membership_id, ours(actor))
    ).one_or_none()
    if found is None:
        raise NotVisible()
    return found


def find_membership(membership_id: uuid.UUID) -> Membership | None:
    """A membership with user, seat, organisation and unit, from the directory."""
    statement = select(Membership).where(Membership.id == membership_id).options(*FACTS)
    return db.session.scalars(statement).one_or_none()


def colleagues_of(membership: Membership) -> list[Membership]:
    """Active members of the same seat, this one left out, in the order of their names."""
    return [one for one in members_of_seat(membership.seat_id) if one.id != membership.id]


def members_of_seat(seat_id: uuid.UUID) -> list[Membership]:
    """Active members of a seat in the order of their names."""
    statement = (
        select(Membership)
        .join(Membership.user)
        .where(Membership.seat_id == seat_id, Membership.ended_at.is_(None))
        .options(*FACTS)
    )
    return list(db.session.scalars(statement.order_by(UserAccount.folded_name, Membership.id)))


def count_managers(organisation_id: uuid.UUID) -> int:
    """Active managers of an organisation, whatever the side."""
    statement = select(func.count()).select_from(Membership).join(Membership.seat)
    return (
        db.session.scalar(
            statement.where(
                Seat.organisation_id == organisation_id,
                Membership.role == Role.MANAGER,
                Membership.ended_at.is_(None),
            )
        )
        or 0
    )


def units_of(organisation_id: uuid.UUID) -> list[Unit]:
    """Open units of an organisation, by name."""
    statement = select(Unit).where(Unit.organisation_id == organisation_id, Unit.is_active)
    return list(db.session.scalars(statement.order_by(Unit.name, Unit.id)))


def seats_of_organisation(organisation_id: uuid.UUID) -> list[Seat]:
    """Seats of an organisation, the aid side first."""
    statement = select(Seat).where(Seat.organisation_id == organisation_id)
    return list(
        db.session.scalars(statement.order_by(Seat.side).options(joinedload(Seat.organisation)))
    )


def get_own_organisation(organisation_id: uuid.UUID, actor: Actor) -> Organisation:
    """An organisation this actor may bring people into. Raises NotVisible."""
    is_ours = organisation_id == actor.organisation_id or actor.role is Role.PLATFORM_ADMIN
    statement = select(Organisation).where(Organisation.id == organisation_id)
    found = db.session.scalars(statement.options(selectinload(Organisation.seats))).one_or_none()
    if found is None or not is_ours:
        raise NotVisible()
    return found


def list_active_members(actor: Actor) -> list[Membership]:
    """Every active member of the actor's organisation, by name: for short lists of choices."""
    found = members_visible_to(actor).where(Membership.ended_at.is_(None))
    return list(db.session.scalars(found.order_by(UserAccount.folded_name, Membership.id)))
