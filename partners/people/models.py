"""Accounts, secrets, memberships, absences, sessions, pledges, throttles."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from app.actors import Role
from app.db import Base, Dated, Identified, RowClass, related, row_class, text_enum
from partners.organisations.models import Seat, Unit

DIRECTORY = row_class(RowClass.DIRECTORY)
IDENTITY = row_class(RowClass.IDENTITY)


class UserAccount(Identified, Dated, Base):
    """A professional who signs in; ``email`` is lower case."""

    __tablename__ = "user_account"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_lower"), DIRECTORY)

    email: Mapped[str] = mapped_column(unique=True)
    full_name: Mapped[str]
    folded_name: Mapped[str] = mapped_column(index=True)
    phone: Mapped[str] = mapped_column(default="")
    is_active: Mapped[bool] = mapped_column(default=True)

    memberships: Mapped[list["Membership"]] = related(back_populates="user")


class UserSecret(Base):
    """What proves who one is; read through definer functions only, before sign-in.

    ``totp_secret`` is encrypted with a key derived from the application secret (AES-GCM, the user
    id as associated data); ``totp_counter`` is the last accepted one, so a code serves once.
    """

    __tablename__ = "user_secret"
    __table_args__ = (IDENTITY,)

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    password_hash: Mapped[str | None]
    password_changed_at: Mapped[datetime | None]
    totp_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_counter: Mapped[int | None]
    totp_confirmed_at: Mapped[datetime | None]


class RecoveryCode(Identified, Dated, Base):
    """A one-time code for a lost phone, kept as a hash."""

    __tablename__ = "recovery_code"
    __table_args__ = (IDENTITY,)

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    code_hash: Mapped[str]
    used_at: Mapped[datetime | None]


class Membership(Identified, Dated, Base):
    """A person on a seat, with a role."""

    __tablename__ = "membership"
    __table_args__ = (
        Index(
            "uq_membership_active",
            "user_id",
            "seat_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        DIRECTORY,
    )

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    seat_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("seat.id"), index=True)
    unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id"))
    role: Mapped[Role] = mapped_column(text_enum(Role))
    job_title: Mapped[str] = mapped_column(default="")
    ended_at: Mapped[datetime | None]

    user: Mapped[UserAccount] = related(back_populates="memberships")
    seat: Mapped[Seat] = related()
    unit: Mapped[Unit | None] = related()

    @property
    def is_active(self) -> bool:
        """Still a member."""
        return self.ended_at is None


class Absence(Identified, Dated, Base):
    """Days (both included) on which a member is away, and who answers instead."""

    __tablename__ = "absence"
    __table_args__ = (CheckConstraint("ends_on >= starts_on", name="order"), DIRECTORY)

    membership_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("membership.id"), index=True)
    deputy_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("membership.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]

    membership: Mapped[Membership] = related(foreign_keys=[membership_id])
    deputy: Mapped[Membership | None] = related(foreign_keys=[deputy_id])


class Correspondent(Identified, Base):
    """The member who answers for a service."""

    __tablename__ = "correspondent"
    __table_args__ = (DIRECTORY,)

    service_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("service.id"), index=True)
    membership_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("membership.id"))

    membership: Mapped[Membership] = related()


class Invitation(Identified, Dated, Base):
    """A seat offered to someone by e-mail; accepted through a link."""

    __tablename__ = "invitation"
    __table_args__ = (IDENTITY,)

    email: Mapped[str]
    full_name: Mapped[str]
    seat_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("seat.id"), index=True)
    unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id"))
    role: Mapped[Role] = mapped_column(text_enum(Role))
    invited_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    accepted_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    seat: Mapped[Seat] = related()


class MemberSession(Identified, Dated, Base):
    """A server-side session: 30 minutes idle, 12 hours at most, revocable at once."""

    __tablename__ = "member_session"
    __table_args__ = (IDENTITY,)

    token_hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    membership_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("membership.id"))
    last_seen_at: Mapped[datetime]
    fresh_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    device: Mapped[str] = mapped_column(default="")


class Pledge(Identified, Base):
    """The confidentiality pledge, renewed every 3 months (``domain.md`` §14)."""

    __tablename__ = "pledge"
    __table_args__ = (IDENTITY,)

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    version: Mapped[str]
    signed_at: Mapped[datetime]


class Throttle(Base):
    """Attempts counted per key (account, address) and window, in the database."""

    __tablename__ = "throttle"
    __table_args__ = (IDENTITY,)

    key: Mapped[str] = mapped_column(primary_key=True)
    window_start: Mapped[datetime] = mapped_column(primary_key=True)
    hits: Mapped[int] = mapped_column(default=0)
