"""One's own account, secrets and sessions."""

import uuid
from datetime import timedelta

from sqlalchemy import func, select

from app import clock
from app.actors import Actor
from app.db import db
from app.errors import NotVisible
from partners.people.models import (
    MemberSession,
    RecoveryCode,
    UserAccount,
    UserSecret,
)

#: A session that was not used for so long serves no more.
IDLE = timedelta(minutes=30)


def get_own_account(actor: Actor) -> UserAccount:
    """The account of whoever asks."""
    return db.session.scalars(select(UserAccount).where(UserAccount.id == actor.user_id)).one()


def get_own_secret(actor: Actor) -> UserSecret:
    """The secrets of whoever asks; empty ones for an account that has none yet."""
    statement = select(UserSecret).where(UserSecret.user_id == actor.user_id)
    return db.session.scalars(statement).one_or_none() or UserSecret()


def list_own_sessions(actor: Actor) -> list[MemberSession]:
    """Sessions of whoever asks that still serve, the last used first."""
    now = clock.now()
    statement = select(MemberSession).where(
        MemberSession.user_id == actor.user_id,
        MemberSession.revoked_at.is_(None),
        MemberSession.ends_at > now,
        MemberSession.last_seen_at > now - IDLE,
        MemberSession.membership_id.is_not(None),
    )
    return list(db.session.scalars(statement.order_by(MemberSession.last_seen_at.desc())))


def get_own_session(session_id: uuid.UUID, actor: Actor) -> MemberSession:
    """One of one's own sessions. Raises NotVisible."""
    found = [one for one in list_own_sessions(actor) if one.id == session_id]
    if not found:
        raise NotVisible()
    return found[0]


def count_recovery_codes(actor: Actor) -> int:
    """Recovery codes of whoever asks that still serve."""
    statement = select(func.count()).where(
        RecoveryCode.user_id == actor.user_id, RecoveryCode.used_at.is_(None)
    )
    return db.session.scalar(statement) or 0


def find_active_account(user_id: uuid.UUID) -> UserAccount | None:
    """Name and address, for a message; None when the account is closed."""
    statement = select(UserAccount).where(UserAccount.id == user_id, UserAccount.is_active)
    return db.session.scalars(statement).one_or_none()


def list_recovery_codes(actor: Actor) -> list[RecoveryCode]:
    """Recovery codes of whoever asks, used or not."""
    return list(
        db.session.scalars(select(RecoveryCode).where(RecoveryCode.user_id == actor.user_id))
    )
