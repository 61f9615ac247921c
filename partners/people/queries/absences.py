"""Absences, and who answers instead."""

import uuid
from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app import clock
from app.actors import Actor, Role
from app.db import db
from app.errors import NotVisible
from partners.organisations.models import Seat
from partners.people.models import (
    Absence,
    Membership,
)
from partners.people.queries.scope import FACTS, ours


def list_absences(actor: Actor, since: date | None = None) -> list[Absence]:
    """Absences of the actor's organisation that are not over, by beginning."""
    member = joinedload(Absence.membership)
    statement = (
        select(Absence)
        .join(Absence.membership)
        .join(Membership.seat)
        .where(
            Seat.organisation_id == actor.organisation_id,
            ours(actor),
            Membership.ended_at.is_(None),
            Absence.ends_on >= (since or clock.today()),
        )
        .options(
            member.joinedload(Membership.user),
            member.joinedload(Membership.seat).joinedload(Seat.organisation),
            joinedload(Absence.deputy).joinedload(Membership.user),
        )
    )
    return list(db.session.scalars(statement.order_by(Absence.starts_on, Absence.id)))


def absences_of(membership_ids: Iterable[uuid.UUID], day: date) -> dict[uuid.UUID, Absence]:
    """Absences on a day, by membership, with the deputy's name."""
    statement = (
        select(Absence)
        .where(
            Absence.membership_id.in_(list(membership_ids)),
            Absence.starts_on <= day,
            Absence.ends_on >= day,
        )
        .options(joinedload(Absence.deputy).joinedload(Membership.user))
    )
    return {absence.membership_id: absence for absence in db.session.scalars(statement)}


def coming_absences(membership_id: uuid.UUID) -> list[Absence]:
    """Absences of one member that are not over, by beginning."""
    statement = (
        select(Absence)
        .where(Absence.membership_id == membership_id, Absence.ends_on >= clock.today())
        .options(joinedload(Absence.deputy).joinedload(Membership.user))
    )
    return list(db.session.scalars(statement.order_by(Absence.starts_on, Absence.id)))


def get_absence(absence_id: uuid.UUID, actor: Actor) -> Absence:
    """An absence of one's own or of a member one runs. Raises NotVisible."""
    is_own = Membership.user_id == actor.user_id
    runs = actor.role in (Role.MANAGER, Role.PLATFORM_ADMIN)
    statement = (
        select(Absence)
        .join(Absence.membership)
        .join(Membership.seat)
        .where(Absence.id == absence_id, (is_own | ours(actor)) if runs else is_own)
        .options(joinedload(Absence.membership).options(*FACTS))
    )
    found = db.session.scalars(statement).one_or_none()
    if found is None:
        raise NotVisible()
    return found


def has_overlapping_absence(
    membership_id: uuid.UUID, starts_on: date, ends_on: date, but: uuid.UUID | None = None
) -> bool:
    """Is another absence noted on one of these days?"""
    statement = select(Absence.id).where(
        Absence.membership_id == membership_id,
        Absence.starts_on <= ends_on,
        Absence.ends_on >= starts_on,
        Absence.id != but if but else Absence.id.is_not(None),
    )
    return db.session.scalar(statement.limit(1)) is not None
