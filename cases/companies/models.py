"""Company and person: kept apart, because after a liquidation the person stays.

``known_seats`` is kept by a trigger (uses of the seat, participations in its cases); policies and
searches read it.
"""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.db import Base, Dated, Identified, RowClass, related, row_class, text_enum
from app.reference.models import Commune
from cases.companies.enums import CompanySource

CASE = row_class(RowClass.CASE)


class Company(Identified, Dated, Base):
    """A company, with what is public of it. No SIREN: not created yet; closed: still a user.

    ``name_grams`` are the three-letter grams of the folded name and trade name. Whoever writes a
    name writes its folded form: the words that find a case come from them. ``search_grams`` are
    those of the names and of the commune, kept by a trigger.
    """

    __tablename__ = "company"
    __table_args__ = (
        CheckConstraint("siren ~ '^[0-9]{9}$'", name="siren"),
        CheckConstraint("siret ~ '^[0-9]{14}$' AND left(siret, 9) = siren", name="siret"),
        Index(
            "ix_company_known",
            "known_seats",
            "search_grams",
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
        ),
        CASE,
    )

    siren: Mapped[str | None] = mapped_column(unique=True)
    siret: Mapped[str | None]
    name: Mapped[str]
    trade_name: Mapped[str] = mapped_column(default="")
    folded_name: Mapped[str] = mapped_column(index=True)
    folded_trade_name: Mapped[str] = mapped_column(default="", server_default="")
    name_grams: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list, deferred=True)
    search_grams: Mapped[list[str]] = mapped_column(ARRAY(TEXT), server_default="{}", deferred=True)
    legal_form: Mapped[str | None] = mapped_column(ForeignKey("ref_legal_form.code"))
    naf: Mapped[str | None] = mapped_column(ForeignKey("ref_naf.code"))
    headcount_band: Mapped[str | None] = mapped_column(ForeignKey("ref_headcount_band.code"))
    commune_code: Mapped[str | None] = mapped_column(ForeignKey("ref_commune.code"), index=True)
    postcode: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    created_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    is_closed: Mapped[bool] = mapped_column(default=False)
    is_undisclosed: Mapped[bool] = mapped_column(default=False)
    is_craft: Mapped[bool] = mapped_column(default=False)
    is_ess: Mapped[bool] = mapped_column(default=False)
    source: Mapped[CompanySource] = mapped_column(text_enum(CompanySource))
    checked_at: Mapped[datetime | None]
    first_seat_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("seat.id"))
    known_seats: Mapped[list[uuid.UUID]] = mapped_column(
        ARRAY(PG_UUID(as_uuid=True)), default=list, server_default="{}"
    )

    commune: Mapped[Commune | None] = related()


class CompanyUse(Base):
    """A seat has looked a company up and kept it: it may find it again."""

    __tablename__ = "company_use"
    __table_args__ = (CASE,)

    company_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("company.id"), primary_key=True)
    seat_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("seat.id"), primary_key=True)
    used_at: Mapped[datetime] = mapped_column(default=clock.now)


class Person(Identified, Dated, Base):
    """The entrepreneur (*dirigeant·e*), with or without a company."""

    __tablename__ = "person"
    __table_args__ = (
        Index(
            "ix_person_known",
            "known_seats",
            "name_grams",
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
        ),
        CASE,
    )

    given_name: Mapped[str] = mapped_column(default="")
    family_name: Mapped[str]
    folded_name: Mapped[str] = mapped_column(index=True)
    name_grams: Mapped[list[str]] = mapped_column(
        ARRAY(TEXT), Computed("folded_grams(folded_name)", persisted=True), deferred=True
    )
    email: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    commune_code: Mapped[str | None] = mapped_column(ForeignKey("ref_commune.code"))
    first_seat_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("seat.id"))
    known_seats: Mapped[list[uuid.UUID]] = mapped_column(
        ARRAY(PG_UUID(as_uuid=True)), default=list, server_default="{}"
    )

    commune: Mapped[Commune | None] = related()

    @property
    def full_name(self) -> str:
        """Given name then family name."""
        return f"{self.given_name} {self.family_name}".strip()


class CompanyPerson(Identified, Dated, Base):
    """A person runs (or ran) a company, as one seat wrote it down."""

    __tablename__ = "company_person"
    __table_args__ = (UniqueConstraint("company_id", "person_id"), CASE)

    company_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("company.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    seat_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("seat.id"))
    position: Mapped[str] = mapped_column(default="")

    company: Mapped[Company] = related()
    person: Mapped[Person] = related()
