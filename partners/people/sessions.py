"""Sessions: who asks, read from one cookie; what to answer when nobody is signed in.

The cookie holds a random token whose SHA-256 is kept. A session is idle after 30 minutes, ends
after 12 hours, is revocable at once, and changes its token when one signs in, switches seat or
gives one's password again.
"""

import uuid
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

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

READ_SESSION = text("SELECT * FROM read_session(:hash, :at)")


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
    g.fresh_at = row["fresh_at"]
    return _actor(row)


def _actor(row: Any) -> Actor:
    label = label_of(row["organisation_name"], row["organisation_kind"], row["side"])
    return Actor(
        kind=ActorKind.MEMBER,
        role=Role(row["role"]),
        side=Side(row["side"]),
        seat_label=label,
        territory=frozenset(row["territory"] or ()),
        seats=tuple(_seat(seat) for seat in row["seats"]),
        **{name: row[name] for name in _COPIED},
    )


_COPIED = (
    "session_id",
    "user_id",
    "user_name",
    "membership_id",
    "unit_id",
    "seat_id",
    "organisation_id",
    "organisation_name",
    "organisation_kind",
    "must_pledge",
)


def _seat(seat: dict[str, str]) -> tuple[uuid.UUID, str]:
    return uuid.UUID(seat["id"]), label_of(seat["name"], seat["kind"], seat["side"])


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
