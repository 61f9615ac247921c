"""Signing a test client in, without going through the pages."""

import secrets
from datetime import timedelta

from flask.testing import FlaskClient

from app import clock
from app.links import hash_token
from partners.people.models import MemberSession, Membership, Pledge
from tests.support.acting import seeding

COOKIE = "relais_session"


def open_session(membership: Membership) -> str:
    """A new session of this member, pledge signed: the value of its cookie."""
    token, now = secrets.token_urlsafe(32), clock.now()
    with seeding() as session:
        session.add(Pledge(user_id=membership.user_id, version="1", signed_at=now))
        session.add(
            MemberSession(
                token_hash=hash_token(token),
                user_id=membership.user_id,
                membership_id=membership.id,
                last_seen_at=now,
                fresh_at=now,
                ends_at=now + timedelta(hours=12),
            )
        )
    return token


def sign_in(client: FlaskClient, membership: Membership) -> FlaskClient:
    """The client, signed in as this member, pledge signed."""
    client.set_cookie(COOKIE, open_session(membership), domain="localhost")
    return client
