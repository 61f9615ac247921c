"""What somebody without account answered about an action, by its link."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.db import Base, Identified, related, text_enum
from cases.casework.enums import ActionAnswer
from cases.casework.models.cases import CASE
from cases.casework.models.work import CaseAction


class ActionReply(Identified, Base):
    """One answer, never changed; the link is kept as its evidence.

    A trigger finishes the action when it says that it is done. ``proposed_on`` is the day proposed
    instead of the one asked for. ``asked_by`` asked, and ``lead_member_id`` follows the case now:
    triggers keep them.
    """

    __tablename__ = "action_reply"
    __table_args__ = (
        CheckConstraint("(answer = 'not_yet') = (proposed_on IS NOT NULL)", name="day_proposed"),
        Index("ix_action_reply_asked_by", "asked_by", "answered_at"),
        Index("ix_action_reply_lead_member_id", "lead_member_id", "answered_at"),
        CASE,
    )

    action_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_action.id"), index=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"), index=True)
    link_id: Mapped[uuid.UUID]
    answer: Mapped[ActionAnswer] = mapped_column(text_enum(ActionAnswer))
    text: Mapped[str] = mapped_column(default="")
    proposed_on: Mapped[date | None]
    answered_at: Mapped[datetime] = mapped_column(default=clock.now)
    asked_by: Mapped[uuid.UUID | None]
    lead_member_id: Mapped[uuid.UUID | None]

    action: Mapped[CaseAction] = related(back_populates="replies")
