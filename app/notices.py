"""Notices: what the product tells a seat (or one member of it) on its own pages.

Written by the worker with a unique key, so that a job that runs twice speaks once.
"""

import uuid
from datetime import datetime

from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.db import Base, Dated, Identified, RowClass, db, row_class


class Notice(Identified, Dated, Base):
    """One message in the product; ``path`` is the page it leads to."""

    __tablename__ = "notice"
    __table_args__ = (
        Index("ix_notice_seat_id_created_at", "seat_id", "created_at"),
        Index(
            "ix_notice_unread",
            "seat_id",
            text("created_at DESC"),
            postgresql_where=text("read_at IS NULL"),
        ),
        row_class(RowClass.SYSTEM),
    )

    key: Mapped[str] = mapped_column(unique=True)
    seat_id: Mapped[uuid.UUID]
    user_id: Mapped[uuid.UUID | None]
    subject_id: Mapped[uuid.UUID | None]
    text: Mapped[str]
    path: Mapped[str] = mapped_column(default="")
    read_at: Mapped[datetime | None]


def post_notice(
    key: str,
    seat_id: uuid.UUID,
    text: str,
    *,
    path: str = "",
    user_id: uuid.UUID | None = None,
    subject_id: uuid.UUID | None = None,
) -> bool:
    """Write the notice unless its key exists already; True when it was written now. System only."""
    values = {
        "key": key,
        "seat_id": seat_id,
        "user_id": user_id,
        "subject_id": subject_id,
        "text": text,
        "path": path,
        "created_at": clock.now(),
    }
    statement = insert(Notice).values(**values).on_conflict_do_nothing(index_elements=["key"])
    return bool(db.session.execute(statement).rowcount)  # type: ignore[attr-defined]
