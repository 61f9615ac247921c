"""Requests of the person about their data, and the copies that are given."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Dated, Identified, RowClass, related, row_class, text_enum
from cases.casework.models import CaseFile
from cases.rights.enums import Channel, CopyStatus, RefusalReason, RequestState, RightsKind
from partners.organisations.models import Seat
from partners.people.models import Membership

CASE = row_class(RowClass.CASE)
#: One month from the receipt, three once extended (RGPD art. 12-3), by the calendar of Paris.
DUE = (
    "due_on = CAST(CAST(timezone('Europe/Paris', received_at) AS date)"
    " + CASE WHEN extended_at IS NULL THEN interval '1 month' ELSE interval '3 months' END AS date)"
)


class RightsRequest(Identified, Dated, Base):
    """What one person asked about one case; the lead's seat answers, whoever leads by then.

    Asked by the link, ``asked_by`` and ``answer_to`` are those of its agreement, which is not
    named: a health agreement is not the lead's to know. Noted by a member, ``received_by`` and
    ``received_seat_id`` say who. ``lead_seat_id`` leads the case now, and ``lead_member_id``
    follows it there: triggers keep them.
    """

    __tablename__ = "rights_request"
    __table_args__ = (
        CheckConstraint(DUE, name="due_on"),
        CheckConstraint("(channel = 'link') = (received_by IS NULL)", name="received_by"),
        CheckConstraint(
            "(state IN ('answered', 'refused')) = (answered_at IS NOT NULL)", name="answered_at"
        ),
        CheckConstraint("(state = 'refused') = (refusal IS NOT NULL)", name="refusal"),
        CheckConstraint("extended_at IS NULL OR extension_reason <> ''", name="extension"),
        Index("ix_rights_request_case_id_received_at", "case_id", "received_at"),
        Index(
            "uq_rights_request_waiting",
            "case_id",
            "kind",
            sql("lower(asked_by)"),
            unique=True,
            postgresql_where=sql("state IN ('received', 'extended')"),
        ),
        Index(
            "ix_rights_request_due",
            "lead_seat_id",
            "due_on",
            "id",
            postgresql_where=sql("state IN ('received', 'extended')"),
        ),
        Index(
            "ix_rights_request_due_to_member",
            "lead_member_id",
            "due_on",
            "id",
            postgresql_where=sql("state IN ('received', 'extended')"),
        ),
        CASE,
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"))
    kind: Mapped[RightsKind] = mapped_column(text_enum(RightsKind))
    state: Mapped[RequestState] = mapped_column(
        text_enum(RequestState), default=RequestState.RECEIVED
    )
    channel: Mapped[Channel] = mapped_column(text_enum(Channel))
    asked_by: Mapped[str]
    answer_to: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(default="")
    received_at: Mapped[datetime]
    received_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("membership.id"))
    received_seat_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("seat.id"))
    due_on: Mapped[date]
    extended_at: Mapped[datetime | None]
    extension_reason: Mapped[str] = mapped_column(default="")
    refusal: Mapped[RefusalReason | None] = mapped_column(text_enum(RefusalReason))
    answer: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("membership.id"))
    answered_seat_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("seat.id"))
    lead_seat_id: Mapped[uuid.UUID | None]
    lead_member_id: Mapped[uuid.UUID | None]

    case: Mapped[CaseFile] = related()
    receiver: Mapped[Membership | None] = related(foreign_keys=[received_by])
    answerer: Mapped[Membership | None] = related(foreign_keys=[answered_by])
    answered_seat: Mapped[Seat | None] = related(foreign_keys=[answered_seat_id])

    @property
    def is_waiting(self) -> bool:
        """Received, extended or not, and not answered yet."""
        return self.state in (RequestState.RECEIVED, RequestState.EXTENDED)


class RightsCopy(Identified, Dated, Base):
    """A copy being made for a request, by one seat and as that seat reads the case.

    ``content`` is a list of parts (``key``, ``title``, ``entries``), each entry a ``key``, a
    ``title`` and ``lines`` of ``[label, value]``. Giving it keeps what is given alone;
    ``left_out`` counts the rest by reason. ``pdf`` and ``data`` are what the person fetches until
    ``expires_at``; then the row is deleted.
    """

    __tablename__ = "rights_copy"
    __table_args__ = (
        CheckConstraint("(status = 'given') = (given_at IS NOT NULL)", name="given_at"),
        CASE,
    )

    request_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("rights_request.id"), index=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"))
    seat_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("seat.id"))
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("membership.id"))
    status: Mapped[CopyStatus] = mapped_column(text_enum(CopyStatus), default=CopyStatus.WAITING)
    content: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    left_out: Mapped[dict[str, int]] = mapped_column(JSONB, default=dict)
    given_at: Mapped[datetime | None]
    pdf: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)
    data: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)
    expires_at: Mapped[datetime]
