"""What the product told a seat."""

import uuid

from sqlalchemy import Select, or_, select

from app.actors import Actor
from app.db import db
from app.errors import NotVisible
from app.notices import Notice

MOST = 30


def notices_visible_to(actor: Actor) -> Select[Notice]:
    """Notices to the actor's seat, or to them on this seat."""
    if not actor.reads_cases:
        return select(Notice).where(Notice.id.is_(None))
    to_them = or_(Notice.user_id.is_(None), Notice.user_id == actor.user_id)
    return select(Notice).where(Notice.seat_id == actor.seat_id, to_them)


def list_unread_notices(actor: Actor, limit: int = MOST) -> list[Notice]:
    """The last unread notices, the newest first."""
    statement = notices_visible_to(actor).where(Notice.read_at.is_(None))
    ordered = statement.order_by(Notice.created_at.desc(), Notice.id)
    return list(db.session.scalars(ordered.limit(limit)))


def get_notice(notice_id: uuid.UUID, actor: Actor) -> Notice:
    """One notice. Raises NotVisible."""
    statement = notices_visible_to(actor).where(Notice.id == notice_id)
    found = db.session.scalars(statement).one_or_none()
    if found is None:
        raise NotVisible()
    return found
