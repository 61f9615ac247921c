"""Documents being made for a member."""

import uuid

from sqlalchemy import select

from app import clock
from app.actors import Actor
from app.db import db
from app.errors import NotVisible
from cases.referrals.models import Printout


def get_printout(printout_id: uuid.UUID, actor: Actor) -> Printout:
    """A document asked for by this member on this seat, kept for a day. Raises NotVisible."""
    statement = select(Printout).where(
        Printout.id == printout_id,
        Printout.user_id == actor.user_id,
        Printout.seat_id == actor.seat_id,
        Printout.expires_at > clock.now(),
    )
    found = db.session.scalars(statement).one_or_none()
    if found is None:
        raise NotVisible
    return found
