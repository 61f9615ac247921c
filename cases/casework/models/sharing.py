"""Who takes part in a case, and what that rests on."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.db import Base, Dated, Identified, related, text_enum
from cases.casework.enums import (
    AgreementMode,
    BasisKind,
    ParticipantRole,
    Permission,
)
from cases.casework.models.cases import CASE, SEATS, CaseFile
from partners.organisations.models import Seat
from partners.people.models import Membership


class LegalBasis(Identified, Dated, Base):
    """What a sharing rests on: an agreement of the entrepreneur, or a permission of the law.

    ``seat_ids`` and ``sections`` are its scope. An agreement by phone is good until
    ``valid_until`` (8 days) unless it is confirmed by the link, which goes to ``sent_to`` and was
    last sent again at ``reminded_at``; ``withdrawn_at`` ends it at once.
    """

    __tablename__ = "legal_basis"
    __table_args__ = (
        CheckConstraint(
            "(kind = 'permission') = (permission IS NOT NULL)", name="permission_named"
        ),
        CheckConstraint("(kind = 'consent') = (mode IS NOT NULL)", name="mode_named"),
        CASE,
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"), index=True)
    kind: Mapped[BasisKind] = mapped_column(text_enum(BasisKind))
    mode: Mapped[AgreementMode | None] = mapped_column(text_enum(AgreementMode))
    permission: Mapped[Permission | None] = mapped_column(text_enum(Permission))
    given_by: Mapped[str] = mapped_column(default="")
    about: Mapped[str] = mapped_column(default="")
    sent_to: Mapped[str] = mapped_column(default="", server_default="")
    reminded_at: Mapped[datetime | None]
    given_at: Mapped[datetime]
    seat_ids: Mapped[list[uuid.UUID]] = mapped_column(SEATS)
    sections: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    reason: Mapped[str] = mapped_column(default="")
    recorded_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("membership.id"))
    recorded_seat_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("seat.id"))
    confirmed_at: Mapped[datetime | None]
    valid_until: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str] = mapped_column(default="")

    case: Mapped[CaseFile] = related()
    recorded_seat: Mapped[Seat] = related()


class Participation(Identified, Base):
    """A seat takes part in a case. Leaving is dated; access stops the same second.

    Every participation but the lead's rests on a legal basis that covers the seat (checked by a
    trigger); a lead who passed the relay on stays as a partner (``was_lead``). ``sections`` are
    what that seat may read.
    """

    __tablename__ = "participation"
    __table_args__ = (
        Index(
            "uq_participation_active",
            "case_id",
            "seat_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_participation_seat_id", "seat_id", postgresql_where=text("ended_at IS NULL")),
        CheckConstraint("role = 'lead' OR was_lead OR basis_id IS NOT NULL", name="basis"),
        CASE,
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"), index=True)
    seat_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("seat.id"))
    role: Mapped[ParticipantRole] = mapped_column(text_enum(ParticipantRole))
    member_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("membership.id"), index=True)
    basis_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("legal_basis.id"), index=True)
    referral_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    sections: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list)
    started_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str] = mapped_column(default="")
    was_lead: Mapped[bool] = mapped_column(default=False, server_default="false")

    seat: Mapped[Seat] = related()
    member: Mapped[Membership | None] = related()
    basis: Mapped[LegalBasis | None] = related()
