"""Copies being made, and those that were given."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import undefer

from app.actors import Actor
from app.db import db
from app.errors import NotVisible
from cases.rights.models import RightsCopy


def find_copy(request_id: uuid.UUID, actor: Actor) -> RightsCopy | None:
    """The last copy that the actor's seat made for a request; another seat's is not theirs."""
    statement = (
        select(RightsCopy)
        .where(RightsCopy.request_id == request_id, RightsCopy.seat_id == actor.seat_id)
        .order_by(RightsCopy.created_at.desc(), RightsCopy.id.desc())
        .limit(1)
    )
    return db.session.scalars(statement).one_or_none()


def get_copy_files(copy_id: uuid.UUID | None) -> RightsCopy:
    """A copy with its two files, as far as the policies show it. Raises NotVisible."""
    files = undefer(RightsCopy.pdf), undefer(RightsCopy.data)
    statement = select(RightsCopy).where(RightsCopy.id == copy_id).options(*files)
    return _one(db.session.scalars(statement).one_or_none())


def get_copy_of_link(actor: Actor) -> RightsCopy:
    """The copy of the link that its person holds. Raises NotVisible."""
    statement = select(RightsCopy).where(RightsCopy.id == actor.link_object_id)
    return _one(db.session.scalars(statement).one_or_none())


def find_copy_for_system(copy_id: uuid.UUID) -> RightsCopy | None:
    """For the worker."""
    return db.session.get(RightsCopy, copy_id)


def list_copies_over(at: datetime, limit: int = 100) -> Sequence[RightsCopy]:
    """For the system: copies whose link is over, locked; others are skipped."""
    statement = (
        select(RightsCopy)
        .where(RightsCopy.expires_at <= at)
        .order_by(RightsCopy.expires_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return db.session.scalars(statement).all()


def count_own_texts_elsewhere(case_id: uuid.UUID) -> int:
    """How many other seats keep texts for themselves; asked by the lead, else zero."""
    return int(db.session.scalar(select(func.own_texts_elsewhere(case_id))) or 0)


def _one(found: RightsCopy | None) -> RightsCopy:
    if found is None:
        raise NotVisible
    return found
