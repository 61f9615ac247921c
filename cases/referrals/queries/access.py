"""Access requests: one's own, and those that fell upon a case one leads."""

import uuid
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.actors import Actor
from app.db import db
from app.errors import NotVisible
from cases.casework.models import CaseFile
from cases.referrals.models import AccessRequest, AccessRequestMatch
from partners.organisations.models import Seat


def list_own_requests(
    actor: Actor, offset: int = 0, limit: int = 25
) -> tuple[Sequence[AccessRequest], int]:
    """What the actor's seat asked for, the last first, and how many there are.

    Whether it fell upon a case is not said.
    """
    seat_id = actor.seat_id if actor.reads_cases else None
    own = select(AccessRequest).where(AccessRequest.seat_id == seat_id)
    total = db.session.scalar(select(func.count()).select_from(own.subquery())) or 0
    rows = own.order_by(AccessRequest.created_at.desc(), AccessRequest.id.desc())
    return db.session.scalars(rows.offset(offset).limit(limit)).all(), total


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
