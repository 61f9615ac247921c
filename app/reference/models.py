"""Reference tables, filled by ``relais reference load``; nobody writes in them otherwise.

Codes are the primary keys: they are those of INSEE, public and stable.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.db import Base, RowClass, row_class

REFERENCE = row_class(RowClass.REFERENCE)


class Region(Base):
    """A region or an overseas collectivity; ``zone`` is ``metro``, ``drom`` or ``com``."""

    __tablename__ = "ref_region"
    __table_args__ = (REFERENCE,)

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    zone: Mapped[str]


class Departement(Base):
    """A département (or a collectivity that stands for one)."""

    __tablename__ = "ref_department"
    __table_args__ = (REFERENCE,)

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    region_code: Mapped[str] = mapped_column(ForeignKey("ref_region.code"), index=True)
    zone: Mapped[str]


class Commune(Base):
    """A commune, or a municipal district of Paris, Lyon or Marseille.

    ``folded_name`` and ``name_grams`` come from ``app.folding``: they serve search and sorting.
    """

    __tablename__ = "ref_commune"
    __table_args__ = (
        Index("ix_ref_commune_name_grams", "name_grams", postgresql_using="gin"),
        Index(
            "ix_ref_commune_folded_name",
            "folded_name",
            postgresql_ops={"folded_name": "text_pattern_ops"},
        ),
        REFERENCE,
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    folded_name: Mapped[str]
    name_grams: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    department_code: Mapped[str] = mapped_column(ForeignKey("ref_department.code"), index=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("ref_region.code"), index=True)
    population: Mapped[int | None]


class CommunePostcode(Base):
    """A postcode that serves a commune: several for a city, one for several villages."""

    __tablename__ = "ref_commune_postcode"
    __table_args__ = (
        Index(
            "ix_ref_commune_postcode_postcode",
            "postcode",
            postgresql_ops={"postcode": "text_pattern_ops"},
        ),
        REFERENCE,
    )

    commune_code: Mapped[str] = mapped_column(ForeignKey("ref_commune.code"), primary_key=True)
    postcode: Mapped[str] = mapped_column(primary_key=True)


class NafCode(Base):
    """An activity of NAF rev. 2, at any level: section is not one of them."""

    __tablename__ = "ref_naf"
    __table_args__ = (REFERENCE,)

    code: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str]


class LegalForm(Base):
    """A legal form (*catégorie juridique*) of INSEE, four digits."""

    __tablename__ = "ref_legal_form"
    __table_args__ = (REFERENCE,)

    code: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str]


class HeadcountBand(Base):
    """A headcount band (*tranche d'effectif*): from ``low`` to ``high`` employees, both included.

    ``rank`` orders the bands; ``high`` is null for the last one.
    """

    __tablename__ = "ref_headcount_band"
    __table_args__ = (REFERENCE,)

    code: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str]
    rank: Mapped[int] = mapped_column(unique=True)
    low: Mapped[int]
    high: Mapped[int | None]


class RetentionRule(Base):
    """How long a kind of record is kept by default, and the source of that (``domain.md`` §14).

    ``months`` and ``days`` add up. An organisation may go down to ``least_months`` (null: the same
    for everybody); ``longest_months`` is beyond the default for the access journal only. ``label``,
    ``counted_from`` and ``happens`` are the sentences of the screens.
    """

    __tablename__ = "ref_retention"
    __table_args__ = (REFERENCE,)

    code: Mapped[str] = mapped_column(primary_key=True)
    rank: Mapped[int] = mapped_column(unique=True)
    months: Mapped[int]
    days: Mapped[int]
    least_months: Mapped[int | None]
    longest_months: Mapped[int | None]
    label: Mapped[str]
    counted_from: Mapped[str]
    happens: Mapped[str]
    source: Mapped[str]


class ReferenceLoad(Base):
    """What was loaded last: the hash of the shipped file, so that a second load costs nothing."""

    __tablename__ = "ref_load"
    __table_args__ = (REFERENCE,)

    name: Mapped[str] = mapped_column(primary_key=True)
    content_hash: Mapped[str]
    row_count: Mapped[int]
    loaded_at: Mapped[datetime] = mapped_column(default=clock.now)
