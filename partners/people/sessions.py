"""Sessions: who asks, read from one cookie; what to answer when nobody is signed in.

The cookie holds a random token whose SHA-256 is kept. A session is idle after 30 minutes, ends
after 12 hours, is revocable at once, and changes its token when one signs in, switches seat or
gives one's password again.
"""

import secrets
import uuid
from datetime import datetime, timedelta
from typing import Any

from flask import Request, Response, current_app, g, redirect, request, url_for
from sqlalchemy import text

from app import clock, rows
from app.actors import ANONYMOUS, Actor, ActorKind, Role, Side
from app.db import db
from app.links import hash_token
from app.security import safe_next
from partners.organisations.enums import OrganisationKind
from partners.people.enums import SIDE_LABELS

#: Sensitive pages ask for the password again when it was given longer ago.
FRESH_FOR = timedelta(minutes=15)

READ_SESSION = text("SELECT * FROM read_session(:hash, :at)")


def cookie_name() -> str:
    """Name of the cookie: bound to this very host when the site is on https."""
    is_secure = current_app.config["SESSION_COOKIE_SECURE"]
    return "__Host-relais_session" if is_secure else "relais_session"


def token_of(asked: Request) -> str:
    """The token a browser gave, empty when it gave none."""
    return asked.cookies.get(cookie_name(), "")


def new_token() -> str:
    """A token nobody can guess: 256 bits."""
    return secrets.token_urlsafe(32)


def read_member(asked: Request) -> Actor | None:
    """The member whose session this request carries; None when there is none, or no longer.

    One statement in a transaction of its own, which also keeps when the session last served.
    """
    g.fresh_at = None
    token = token_of(asked)
    if not token:
        return None
    rows.act_as(ANONYMOUS)
    values = {"hash": hash_token(token), "at": clock.now()}
    row = db.session.execute(READ_SESSION, values).mappings().one_or_none()
    db.session.commit()
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
    """Nobody is signed in: the sign-in page, which leads back here."""
    target = safe_next(asked.full_path.rstrip("?"))
    return redirect(url_for("people.sign_in", next=target))  # type: ignore[return-value]


def give_session(response: Response, token: str) -> Response:
    """Put the token in the browser, until it is closed."""
    response.set_cookie(
        cookie_name(),
        token,
        path="/",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response


def take_session(response: Response) -> Response:
    """Take the token away."""
    is_secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.delete_cookie(cookie_name(), path="/", secure=is_secure, httponly=True, samesite="Lax")
    return response
