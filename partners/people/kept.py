"""What was typed in a page whose session expired, carried through sign-in and given back.

It travels as one signed hidden field; nothing of it is executed in between. Secrets are left out,
and so is what another site would have typed.
"""

import re
import uuid
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Request, current_app
from itsdangerous import BadData, URLSafeTimedSerializer

from app.links import hash_token
from app.security import safe_next
from partners.people import crossing
from partners.people.cookies import token_of

SECRETS = re.compile(r"password|passe|totp|secret|token|recovery", re.IGNORECASE)
IDENTIFIER = re.compile(r"[0-9a-fA-F-]{32,36}")
LONGEST = 64 * 1024
LASTS = 12 * 3600
FOREIGN = ("cross-site", "same-site")


@dataclass(frozen=True)
class Kept:
    """A form that waits: where it was going, what it said, whose it was (None when unknown)."""

    path: str
    fields: tuple[tuple[str, str], ...]
    owner: uuid.UUID | None

    @property
    def readable(self) -> list[str]:
        """The texts a person recognises: no identifiers, no codes."""
        texts = [text.strip() for _, text in self.fields]
        return [text for text in texts if " " in text and not IDENTIFIER.fullmatch(text)]


def keep_typed(asked: Request) -> str:
    """The signed field that keeps this form; empty when another site sent it, or it is too long."""
    if not is_same_origin(asked):
        return ""
    pairs = [
        (name, text) for name, text in asked.form.items(multi=True) if not SECRETS.search(name)
    ]
    if sum(len(name) + len(text) for name, text in pairs) > LONGEST:
        pairs = []
    owner = _owner(asked)
    return _signer().dumps([safe_next(asked.full_path.rstrip("?")), pairs, owner and str(owner)])


def read_kept(signed: str | None) -> Kept | None:
    """The form that waits, None when there is none, or it is not ours, or too old."""
    if not signed:
        return None
    try:
        path, fields, owner = _signer().loads(signed, max_age=LASTS)
    except BadData:
        return None
    pairs = tuple((str(name), str(text)) for name, text in fields)
    return Kept(path, pairs, uuid.UUID(owner) if owner else None)


def kept_of(signed: str | None, user_id: uuid.UUID | None) -> Kept | None:
    """The form that waits, unless somebody else was typing it."""
    kept = read_kept(signed)
    return kept if kept and kept.owner in (None, user_id) else None


def is_same_origin(asked: Request) -> bool:
    """A page of ours sent this form: browsers say where a form comes from."""
    if asked.headers.get("Sec-Fetch-Site") in FOREIGN:
        return False
    origin = asked.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == asked.host


def _owner(asked: Request) -> uuid.UUID | None:
    token = token_of(asked)
    return crossing.session_owner(hash_token(token)) if token else None


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="relais.kept")
