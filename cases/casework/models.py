"""Case, participation, legal basis, timeline, assessment, actions.

``case_file.reader_seats`` is kept by a trigger from the participations, which are the truth; every
policy of the case's children leans on it.
"""

import uuid
from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.db import Base, Dated, Identified, RowClass, related, row_class, text_enum
from cases.casework.enums import (
    ActionStatus,
    AgreementMode,
    Audience,
    BasisKind,
    CaseStatus,
    ChangeKind,
    EntryKind,
    Outcome,
    ParticipantRole,
    Permission,
    Phase,
)
from cases.companies.models import Company, Person
from partners.organisations.models import Seat
from partners.people.models import Membership

CASE = row_class(RowClass.CASE)
SEATS = ARRAY(PG_UUID(as_uuid=True))


class CaseFile(Identified, Dated, Base):
    """A case (*dossier*): one company or person, one lead seat, one timeline.

    ``second_reason`` is the explicit exception to "one open case per company".
    """

    __tablename__ = "case_file"
    __table_args__ = (
        CheckConstraint("company_id IS NOT NULL OR person_id IS NOT NULL", name="somebody"),
        CheckConstraint("(status = 'closed') = (outcome IS NOT NULL)", name="closed_outcome"),
        CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name="closed_at"),
        CheckConstraint(
            "status <> 'paused' OR (paused_reason IS NOT NULL AND paused_until IS NOT NULL)",
            name="paused",
        ),
        Index(
            "uq_case_file_open_company",
            "company_id",
            unique=True,
            postgresql_where=text("status <> 'closed' AND second_reason IS NULL"),
        ),
        Index(
            "uq_case_file_open_person",
            "person_id",
            unique=True,
            postgresql_where=text(
                "status <> 'closed' AND second_reason IS NULL AND company_id IS NULL"
            ),
        ),
        Index("ix_case_file_reader_seats", "reader_seats", postgresql_using="gin"),
        Index("ix_case_file_lead_seat_id_moved_at", "lead_seat_id", "moved_at"),
        CASE,
    )

    reference: Mapped[str] = mapped_column(unique=True)
    company_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("company.id"), index=True)
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    lead_seat_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("seat.id"))
    lead_member_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("membership.id"), index=True
    )
    phase: Mapped[Phase] = mapped_column(text_enum(Phase))
    status: Mapped[CaseStatus] = mapped_column(text_enum(CaseStatus), default=CaseStatus.OPEN)
    paused_until: Mapped[date | None]
    paused_reason: Mapped[str | None]
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)
    closed_at: Mapped[datetime | None]
    outcome: Mapped[Outcome | None] = mapped_column(text_enum(Outcome))
    moved_at: Mapped[datetime] = mapped_column(default=clock.now)
    second_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)
    reader_seats: Mapped[list[uuid.UUID]] = mapped_column(SEATS, default=list, server_default="{}")
    mediator_users: Mapped[list[uuid.UUID]] = mapped_column(
        SEATS, default=list, server_default="{}"
    )

    company: Mapped[Company | None] = related()
    person: Mapped[Person | None] = related()
    lead_seat: Mapped[Seat] = related()
    lead_member: Mapped[Membership | None] = related()
    participations: Mapped[list["Participation"]] = related(
        viewonly=True, order_by="Participation.started_at"
    )

    @property
    def is_open(self) -> bool:
        """Anything but closed."""
        return self.status is not CaseStatus.CLOSED

    @property
    def title(self) -> str:
        """The company's name, else the person's."""
        return self.company.name if self.company else self.person.full_name  # type: ignore[union-attr]


class LegalBasis(Identified, Dated, Base):
    """What a sharing rests on: an agreement of the entrepreneur, or a permission of the law.

    ``seat_ids`` and ``sections`` are its scope. An agreement by phone is good until
    ``valid_until`` (8 days) unless it is confirmed by the link, which goes to ``sent_to``;
    ``withdrawn_at`` ends it at once.
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

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"))
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


class CaseChange(Identified, Base):
    """A dated, signed change of phase, status or lead."""

    __tablename__ = "case_change"
    __table_args__ = (CASE,)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"), index=True)
    kind: Mapped[ChangeKind] = mapped_column(text_enum(ChangeKind))
    before: Mapped[str] = mapped_column(default="")
    after: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime] = mapped_column(default=clock.now)
    member_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("membership.id"))

    member: Mapped[Membership | None] = related()


class TimelineEntry(Identified, Dated, Base):
    """A line of the timeline, in the order of when it happened; ``audience`` says who reads it."""

    __tablename__ = "timeline_entry"
    __table_args__ = (
        Index("ix_timeline_entry_case_id_happened_at", "case_id", "happened_at"),
        CASE,
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
    """Something to do: objective, owner, due date. ``owner_name`` when it is not a member."""

    __tablename__ = "case_action"
    __table_args__ = (
        Index("ix_case_action_owner_id_due_on", "owner_id", "due_on"),
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

    case: Mapped[CaseFile] = related()
    owner: Mapped[Membership | None] = related()
