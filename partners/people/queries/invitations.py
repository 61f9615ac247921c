"""Invitations that wait."""

import uuid

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager

from app.actors import Actor
from app.db import db
from app.errors import NotVisible
from partners.organisations.models import Seat
from partners.people.models import (
    Invitation,
    Membership,
    UserAccount,
)
from partners.people.queries.scope import ours


def list_invitations(actor: Actor) -> list[Invitation]:
    """Invitations to the actor's organisation that wait for an answer, newest first."""
    statement = (
        select(Invitation)
        .join(Invitation.seat)
        .where(
            Seat.organisation_id == actor.organisation_id,
            ours(actor),
            Invitation.accepted_at.is_(None),
            Invitation.revoked_at.is_(None),
        )
        .options(contains_eager(Invitation.seat).joinedload(Seat.organisation))
    )
    return list(db.session.scalars(statement.order_by(Invitation.created_at.desc())))


def get_invitation(invitation_id: uuid.UUID, actor: Actor) -> Invitation:
    """A waiting invitation of an organisation the actor runs. Raises NotVisible."""
    statement = _waiting().where(Invitation.id == invitation_id, ours(actor))
    found = db.session.scalars(statement).one_or_none()
    if found is None:
        raise NotVisible()
    return found


def find_invitation(invitation_id: uuid.UUID | None) -> Invitation | None:
    """An invitation that still waits, with its seat; the policies say to whom it is shown."""
    return db.session.scalars(_waiting().where(Invitation.id == invitation_id)).one_or_none()


def find_waiting_invitation(email: str, seat_id: uuid.UUID) -> Invitation | None:
    """The invitation of this address to this seat that still waits."""
    statement = _waiting().where(Invitation.email == email, Invitation.seat_id == seat_id)
    return db.session.scalars(statement.limit(1)).first()


def _waiting() -> Select[Invitation]:
    return (
        select(Invitation)
        .join(Invitation.seat)
        .where(Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))
        .options(contains_eager(Invitation.seat).joinedload(Seat.organisation))
    )


def find_account(email: str) -> UserAccount | None:
    """The account of this address, for members and bearers of links."""
    return db.session.scalars(select(UserAccount).where(UserAccount.email == email)).one_or_none()


def is_member_of(user_id: uuid.UUID, seat_id: uuid.UUID) -> bool:
    """Does this person sit there now?"""
    statement = select(Membership.id).where(
        Membership.user_id == user_id,
        Membership.seat_id == seat_id,
        Membership.ended_at.is_(None),
    )
    return db.session.scalar(statement) is not None
