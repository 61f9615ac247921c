"""Organisations, seats, units, territories, services, opening hours, routing rules."""

import uuid
from datetime import datetime, time
from typing import Any

from sqlalchemy import CheckConstraint, Computed, ForeignKey, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from app.actors import Side
from app.db import Base, Dated, Identified, RowClass, related, row_class, text_enum
from partners.organisations.enums import (
    OrganisationKind,
    RuleEffect,
    RuleField,
    RuleOperator,
    Subject,
    TerritoryKind,
    UnitLevel,
)

DIRECTORY = row_class(RowClass.DIRECTORY)


class Organisation(Identified, Dated, Base):
    """A partner organisation; ``folded_name`` serves sorting, ``name_grams`` searching."""

    __tablename__ = "organisation"
    __table_args__ = (DIRECTORY,)

    kind: Mapped[OrganisationKind] = mapped_column(text_enum(OrganisationKind))
    name: Mapped[str] = mapped_column(unique=True)
    folded_name: Mapped[str] = mapped_column(index=True)
    name_grams: Mapped[list[str]] = mapped_column(
        ARRAY(TEXT), Computed("folded_grams(folded_name)", persisted=True)
    )
    purpose: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    website: Mapped[str] = mapped_column(default="")
    is_active: Mapped[bool] = mapped_column(default=True)
    checked_at: Mapped[datetime | None]

    seats: Mapped[list["Seat"]] = related(back_populates="organisation")
    units: Mapped[list["Unit"]] = related(back_populates="organisation")
    services: Mapped[list["Service"]] = related(back_populates="organisation")
    rules: Mapped[list["RoutingRule"]] = related(
        order_by="RoutingRule.effect.desc(), RoutingRule.created_at, RoutingRule.id"
    )


class Seat(Identified, Base):
    """A side of an organisation. Rights belong to seats, never to organisations."""

    __tablename__ = "seat"
    __table_args__ = (UniqueConstraint("organisation_id", "side"), DIRECTORY)

    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    side: Mapped[Side] = mapped_column(text_enum(Side), default=Side.AID)

    organisation: Mapped[Organisation] = related(back_populates="seats")


class Unit(Identified, Dated, Base):
    """An *antenne* of an organisation; ``zone`` is the IANA name of its time zone."""

    __tablename__ = "unit"
    __table_args__ = (DIRECTORY,)

    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    parent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id"))
    level: Mapped[UnitLevel] = mapped_column(text_enum(UnitLevel))
    name: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    commune_code: Mapped[str | None] = mapped_column(ForeignKey("ref_commune.code"))
    phone: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    zone: Mapped[str] = mapped_column(default="Europe/Paris")
    is_active: Mapped[bool] = mapped_column(default=True)

    organisation: Mapped[Organisation] = related(back_populates="units")
    territories: Mapped[list["UnitTerritory"]] = related(
        back_populates="unit", cascade="all, delete-orphan"
    )
    opening_periods: Mapped[list["OpeningPeriod"]] = related(
        back_populates="unit", cascade="all, delete-orphan"
    )


class UnitTerritory(Identified, Base):
    """A place that a unit covers: an INSEE code of the kind, ``FR`` for the whole country."""

    __tablename__ = "unit_territory"
    __table_args__ = (UniqueConstraint("unit_id", "kind", "code"), DIRECTORY)

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"))
    kind: Mapped[TerritoryKind] = mapped_column(text_enum(TerritoryKind))
    code: Mapped[str]

    unit: Mapped[Unit] = related(back_populates="territories")


class OpeningPeriod(Identified, Base):
    """Open hours of a unit on a weekday (0 is Monday), in the unit's own time zone."""

    __tablename__ = "opening_period"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("closes_at > opens_at", name="order"),
        DIRECTORY,
    )

    unit_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("unit.id", ondelete="CASCADE"), index=True
    )
    weekday: Mapped[int]
    opens_at: Mapped[time]
    closes_at: Mapped[time]

    unit: Mapped[Unit] = related(back_populates="opening_periods")


class Service(Identified, Dated, Base):
    """What an organisation (or one of its units) offers on a subject."""

    __tablename__ = "service"
    __table_args__ = (DIRECTORY,)

    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id"))
    subject: Mapped[Subject] = mapped_column(text_enum(Subject), index=True)
    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    is_active: Mapped[bool] = mapped_column(default=True)
    checked_at: Mapped[datetime | None]

    organisation: Mapped[Organisation] = related(back_populates="services")


class RoutingRule(Identified, Dated, Base):
    """A condition on whom an organisation (or one unit) helps, kept as data.

    ``value`` is a list for ``one_of`` / ``none_of`` / ``starts_with``, a number for ``below`` /
    ``above``, null else. ``reason`` says it in French, for the adviser; ``weight`` counts for
    ``prefer`` only.
    """

    __tablename__ = "routing_rule"
    __table_args__ = (DIRECTORY,)

    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id"))
    field: Mapped[RuleField] = mapped_column(text_enum(RuleField))
    operator: Mapped[RuleOperator] = mapped_column(text_enum(RuleOperator))
    value: Mapped[Any] = mapped_column(JSONB(none_as_null=True), nullable=True)
    effect: Mapped[RuleEffect] = mapped_column(text_enum(RuleEffect))
    weight: Mapped[int] = mapped_column(default=10)
    reason: Mapped[str]
    source: Mapped[str] = mapped_column(default="")
