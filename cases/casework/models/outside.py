"""Why somebody opened a case outside their usual territory."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.db import Base, Identified, related, text_enum
from cases.casework.enums import OutsideReason
from cases.casework.models.cases import CASE, CaseFile
from partners.organisations.models import Seat
from partners.people.models import Membership


class OutsideAccess(Identified, Base):
    """The reason a member gave before opening a case outside their territory (``domain.md`` §14).

    Good for thirty days, for this member and this case. ``department`` is where the company was.
    A trigger refuses a row whose journal event was not written before it.
    """

    __tablename__ = "outside_access"
    __table_args__ = (
        CheckConstraint("reason <> 'other' OR text <> ''", name="other_told"),
        Index("ix_outside_access_case_id_member_id", "case_id", "member_id"),
        Index("ix_outside_access_seat_id_given_at", "seat_id", "given_at"),
        CASE,
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"))
    seat_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("seat.id"))
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("membership.id"))
    department: Mapped[str]
    reason: Mapped[OutsideReason] = mapped_column(text_enum(OutsideReason))
    text: Mapped[str] = mapped_column(default="")
    given_at: Mapped[datetime] = mapped_column(default=clock.now)

    case: Mapped[CaseFile] = related()
    seat: Mapped[Seat] = related()
    member: Mapped[Membership] = related()
