"""Documents being made for a member."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app import clock
from app.actors import Actor
from app.db import db
from app.errors import NotVisible
from cases.casework.models import CaseFile
from cases.casework.queries import at_the_door
from cases.referrals.models import Printout, Referral
from cases.referrals.rules.rights import is_page_of_case


def get_printout(printout_id: uuid.UUID, actor: Actor) -> Printout:
    """A document asked for by this member on this seat, kept for a day.

    Raises NotVisible, and ReasonNeeded where its referral would.
    """
    statement = select(Printout).where(
        Printout.id == printout_id,
        Printout.user_id == actor.user_id,
        Printout.seat_id == actor.seat_id,
        Printout.expires_at > clock.now(),
    )
    referral = joinedload(Printout.referral)
    statement = statement.options(referral.joinedload(Referral.case).joinedload(CaseFile.company))
    found = db.session.scalars(statement).one_or_none()
    if found is None:
        raise NotVisible
    if found.referral is not None and is_page_of_case(actor, found.referral):
        at_the_door(found.referral.case, actor)
    return found
