"""Access requests that fell upon a case one leads."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.actors import Actor
from app.db import db
from app.errors import NotVisible
from cases.casework.models import CaseFile
from cases.referrals.models import AccessRequest, AccessRequestMatch
from partners.organisations.models import Seat


def get_match(request_id: uuid.UUID, actor: Actor) -> AccessRequestMatch:
    """A request that fell upon a case of the actor's seat, not handled yet. Raises NotVisible."""
    statement = (
        select(AccessRequestMatch)
        .join(CaseFile, CaseFile.id == AccessRequestMatch.case_id)
        .where(
            AccessRequestMatch.request_id == request_id,
            AccessRequestMatch.handled_at.is_(None),
            CaseFile.lead_seat_id == (actor.seat_id if actor.reads_cases else None),
        )
        .options(
            joinedload(AccessRequestMatch.request, innerjoin=True)
            .joinedload(AccessRequest.seat)
            .joinedload(Seat.organisation)
        )
    )
    found = db.session.scalars(statement).one_or_none()
    if found is None:
        raise NotVisible
    return found


def find_lead_of(request_id: uuid.UUID) -> uuid.UUID | None:
    """For the system: the seat that leads the case a request fell upon, None for no case."""
    statement = (
        select(CaseFile.lead_seat_id)
        .join(AccessRequestMatch, AccessRequestMatch.case_id == CaseFile.id)
        .where(AccessRequestMatch.request_id == request_id)
    )
    return db.session.scalar(statement)
