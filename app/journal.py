"""The journal: every change and every reading of a case leaves one event, in its transaction.

Nobody updates or deletes events. They are chained afterwards by rows of their own
(``journal_seal``), so that the order of commits does not matter. No personal text is chained:
``details`` holds codes, counts and identifiers only.
"""

import uuid
from datetime import datetime
from typing import Any, cast

from sqlalchemy import BigInteger, Index, Table, insert
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.actors import Actor, ActorKind
from app.db import Base, Identified, RowClass, db, row_class, text_enum, unit_of_work


class JournalEvent(Identified, Base):
    """Who, for which seat, did what, on what, when."""

    __tablename__ = "journal_event"
    __table_args__ = (
        Index("ix_journal_event_case_id_at", "case_id", "at"),
        Index("ix_journal_event_seat_id_at", "seat_id", "at"),
        row_class(RowClass.SYSTEM, written_last=True),
    )

    at: Mapped[datetime] = mapped_column(default=clock.now)
    principal: Mapped[ActorKind] = mapped_column(text_enum(ActorKind))
    user_id: Mapped[uuid.UUID | None]
    seat_id: Mapped[uuid.UUID | None]
    link_id: Mapped[uuid.UUID | None]
    action: Mapped[str]
    object_type: Mapped[str]
    object_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    case_id: Mapped[uuid.UUID | None]
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)


class JournalSeal(Base):
    """One link of the chain: the hash of an event and of the seal before it.

    ``position`` counts from 1 without a gap, so that a seal taken away is seen.
    """

    __tablename__ = "journal_seal"
    __table_args__ = (row_class(RowClass.SYSTEM),)

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    event_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    hash: Mapped[str]
    sealed_at: Mapped[datetime] = mapped_column(default=clock.now)


class JournalCheckpoint(Identified, Base):
    """Events up to a position were erased at the end of their time; their seals stay.

    Written, with the erasing, by the SQL function ``erase_journal`` and by nothing else; it leaves
    an event of its own (``journal.erased``), which is sealed and says the same. ``hash`` is the
    seal's at ``position``; ``erased`` counts the events of this checkpoint alone.
    """

    __tablename__ = "journal_checkpoint"
    __table_args__ = (row_class(RowClass.SYSTEM),)

    position: Mapped[int] = mapped_column(BigInteger, unique=True)
    hash: Mapped[str]
    erased_before: Mapped[datetime]
    erased: Mapped[int] = mapped_column(BigInteger)
    erased_at: Mapped[datetime]


_WRITE = insert(cast(Table, JournalEvent.__table__))


def record(
    obj: Any,
    action: str,
    *,
    by: Actor,
    case_id: uuid.UUID | None = None,
    details: dict[str, Any] | None = None,
) -> JournalEvent:
    """Write one event about ``obj`` (a mapped row) in the current transaction.

    ``action`` is noun + past participle (``referral.accepted``). ``case_id`` defaults to the
    object's own when it has one.
    """
    if obj.id is None:
        db.session.flush()
    event = JournalEvent(**_values(obj, action, by, case_id, details))
    db.session.add(event)
    return event


def record_reading(
    obj: Any,
    action: str,
    *,
    by: Actor,
    case_id: uuid.UUID | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """Write one event about ``obj`` (a mapped row, or what shows it), and commit it: a page that
    only reads writes nothing else, and makes no mapped object for it."""
    with unit_of_work() as session:
        session.connection().execute(_WRITE, _values(obj, action, by, case_id, details))


def _values(
    obj: Any,
    action: str,
    by: Actor,
    case_id: uuid.UUID | None,
    details: dict[str, Any] | None,
) -> dict[str, Any]:
    return {
        "principal": by.kind,
        "user_id": by.user_id,
        "seat_id": by.seat_id,
        "link_id": by.link_id,
        "action": action,
        "object_type": obj.__tablename__,
        "object_id": obj.id,
        "case_id": case_id or _case_of(obj),
        "details": details or {},
    }


def _case_of(obj: Any) -> uuid.UUID | None:
    if obj.__tablename__ == "case_file":
        return obj.id
    return getattr(obj, "case_id", None)
