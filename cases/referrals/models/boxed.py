"""What lies in the box of a seat, kept for lists and counts (``docs/decisions/0017``)."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, RowClass, row_class


class BoxedReferral(Base):
    """A referral in the box of its sender, or of its receiver once sent; ``organisation_id`` is the
    other's. ``moved_at`` says when what was sent was last answered or ended.

    Triggers keep it from ``referral``; nobody writes it.
    """

    __tablename__ = "boxed_referral"
    __table_args__ = (
        Index(
            "ix_boxed_referral_due",
            "seat_id",
            "is_received",
            "due_at",
            text("sent_at DESC"),
            "referral_id",
            postgresql_include=["state", "subject", "kind", "organisation_id"],
            postgresql_where=text("due_at IS NOT NULL"),
        ),
        Index(
            "ix_boxed_referral_sent",
            "seat_id",
            "is_received",
            text("sent_at DESC"),
            "referral_id",
            postgresql_include=["due_at", "state", "subject", "kind", "organisation_id"],
        ),
        Index(
            "ix_boxed_referral_state",
            "seat_id",
            "is_received",
            "state",
            text("sent_at DESC"),
            "referral_id",
            postgresql_include=["due_at", "subject", "kind", "organisation_id"],
        ),
        Index(
            "ix_boxed_referral_organisation",
            "seat_id",
            "is_received",
            "organisation_id",
            text("sent_at DESC"),
            "referral_id",
            postgresql_include=["due_at", "state", "subject", "kind"],
        ),
        Index(
            "ix_boxed_referral_moved",
            "seat_id",
            text("moved_at DESC"),
            "referral_id",
            postgresql_include=["is_received", "state"],
            postgresql_where=text("moved_at IS NOT NULL"),
        ),
        row_class(RowClass.CASE),
    )

    referral_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("referral.id", ondelete="CASCADE"), primary_key=True
    )
    is_received: Mapped[bool] = mapped_column(primary_key=True)
    seat_id: Mapped[uuid.UUID]
    organisation_id: Mapped[uuid.UUID]
    state: Mapped[str]
    subject: Mapped[str]
    kind: Mapped[str]
    sent_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    moved_at: Mapped[datetime | None]


class DeclinedNeed(Base):
    """A need whose sendings all ended without a partner, as far as this seat reads them; the seat
    leads the case or wrote the need.

    Triggers keep it from ``referral``, ``need`` and ``case_file``; nobody writes it.
    """

    __tablename__ = "declined_need"
    __table_args__ = (
        Index(
            "ix_declined_need_seat_id",
            "seat_id",
            "created_at",
            "need_id",
            postgresql_include=["case_id", "subject"],
        ),
        row_class(RowClass.CASE),
    )

    need_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("need.id", ondelete="CASCADE"), primary_key=True
    )
    seat_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID]
    subject: Mapped[str]
    created_at: Mapped[datetime]
