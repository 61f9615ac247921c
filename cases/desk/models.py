"""What figures of a territory are made of: kept by triggers, read through ``territory_figures``.

Nothing here is written by the application (decision 0016).
"""

import uuid
from datetime import date

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Identified, RowClass, row_class

SYSTEM = row_class(RowClass.SYSTEM)


class TerritoryFact(Base):
    """One thing that one cell counts; ``who`` is its company, its person or its nameless case."""

    __tablename__ = "territory_fact"
    __table_args__ = (
        Index("ix_territory_fact_cell", "measure", "cell", "place", "month", "who"),
        SYSTEM,
    )

    case_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    source_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    cell: Mapped[str]
    place: Mapped[str]
    month: Mapped[date]
    who: Mapped[uuid.UUID]


class TerritoryCell(Base):
    """How many facts a cell counts in a place and a month, what is appended since left out."""

    __tablename__ = "territory_cell"
    __table_args__ = (SYSTEM,)

    place: Mapped[str] = mapped_column(primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    cell: Mapped[str] = mapped_column(primary_key=True)
    figure: Mapped[int] = mapped_column(BigInteger)


class TerritoryDelta(Identified, Base):
    """A change of a cell that is not folded into it yet."""

    __tablename__ = "territory_delta"
    __table_args__ = (SYSTEM,)

    place: Mapped[str]
    measure: Mapped[str]
    cell: Mapped[str]
    month: Mapped[date]
    change: Mapped[int]


class TerritoryRecount(Identified, Base):
    """A case that moved: counted once more when transactions before ``seen_before`` have ended."""

    __tablename__ = "territory_recount"
    __table_args__ = (SYSTEM,)

    case_id: Mapped[uuid.UUID]
    seen_before: Mapped[int | None] = mapped_column(BigInteger)
