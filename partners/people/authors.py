"""Who caused a job, with the rights they have now: a job may run long after it was asked for."""

import uuid

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.actors import Actor, ActorKind
from app.db import db
from partners.organisations.models import Seat
from partners.people.models import Membership
from partners.people.sessions import label_of


def find_author(user_id: uuid.UUID | None, seat_id: uuid.UUID | None) -> Actor | None:
    """The Actor of a member on a seat, as the system; None when they left or were disabled."""
    statement = (
        select(Membership, func.unit_departments(Membership.unit_id))
        .where(Membership.user_id == user_id, Membership.seat_id == seat_id)
        .where(Membership.ended_at.is_(None))
        .options(
            joinedload(Membership.user),
            joinedload(Membership.seat).joinedload(Seat.organisation),
        )
    )
    found = db.session.execute(statement).one_or_none()
    if found is None or not found[0].user.is_active:
        return None
    return _actor(*found)


def _actor(member: Membership, territory: list[str] | None) -> Actor:
    organisation = member.seat.organisation
    return Actor(
        kind=ActorKind.MEMBER,
        user_id=member.user_id,
        membership_id=member.id,
        seat_id=member.seat_id,
        organisation_id=organisation.id,
        unit_id=member.unit_id,
        side=member.seat.side,
        role=member.role,
        user_name=member.user.full_name,
        organisation_name=organisation.name,
        organisation_kind=organisation.kind.value,
        seat_label=label_of(organisation.name, organisation.kind.value, member.seat.side),
        territory=frozenset(territory or ()),
    )
