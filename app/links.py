"""Links sent to people without an account: one purpose, one object, expiring, revocable.

128 bits of chance, kept as a SHA-256 only; opening one by GET changes nothing. The row is found by
its hash through the SQL function ``find_link``, in a short transaction of its own.
"""

import enum
import hashlib
import secrets
import uuid
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.actors import Actor, ActorKind
from app.db import Base, Dated, Identified, RowClass, db, row_class, text_enum
from app.rows import ask_before_anybody


class LinkPurpose(enum.StrEnum):
    """What a link is for; it opens nothing else."""

    INVITATION = "invitation"
    PASSWORD_RESET = "password_reset"
    CONSENT = "consent"
    COPY = "copy"


LIFETIME = {
    LinkPurpose.INVITATION: timedelta(days=8),
    LinkPurpose.PASSWORD_RESET: timedelta(hours=1),
    LinkPurpose.CONSENT: timedelta(days=8),
    LinkPurpose.COPY: timedelta(days=8),
}


class Link(Identified, Dated, Base):
    """A link that was handed out; ``object_id`` is the one row it speaks of."""

    __tablename__ = "link"
    __table_args__ = (row_class(RowClass.IDENTITY),)

    purpose: Mapped[LinkPurpose] = mapped_column(text_enum(LinkPurpose))
    object_id: Mapped[uuid.UUID] = mapped_column(index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    seat_id: Mapped[uuid.UUID | None]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


def hash_token(token: str) -> str:
    """SHA-256 of a token, in hexadecimal: what the database keeps."""
    return hashlib.sha256(token.encode()).hexdigest()


def issue_link(purpose: LinkPurpose, object_id: uuid.UUID, *, by: Actor) -> tuple[Link, str]:
    """A new link and the token that opens it; the token is never kept in clear."""
    token = secrets.token_urlsafe(16)
    link = Link(
        purpose=purpose,
        object_id=object_id,
        token_hash=hash_token(token),
        seat_id=by.seat_id,
        expires_at=clock.now() + LIFETIME[purpose],
    )
    db.session.add(link)
    return link, token


FIND_LINK = text("SELECT * FROM find_link(:token_hash, :purpose, :at)")


def read_link_actor(view_args: dict[str, object], purpose: str) -> Actor | None:
    """The actor who bears this link, None when it is unknown, expired, used or revoked."""
    token = str(view_args.get("token", ""))
    values = {"token_hash": hash_token(token), "purpose": purpose, "at": clock.now()}
    row = ask_before_anybody(FIND_LINK, values)
    if row is None:
        return None
    return Actor(
        kind=ActorKind.LINK,
        link_id=row["id"],
        link_purpose=purpose,
        link_object_id=row["object_id"],
    )
