"""What proves who one is: passwords, one-time codes, recovery codes. No database here.

Secrets of second factors are encrypted (AES-GCM) with a key derived from the application's secret,
the user's identifier as associated data; recovery codes are kept as keyed hashes.
"""

import base64
import hmac
import os
import secrets
import uuid
from datetime import datetime

import pyotp
import segno
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app

#: Argon2id, second recommendation of RFC 9106 (64 MiB, 3 passes).
HASHER = PasswordHasher()
#: A hash of nothing anyone knows: it takes its time when there is no account.
NOBODY = HASHER.hash(secrets.token_urlsafe(32))

STEP = 30
ISSUER = "Relais"
NONCE_LENGTH = 12
RECOVERY_CODES = 10
#: Without the letters and figures that are mistaken for one another.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def hash_password(password: str) -> str:
    """Argon2id hash of a password."""
    return HASHER.hash(password)


def verify_password(known: str | None, password: str) -> bool:
    """Is it the password of this hash? Without a hash, no, and it takes as long."""
    try:
        return HASHER.verify(known or NOBODY, password) and known is not None
    except (Argon2Error, InvalidHashError):
        return False


def needs_rehash(known: str) -> bool:
    """Was this hash made with weaker settings than today's?"""
    return HASHER.check_needs_rehash(known)


def new_totp_secret() -> str:
    """A secret to share with an authenticator, 160 bits in base 32."""
    return pyotp.random_base32()


def totp_address(secret: str, email: str) -> str:
    """What the QR code says to the authenticator (``otpauth://``)."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def totp_picture(secret: str, email: str) -> str:
    """The QR code as a ``data:`` address of an SVG image."""
    made = segno.make(totp_address(secret, email), error="m")
    return made.svg_data_uri(scale=5, border=3, dark="#10201f", light="#ffffff")


def totp_counter(secret: str, code: str, at: datetime) -> int | None:
    """The time step of which this is the code (the present one, the last or the next), or None."""
    totp, present = pyotp.TOTP(secret), int(at.timestamp()) // STEP
    for counter in (present, present - 1, present + 1):
        if hmac.compare_digest(totp.generate_otp(counter), code):
            return counter
    return None


def seal_secret(user_id: uuid.UUID, secret: str) -> bytes:
    """The secret of a second factor as the database keeps it."""
    nonce = os.urandom(NONCE_LENGTH)
    return nonce + AESGCM(_key(b"totp")).encrypt(nonce, secret.encode(), user_id.bytes)


def open_secret(user_id: uuid.UUID, sealed: bytes) -> str:
    """The secret again. Raises ``ValueError`` when it was sealed for someone else, or altered."""
    nonce, rest = sealed[:NONCE_LENGTH], sealed[NONCE_LENGTH:]
    try:
        return AESGCM(_key(b"totp")).decrypt(nonce, rest, user_id.bytes).decode()
    except InvalidTag as error:
        raise ValueError("not this user's secret") from error


def seal_text(user_id: uuid.UUID, secret: str) -> str:
    """As ``seal_secret``, fit for a hidden field: nothing is written before it is confirmed."""
    return base64.urlsafe_b64encode(seal_secret(user_id, secret)).decode()


def open_text(user_id: uuid.UUID, sealed: str) -> str:
    """The secret of a hidden field. Raises ``ValueError`` when it is not ours."""
    return open_secret(user_id, base64.urlsafe_b64decode(sealed.encode("ascii", "replace")))


def new_recovery_codes() -> list[str]:
    """Ten codes ``xxxx-xxxx-xxxx``, shown once, each of which serves once."""
    return [_recovery_code() for _ in range(RECOVERY_CODES)]


def _recovery_code() -> str:
    letters = "".join(secrets.choice(ALPHABET) for _ in range(12))
    return "-".join(letters[start : start + 4] for start in range(0, 12, 4))


def hash_recovery_code(user_id: uuid.UUID, code: str) -> str:
    """Keyed hash of a code of this user, whatever its dashes, spaces and case."""
    bare = "".join(char for char in code.lower() if char.isalnum())
    return hmac.new(_key(b"recovery"), user_id.bytes + bare.encode(), "sha256").hexdigest()


def _key(purpose: bytes) -> bytes:
    secret = current_app.config["SECRET_KEY"].encode()
    return HKDF(SHA256(), 32, salt=None, info=b"relais " + purpose).derive(secret)
