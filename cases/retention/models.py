"""Durations chosen, what remains of anonymised cases, proofs kept apart, the log of erasures."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.db import Base, Identified, RowClass, row_class

SYSTEM = row_class(RowClass.SYSTEM)


class RetentionReduction(Base):
    """An organisation keeps a kind of record for fewer months than the default.

    Downward only: a trigger compares with ``ref_retention``. Without a row, the default counts.
    """

    __tablename__ = "retention_reduction"
    __table_args__ = (row_class(RowClass.DIRECTORY),)

    organisation_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("organisation.id"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(ForeignKey("ref_retention.code"), primary_key=True)
    months: Mapped[int]
    decided_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime] = mapped_column(default=clock.now)


class RetentionExtension(Identified, Base):
    """The access journal is kept longer, for a documented need (CNIL 2021-122); the last counts."""

    __tablename__ = "retention_extension"
    __table_args__ = (CheckConstraint("length(trim(reason)) >= 20", name="reason"), SYSTEM)

    kind: Mapped[str] = mapped_column(ForeignKey("ref_retention.code"))
    months: Mapped[int]
    reason: Mapped[str]
    decided_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime] = mapped_column(default=clock.now)


class CaseRemains(Base):
    """What statistics still know of an anonymised case, as coarse as three cases alike need.

    ``level`` is the step of ``anonymity.LADDER`` that was needed.
    """

    __tablename__ = "case_remains"
    __table_args__ = (SYSTEM,)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    department: Mapped[str | None]
    region: Mapped[str | None]
    naf_section: Mapped[str | None]
    headcount_band: Mapped[str | None]
    closed_year: Mapped[int | None]
    level: Mapped[int]


class AgreementProof(Identified, Base):
    """A proof of agreement that outlives its case, apart from it: who agreed to what, and when.

    It names the company and the person in words and points to no case; read from the command line
    only, when somebody opposes it.
    """

    __tablename__ = "agreement_proof"
    __table_args__ = (SYSTEM,)

    concerns: Mapped[str]
    kind: Mapped[str]
    mode: Mapped[str | None]
    permission: Mapped[str | None]
    given_by: Mapped[str]
    about: Mapped[str]
    sent_to: Mapped[str]
    reason: Mapped[str]
    given_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str]
    ended_at: Mapped[datetime] = mapped_column(index=True)
    seat_ids: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(PG_UUID(as_uuid=True)))
    sections: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))


class Erasure(Identified, Base):
    """One line of the log of erasures: which record, when, under which rule. Nothing personal.

    ``object_id`` is null for a batch of technical rows, ``count`` of them. ``exported_at`` is when
    the line was written outside of the database, from where a restore replays it.
    """

    __tablename__ = "erasure"
    __table_args__ = (
        Index("ix_erasure_at", "at"),
        Index("ix_erasure_waiting", "at", postgresql_where=text("exported_at IS NULL")),
        SYSTEM,
    )

    kind: Mapped[str] = mapped_column(ForeignKey("ref_retention.code"))
    object_id: Mapped[uuid.UUID | None]
    organisation_id: Mapped[uuid.UUID | None]
    at: Mapped[datetime] = mapped_column(default=clock.now)
    rule: Mapped[str]
    count: Mapped[int] = mapped_column(default=1)
    exported_at: Mapped[datetime | None]
