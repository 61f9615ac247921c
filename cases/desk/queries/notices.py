"""What the product told a seat."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, tuple_

from app.actors import Actor
from app.db import db
from app.errors import NotVisible
from app.notices import Notice

#: Unread messages are counted so far.
MOST = 100


def notices_visible_to(actor: Actor) -> Select[Notice]:
    """Notices to the actor's seat, or to them on this seat."""
    if not actor.reads_cases:
        return select(Notice).where(Notice.id.is_(None))
    to_them = or_(Notice.user_id.is_(None), Notice.user_id == actor.user_id)
    return select(Notice).where(Notice.seat_id == actor.seat_id, to_them)


def list_unread_notices(
    actor: Actor, limit: int, after: tuple[datetime, uuid.UUID] | None = None
) -> Sequence[Notice]:
    """Unread notices, the newest first; ``after`` is the (created_at, id) of the last one shown."""
    statement = unread_by(actor)
    if after is not None:
        statement = statement.where(Notice.created_at <= after[0], _place() < tuple_(*after))
    return db.session.scalars(_newest_first(statement).limit(limit)).all()


def list_last_notices(actor: Actor, limit: int) -> tuple[list[Notice], int]:
    """The last unread notices, and how many there are up to ``MOST``: one statement."""
    counted = unread_by(actor).with_only_columns(Notice.id).limit(MOST).subquery()
    number = select(func.count()).select_from(counted).scalar_subquery()
    statement = _newest_first(unread_by(actor)).add_columns(number).limit(limit)
    rows = db.session.execute(statement).all()
    return [row[0] for row in rows], rows[0][1] if rows else 0


def unread_by(actor: Actor) -> Select[Notice]:
    """Notices that the actor reads and nobody read."""
    return notices_visible_to(actor).where(Notice.read_at.is_(None))


def _newest_first(statement: Select[Notice]) -> Select[Notice]:
    return statement.order_by(Notice.created_at.desc(), Notice.id.desc())


def _place() -> ColumnElement[Any]:
    return tuple_(Notice.created_at, Notice.id)


def get_notice(notice_id: uuid.UUID, actor: Actor) -> Notice:
    """One notice. Raises NotVisible."""
    statement = notices_visible_to(actor).where(Notice.id == notice_id)
    found = db.session.scalars(statement).one_or_none()
    if found is None:
        raise NotVisible()
    return found
