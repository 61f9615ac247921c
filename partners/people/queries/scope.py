"""What every read of people shares: whose people one runs, and what is loaded with them."""

from sqlalchemy import ColumnElement
from sqlalchemy.orm import joinedload

from app.actors import Actor, Role, Side
from partners.organisations.models import Seat
from partners.people.models import (
    Membership,
)

FACTS = (
    joinedload(Membership.user),
    joinedload(Membership.seat).joinedload(Seat.organisation),
    joinedload(Membership.unit),
)


def ours(actor: Actor) -> ColumnElement[bool]:
    """Seats whose people this actor runs (``rules.can_run_seat``)."""
    if actor.is_system or actor.role is Role.PLATFORM_ADMIN:
        return Seat.id.is_not(None)
    own = Seat.organisation_id == actor.organisation_id
    return own & (Seat.side == Side.RECOVERY) if actor.side is Side.RECOVERY else own
