"""Sessions: who asks, read from one cookie; what to answer when nobody is signed in.

The cookie holds a random token whose SHA-256 is kept. A session is idle after 30 minutes, ends
after 12 hours, is revocable at once, and changes its token when one signs in, switches seat or
gives one's password again.
"""

import uuid
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import msgspec
from flask import Request, Response, g, redirect, request, url_for
from sqlalchemy import text

from app import clock
from app.actors import Actor, ActorKind, Role, Side
from app.links import hash_token
from app.rows import ask_before_anybody
from app.security import safe_next
from partners.organisations.enums import OrganisationKind
from partners.people import entrance
from partners.people.cookies import token_of
from partners.people.enums import SIDE_LABELS

#: Sensitive pages ask for the password again when it was given longer ago.
FRESH_FOR = timedelta(minutes=15)

#: One column: describing fifteen to the driver and to SQLAlchemy costs more than reading them.
READ_SESSION = text("SELECT to_json(found)::text AS session FROM read_session(:hash, :at) AS found")


class _Membership(msgspec.Struct):
    """A seat the person may act for."""

    id: uuid.UUID
    name: str
    kind: OrganisationKind
    side: Side


class _Session(msgspec.Struct):
    """What ``read_session`` finds."""

    session_id: uuid.UUID
    fresh_at: datetime | None
    user_id: uuid.UUID
    user_name: str
    membership_id: uuid.UUID
    role: Role
    unit_id: uuid.UUID | None
    seat_id: uuid.UUID
    side: Side
    organisation_id: uuid.UUID
    organisation_name: str
    organisation_kind: OrganisationKind
    territory: frozenset[str] | None
    must_pledge: bool
    seats: list[_Membership]


READER = msgspec.json.Decoder(_Session)


def read_member(asked: Request) -> Actor | None:
    """The member whose session this request carries; None when there is none, or no longer."""
    g.fresh_at = None
    token = token_of(asked)
    return read_token(token) if token else None


def read_token(token: str) -> Actor | None:
    """The member whose session has this token.

    One statement in a transaction of its own, which also keeps when the session last served.
    """
    row = ask_before_anybody(READ_SESSION, {"hash": hash_token(token), "at": clock.now()})
    if row is None:
        return None
    found = READER.decode(row["session"])
    g.fresh_at = found.fresh_at
    return _actor(found)


def _actor(found: _Session) -> Actor:
    return Actor(
        kind=ActorKind.MEMBER,
        user_id=found.user_id,
        membership_id=found.membership_id,
        seat_id=found.seat_id,
        organisation_id=found.organisation_id,
        unit_id=found.unit_id,
        side=found.side,
        role=found.role,
        user_name=found.user_name,
        organisation_name=found.organisation_name,
        organisation_kind=found.organisation_kind,
        seat_label=label_of(found.organisation_name, found.organisation_kind, found.side),
        session_id=found.session_id,
        territory=found.territory or frozenset(),
        seats=tuple((one.id, label_of(one.name, one.kind, one.side)) for one in found.seats),
        must_pledge=found.must_pledge,
    )


def label_of(name: str, kind: str, side: str) -> str:
    """Name of a seat; the side is said for creditors only."""
    return f"{name} ({SIDE_LABELS[Side(side)]})" if OrganisationKind(kind).can_claim else name


def is_fresh() -> bool:
    """Was the password of this session given (again) less than 15 minutes ago?"""
    fresh_at: datetime | None = g.get("fresh_at")
    return fresh_at is not None and fresh_at + FRESH_FOR > clock.now()


def ask_password_again() -> Response | None:
    """The page that asks for the password, for a sensitive page; None when it is fresh enough."""
    if is_fresh():
        return None
    here = safe_next(request.full_path.rstrip("?"))
    return redirect(url_for("people.confirm", next=here))  # type: ignore[return-value]


def sign_in_again(asked: Request) -> Response:
    """Nobody is signed in: the sign-in page, which leads back here.

    What was being typed is kept in it, and given back once signed in; nothing is done meanwhile.
    """
    if asked.method in ("GET", "HEAD"):
        target = safe_next(asked.full_path.rstrip("?"))
        return redirect(url_for("people.sign_in", next=target))  # type: ignore[return-value]
    if asked.headers.get("HX-Request"):
        here = safe_next(urlsplit(asked.headers.get("HX-Current-URL", "")).path)
        return Response(headers={"HX-Redirect": url_for("people.sign_in", next=here)})
    return entrance.show_sign_in_over(asked)
