"""The case itself and the history of its changes."""

import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.db import Base, Dated, Identified, RowClass, related, row_class, text_enum
from cases.casework.enums import (
    CaseStatus,
    ChangeKind,
    Outcome,
    Phase,
)
from cases.companies.models import Company, Person
from partners.organisations.models import Seat
from partners.people.models import Membership

if TYPE_CHECKING:
    from cases.casework.models.sharing import LegalBasis, Participation

CASE = row_class(RowClass.CASE)
SEATS = ARRAY(PG_UUID(as_uuid=True))


class CaseFile(Identified, Dated, Base):
    """A case (*dossier*): one company or person, one lead seat, one timeline.

    ``second_reason`` is the explicit exception to "one open case per company". ``moved_at`` tells
    what every reader sees, the opening and the changes of phase, status and lead; the movement that
    a list shows is the reader's own (``CaseReader``). After ``anonymised_at`` nobody reads the case
    any more: only figures count it.
    """

    __tablename__ = "case_file"
    __table_args__ = (
        CheckConstraint(
            "company_id IS NOT NULL OR person_id IS NOT NULL OR anonymised_at IS NOT NULL",
            name="somebody",
        ),
        CheckConstraint(
            "anonymised_at IS NULL OR (status = 'closed' AND company_id IS NULL"
            " AND person_id IS NULL AND lead_member_id IS NULL AND second_reason IS NULL"
            " AND paused_reason IS NULL)",
            name="anonymised",
        ),
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
        Index("ix_case_file_paused", "lead_member_id", "status", "paused_until"),
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
    anonymised_at: Mapped[datetime | None]
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
    bases: Mapped[list["LegalBasis"]] = related(viewonly=True)

    @property
    def is_open(self) -> bool:
        """Anything but closed."""
        return self.status is not CaseStatus.CLOSED

    @property
    def title(self) -> str:
        """The company's name, else the person's."""
        return self.company.name if self.company else self.person.full_name  # type: ignore[union-attr]


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
