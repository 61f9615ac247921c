"""The SQL functions of ``30_people.sql``, one Python function each.

They cross the policies that protect secrets and sessions, and each checks who asks. Hashes of
tokens and codes come in, never the tokens themselves; instants come from ``app.clock``.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from uuid_utils.compat import uuid7

from app import clock
from app.db import db


@dataclass(frozen=True)
class Pending:
    """Someone who gave a password, and not yet the second factor."""

    user_id: uuid.UUID
    email: str
    full_name: str
    totp_secret: bytes | None
    has_totp: bool


def _value(sql: str, **values: Any) -> Any:
    return db.session.execute(text(f"SELECT {sql}"), {"at": clock.now(), **values}).scalar()


def _row(sql: str, **values: Any) -> Any:
    found = db.session.execute(text(f"SELECT * FROM {sql}"), {"at": clock.now(), **values})
    return found.mappings().one_or_none()


# --- signing in ---------------------------------------------------------------------------------


def password_of(email: str) -> tuple[uuid.UUID | None, str | None]:
    """The account of this address and the hash of its password, or two Nones."""
    row = _row("password_of(:email)", email=email)
    return (row["user_id"], row["password_hash"]) if row else (None, None)


def account_of(email: str) -> uuid.UUID | None:
    """The active account of this address."""
    return _value("account_of(:email)", email=email)


def begin_sign_in(user_id: uuid.UUID, token_hash: str, device: str) -> None:
    """« Password given », for ten minutes."""
    _value(
        "begin_sign_in(:id, :user, :hash, :device, :at)",
        id=uuid7(),
        user=user_id,
        hash=token_hash,
        device=device,
    )


def pending_sign_in(token_hash: str) -> Pending | None:
    """Who has begun to sign in with this token, if it is still time."""
    row = _row("pending_sign_in(:hash, :at)", hash=token_hash)
    return Pending(**row) if row else None


def accept_totp(token_hash: str, counter: int) -> bool:
    """Take a time step as used; False when it, or a later one, was used before."""
    return _value("accept_totp(:hash, :counter, :at)", hash=token_hash, counter=counter)


def use_recovery_code(token_hash: str, code_hash: str) -> bool:
    """Take a recovery code as used; False when it is not one, or was used."""
    return _value("use_recovery_code(:hash, :code, :at)", hash=token_hash, code=code_hash)


def enrol_totp(token_hash: str, sealed: bytes, counter: int, codes: list[str]) -> bool:
    """The second factor and recovery codes of someone who has none; False when there is one."""
    values = {"hash": token_hash, "secret": sealed, "counter": counter, "codes": codes}
    sql = "enrol_totp(:hash, :secret, :counter, :ids, :codes, :at)"
    return _value(sql, ids=[uuid7() for _ in codes], **values)


def keep_password(token_hash: str, password_hash: str) -> None:
    """The same password, hashed with today's settings."""
    _value("keep_password(:hash, :password, :at)", hash=token_hash, password=password_hash)


def complete_sign_in(token_hash: str, new_hash: str) -> uuid.UUID | None:
    """A session under a new token; the user, None when no seat is left to sit on."""
    values = {"hash": token_hash, "id": uuid7(), "new": new_hash}
    return _value("complete_sign_in(:hash, :id, :new, :at)", **values)


def renew_session(
    token_hash: str, new_hash: str, membership_id: uuid.UUID, *, fresh: bool = False
) -> bool:
    """Another token for one's own session, on a seat of one's own; ``fresh``: password given."""
    values = {"hash": token_hash, "new": new_hash, "membership": membership_id}
    sql = "renew_session(:hash, :new, :membership, CAST(:fresh_at AS timestamptz))"
    return _value(sql, fresh_at=clock.now() if fresh else None, **values)


def session_owner(token_hash: str) -> uuid.UUID | None:
    """Whose session this was, expired or not."""
    return _value("session_owner(:hash)", hash=token_hash)


def note_refused_password(email: str) -> None:
    """One event for the auditors of whoever has this address; the same work when nobody has."""
    _value("note_refused_password(:email, :at)", email=email)


def note_refused_code(token_hash: str, step: str) -> None:
    """One event for the auditors of whoever gave a password, and not the rest."""
    _value("note_refused_code(:hash, :step, :at)", hash=token_hash, step=step)


# --- links --------------------------------------------------------------------------------------


def accept_invitation(
    user_id: uuid.UUID, full_name: str, folded_name: str, password_hash: str
) -> uuid.UUID | None:
    """The account and membership that this link offers; None when it no longer does."""
    sql = "accept_invitation(:user, :membership, :name, :folded, :password, :at)"
    values = {"user": user_id, "membership": uuid7(), "name": full_name, "folded": folded_name}
    return _value(sql, password=password_hash, **values)


def my_invitation(token_hash: str) -> Any:
    """Seat and role that this link offers to whoever is signed in; None when it does not."""
    return _row("my_invitation_seat(:hash, :at)", hash=token_hash)


def join_by_invitation(token_hash: str) -> uuid.UUID | None:
    """The membership, for an account that exists; None when the link is not for it."""
    values = {"hash": token_hash, "membership": uuid7()}
    return _value("join_by_invitation(:hash, :membership, :at)", **values)


def reset_password(password_hash: str) -> uuid.UUID | None:
    """Replace the password of the bearer of this link, and end every session."""
    return _value("reset_password(:password, :at)", password=password_hash)


# --- managers -----------------------------------------------------------------------------------


def lock_people_of(organisation_id: uuid.UUID) -> None:
    """Whoever changes people of this organisation meanwhile waits for this transaction."""
    _value("lock_people_of(:organisation)", organisation=organisation_id)


def end_sessions(membership_id: uuid.UUID) -> None:
    """End the sessions held on a seat one manages."""
    _value("end_sessions(:membership, :at)", membership=membership_id)


def reset_second_factor(membership_id: uuid.UUID) -> bool:
    """Take away the second factor of a member one manages; False when it may not be."""
    return _value("reset_second_factor(:membership, :at)", membership=membership_id)


# --- throttles ----------------------------------------------------------------------------------


def count_attempt(key: str, window: int) -> int:
    """One attempt more; how many under this key in this window (seconds)."""
    return _value("count_attempt(:key, :window, :at)", key=key, window=window)


def forgive_attempts(keys: Iterable[str]) -> None:
    """Forget the attempts counted under these keys."""
    _value("forgive_attempts(:keys)", keys=list(keys))
