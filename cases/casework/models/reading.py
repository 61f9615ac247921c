"""Who reads which case, kept for lists and searches."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, RowClass, row_class


class CaseReader(Base):
    """A seat reads a case: what its list sorts and filters, and the words that find the case.

    Triggers keep it from ``case_file.reader_seats``, the company and the person; nobody writes it.
    ``moved_at`` is the last thing of the case that this seat may read: what others write for
    themselves, or for the side it does not sit on, leaves it where it is.
    ``words`` are those of one seat (``seat_word``): a policy would take a text condition away from
    its index, so only ``search_cases`` reads them.
    """

    __tablename__ = "case_reader"
    __table_args__ = (
        Index(
            "ix_case_reader_moved",
            "seat_id",
            text("moved_at DESC"),
            text("case_id DESC"),
            postgresql_include=["status", "phase", "lead_seat_id", "lead_member_id", "department"],
        ),
        Index("ix_case_reader_opened", "seat_id", "opened_at", "case_id"),
        Index("ix_case_reader_title", "seat_id", "folded_title", "case_id"),
        Index("ix_case_reader_phase", "seat_id", "phase", text("case_id DESC")),
        Index(
            "ix_case_reader_words",
            "words",
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
        ),
        row_class(RowClass.CASE),
    )

    seat_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("case_file.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    moved_at: Mapped[datetime]
    opened_at: Mapped[datetime]
    folded_title: Mapped[str]
    phase: Mapped[str]
    status: Mapped[str]
    lead_seat_id: Mapped[uuid.UUID]
    lead_member_id: Mapped[uuid.UUID | None]
    department: Mapped[str | None]
    words: Mapped[str] = mapped_column(TSVECTOR)
