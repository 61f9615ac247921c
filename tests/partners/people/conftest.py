"""What the tests of people share: accounts with a password and a second factor."""

from collections.abc import Iterator
from dataclasses import dataclass

import pyotp
import pytest
from flask import Flask

from app import clock
from app.links import LinkPurpose, hash_token
from partners.people import proofs
from partners.people.models import Membership, RecoveryCode, UserAccount, UserSecret
from tests.factories.people import make_member
from tests.support.acting import seeding

PASSWORD = "girafe tonnerre lavande ficelle"
RECOVERY = "abcd-efgh-jkmn"


@dataclass(frozen=True)
class Known:
    """A member who can sign in."""

    membership: Membership
    email: str
    secret: str

    @property
    def code(self) -> str:
        """The code that the authenticator shows now."""
        return pyotp.TOTP(self.secret).at(clock.now())


@pytest.fixture(scope="session")
def password_hash() -> str:
    """The hash of ``PASSWORD``, made once: Argon2 takes its time."""
    return proofs.hash_password(PASSWORD)


def make_known(membership: Membership, password_hash: str, has_totp: bool = True) -> Known:
    """Give this member a password, and a second factor."""
    secret = proofs.new_totp_secret()
    with seeding() as session:
        user = session.get_one(UserAccount, membership.user_id)
        kept = UserSecret(user_id=user.id, password_hash=password_hash)
        kept.password_changed_at = clock.now()
        if has_totp:
            kept.totp_secret = proofs.seal_secret(user.id, secret)
            kept.totp_confirmed_at = clock.now()
        session.add(kept)
        code = proofs.hash_recovery_code(user.id, RECOVERY)
        session.add(RecoveryCode(user_id=user.id, code_hash=code))
        email = user.email
    return Known(membership, email, secret)


@pytest.fixture
def known(app: Flask, password_hash: str) -> Known:
    """A member who can sign in."""
    return make_known(make_member(), password_hash)


@pytest.fixture
def demonstration(app: Flask) -> Iterator[Flask]:
    """The application in demonstration mode."""
    app.config["RELAIS_DEMO"] = True
    yield app
    app.config["RELAIS_DEMO"] = False
    app.extensions.pop("relais.demo_accounts", None)


def make_link(purpose: LinkPurpose, object_id: object, token: str, **more: object) -> None:
    """A link opened by this token."""
    from app.links import LIFETIME, Link

    values = {"expires_at": clock.now() + LIFETIME[purpose], **more}
    with seeding() as session:
        session.add(
            Link(purpose=purpose, object_id=object_id, token_hash=hash_token(token), **values)
        )
