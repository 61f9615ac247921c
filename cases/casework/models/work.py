"""What is written and done in a case: timeline, assessments, actions."""

import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.db import Base, Dated, Identified, RowClass, related, row_class, text_enum
from cases.casework.enums import (
    ActionStatus,
    Audience,
    EntryKind,
)
from cases.casework.models.cases import CASE, CaseFile
from partners.organisations.models import Seat
from partners.people.models import Membership

if TYPE_CHECKING:
    from cases.casework.models.answers import ActionReply


class TimelineEntry(Identified, Dated, Base):
    """A line of the timeline, in the order of when it happened; ``audience`` says who reads it."""

    __tablename__ = "timeline_entry"
    __table_args__ = (
        Index("ix_timeline_entry_case_id_happened_at", "case_id", "happened_at"),
        row_class(RowClass.CASE, written_last=True),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"))
    kind: Mapped[EntryKind] = mapped_column(text_enum(EntryKind))
    audience: Mapped[Audience] = mapped_column(text_enum(Audience))
    seat_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("seat.id"))
    author_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("membership.id"))
    body: Mapped[str]
    happened_at: Mapped[datetime]
    object_id: Mapped[uuid.UUID | None]
    corrected_at: Mapped[datetime | None]

    seat: Mapped[Seat] = related()
    author: Mapped[Membership | None] = related()
    revisions: Mapped[list["EntryRevision"]] = related(
        back_populates="entry", order_by="EntryRevision.replaced_at"
    )


class EntryRevision(Identified, Base):
    """The earlier text of a corrected entry, for those who could read it."""

    __tablename__ = "entry_revision"
    __table_args__ = (CASE,)

    entry_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("timeline_entry.id"), index=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"))
    body: Mapped[str]
    replaced_at: Mapped[datetime] = mapped_column(default=clock.now)
    replaced_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("membership.id"))
    audience: Mapped[Audience] = mapped_column(text_enum(Audience))

    entry: Mapped[TimelineEntry] = related(back_populates="revisions")


class Assessment(Identified, Dated, Base):
    """*État des lieux*: done once, updated by a new row, comparable. Amounts in cents.

    Two strands of help (source 000): moral and behavioural, technical and logistic.
    """

    __tablename__ = "assessment"
    __table_args__ = (CASE,)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"), index=True)
    seat_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("seat.id"))
    author_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("membership.id"))
    audience: Mapped[Audience] = mapped_column(text_enum(Audience), default=Audience.AID)
    done_on: Mapped[date]
    treasury_cents: Mapped[int | None] = mapped_column(BigInteger)
    order_book: Mapped[str] = mapped_column(default="")
    headcount: Mapped[int | None]
    staff: Mapped[str] = mapped_column(default="")
    legal_deadlines: Mapped[str] = mapped_column(default="")
    personal_situation: Mapped[str] = mapped_column(default="")
    moral_strand: Mapped[str] = mapped_column(default="")
    technical_strand: Mapped[str] = mapped_column(default="")

    debts: Mapped[list["AssessmentDebt"]] = related(
        back_populates="assessment", cascade="all, delete-orphan"
    )
    author: Mapped[Membership | None] = related()


class AssessmentDebt(Identified, Base):
    """One creditor of the assessment, with what is owed in cents."""

    __tablename__ = "assessment_debt"
    __table_args__ = (CheckConstraint("amount_cents >= 0", name="amount"), CASE)

    assessment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("assessment.id"), index=True)
    creditor: Mapped[str]
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    is_overdue: Mapped[bool] = mapped_column(default=True)

    assessment: Mapped[Assessment] = related(back_populates="debts")


class CaseAction(Identified, Dated, Base):
    """Something to do: objective, owner, due date. ``owner_name`` when it is not a member.

    With ``owner_email`` a link leaves for that person, who answers it; ``asked_by`` and
    ``asked_at`` say who asked last, and when; ``reminded_at``, when the link was last sent again.
    Replies come in the order of time.
    """

    __tablename__ = "case_action"
    __table_args__ = (
        Index(
            "ix_case_action_due",
            "owner_id",
            "due_on",
            "id",
            postgresql_where=text("status IN ('todo', 'doing')"),
        ),
        CASE,
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"), index=True)
    seat_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("seat.id"))
    audience: Mapped[Audience] = mapped_column(text_enum(Audience), default=Audience.AID)
    objective: Mapped[str]
    owner_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("membership.id"))
    owner_name: Mapped[str] = mapped_column(default="")
    due_on: Mapped[date]
    status: Mapped[ActionStatus] = mapped_column(text_enum(ActionStatus), default=ActionStatus.TODO)
    done_at: Mapped[datetime | None]
    owner_email: Mapped[str] = mapped_column(default="", server_default="")
    asked_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("membership.id"), index=True)
    asked_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]

    case: Mapped[CaseFile] = related()
    seat: Mapped[Seat] = related()
    owner: Mapped[Membership | None] = related(foreign_keys=[owner_id])
    replies: Mapped[list["ActionReply"]] = related(
        back_populates="action", order_by="ActionReply.answered_at"
    )
