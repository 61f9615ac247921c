"""Links sent to people without an account: one purpose, one object, expiring, revocable.

128 bits of chance, kept as a SHA-256 only; opening one by GET changes nothing. The row is found by
its hash through the SQL function ``find_link``, in a short transaction of its own. Links are made
by the workers, when their mail leaves; the web may only ask for another.
"""

import enum
import hashlib
import secrets
import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.actors import Actor, ActorKind
from app.db import Base, Dated, Identified, RowClass, db, row_class, text_enum
from app.errors import Gone
from app.jobs import enqueue
from app.rows import ask_before_anybody


class LinkPurpose(enum.StrEnum):
    """What a link is for; it opens nothing else."""

    INVITATION = "invitation"
    PASSWORD_RESET = "password_reset"
    CONSENT = "consent"
    ANSWER = "answer"
    ACTION = "action"
    COPY = "copy"


class LinkStanding(enum.StrEnum):
    """Why a link opens nothing."""

    EXPIRED = "expired"
    REPLACED = "replaced"
    REVOKED = "revoked"
    USED = "used"
    UNKNOWN = "unknown"


#: What its bearer reads, and does next.
SENTENCES = {
    LinkStanding.EXPIRED: "Ce lien a expiré : il ne vivait que quelques jours.",
    LinkStanding.REPLACED: (
        "Ce lien a été remplacé par un plus récent. Ouvrez le dernier courriel reçu de Relais."
    ),
    LinkStanding.REVOKED: (
        "Ce lien a été retiré : ce qu’il ouvrait est clos, repris ou annulé. Pour en savoir plus,"
        " parlez-en à l’organisation qui vous l’a envoyé."
    ),
    LinkStanding.USED: (
        "Ce lien a déjà servi. Demandez-en un nouveau à la personne qui vous l’a envoyé."
    ),
    LinkStanding.UNKNOWN: (
        "Cette adresse est incomplète, ou elle a été modifiée. Ouvrez le lien depuis le courriel,"
        " ou recopiez-le en entier."
    ),
}
#: Another link, at the same address, helps the bearer of these.
RENEWABLE = (LinkStanding.EXPIRED, LinkStanding.REPLACED)


LIFETIME = {
    LinkPurpose.INVITATION: timedelta(days=8),
    LinkPurpose.PASSWORD_RESET: timedelta(hours=1),
    LinkPurpose.CONSENT: timedelta(days=8),
    LinkPurpose.ANSWER: timedelta(days=8),
    LinkPurpose.ACTION: timedelta(days=8),
    LinkPurpose.COPY: timedelta(days=8),
}
#: A new link of these revokes the former ones of the same object.
ONE_AT_A_TIME = frozenset({LinkPurpose.CONSENT, LinkPurpose.ANSWER})


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
    if purpose in ONE_AT_A_TIME:
        _revoke_former(purpose, object_id)
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


def _revoke_former(purpose: LinkPurpose, object_id: uuid.UUID) -> None:
    """Two links of one object wait for each other: the second revokes the first."""
    turn = func.hashtextextended(f"{purpose}:{object_id}", 0)
    db.session.execute(select(func.pg_advisory_xact_lock(turn)))
    former = update(Link).where(
        Link.purpose == purpose, Link.object_id == object_id, Link.revoked_at.is_(None)
    )
    db.session.execute(former.values(revoked_at=clock.now()))


FIND_LINK = text("SELECT * FROM find_link(:token_hash, :purpose, :at)")


def read_link_actor(view_args: dict[str, object], purpose: str) -> Actor | None:
    """The actor who bears this link, None when it is unknown, expired, used or revoked."""
    row = ask_before_anybody(FIND_LINK, _named(str(view_args.get("token", "")), purpose))
    if row is None:
        return None
    return Actor(
        kind=ActorKind.LINK,
        link_id=row["id"],
        link_purpose=purpose,
        link_object_id=row["object_id"],
    )


def _named(token: str, purpose: str) -> dict[str, object]:
    """What names a link to the functions that find it."""
    return {"token_hash": hash_token(token), "purpose": purpose, "at": clock.now()}


class LinkGone(Gone):
    """A link that opens nothing; ``standing`` says why."""

    def __init__(self, standing: LinkStanding) -> None:
        super().__init__(SENTENCES[standing])
        self.standing = standing

    @property
    def is_renewable(self) -> bool:
        """Another one would help."""
        return self.standing in RENEWABLE


STANDING = text("SELECT * FROM link_standing(:token_hash, :purpose, :at)")


def find_standing(token: str, purpose: str) -> tuple[uuid.UUID | None, str]:
    """The object of a link, live or not, and where the link stands; (None, unknown) for none."""
    row = db.session.execute(STANDING, _named(token, purpose)).mappings().one_or_none()
    return (row["object_id"], row["standing"]) if row else (None, LinkStanding.UNKNOWN)


def link_refusal(view_args: dict[str, object], purpose: str) -> LinkGone:
    """Why this link opens nothing, in words."""
    row = ask_before_anybody(STANDING, _named(str(view_args.get("token", "")), purpose))
    return LinkGone(LinkStanding(row["standing"]) if row else LinkStanding.UNKNOWN)


def ask_another_link(object_id: uuid.UUID | None, kind: str, *, names: str, by: Actor) -> None:
    """Ask for another link to the address of the former one; ``kind`` is the effect that sends it.

    The same row is written whether or not there is anything to send (``object_id`` is None when
    the token is of no link): the worker decides, and is not watched by whoever asks. ``names`` is
    what the effect calls the object.
    """
    named: dict[str, Any] = {names: object_id or uuid.uuid4()}
    enqueue(kind, key=f"another:{uuid.uuid4()}", by=by, **named)


def find_expiry(bearer: Actor) -> datetime | None:
    """Until when the link of this bearer lives."""
    return db.session.scalar(select(Link.expires_at).where(Link.id == bearer.link_id))
