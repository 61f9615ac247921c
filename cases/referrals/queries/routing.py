"""What the routing reads: the same few statements whatever the number of candidates."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from app.actors import Actor, Role, Side
from app.db import db, is_among
from cases.referrals.routing import Partner
from partners.organisations.enums import Subject
from partners.organisations.models import Organisation, Seat, Service, Unit, UnitTerritory
from partners.organisations.rules import places_holding
from partners.people.correspondents import correspondents_of
from partners.people.models import Membership

#: Load and answer delay are counted on that long.
FIGURES_OVER = timedelta(days=180)
ORGANISATION = contains_eager(Seat.organisation)
UNITS = ORGANISATION.selectinload(Organisation.units).options(
    joinedload(Unit.territories), joinedload(Unit.opening_periods)
)


def list_partners(
    subject: Subject,
    actor: Actor,
    now: datetime,
    *,
    bars: Mapping[uuid.UUID, str] = MappingProxyType({}),
    notes: Mapping[uuid.UUID, str] = MappingProxyType({}),
    always: Collection[uuid.UUID] = (),
) -> list[Partner]:
    """Aid seats that serve a subject, and those in ``always``; never the actor's own.

    ``bars`` says by seat why it cannot be asked, ``notes`` what to know before asking it.
    """
    seats = _seats_serving(subject, actor, always)
    services = {s.id: sorted(s.organisation.services, key=lambda one: one.name) for s in seats}
    lines = correspondents_of([one.id for found in services.values() for one in found])
    figures = _figures([seat.id for seat in seats], now - FIGURES_OVER)
    return [
        Partner(
            seat=seat,
            services=services[seat.id],
            units=sorted(seat.organisation.units, key=lambda unit: unit.name),
            rules=seat.organisation.rules,
            correspondents=[c for one in services[seat.id] for c in lines.get(one.id, ())],
            open_count=figures.get(seat.id, (0, None))[0],
            answer_hours=figures.get(seat.id, (0, None))[1],
            bar=bars.get(seat.id, ""),
            note=notes.get(seat.id, ""),
        )
        for seat in seats
    ]


def get_receivers(seat_ids: Collection[uuid.UUID], actor: Actor) -> Sequence[Seat]:
    """Seats of open organisations with their units, territories and hours; never one's own."""
    statement = select_receivers(actor).where(is_among(Seat.id, list(seat_ids)))
    return db.session.scalars(statement).unique().all()


def select_receivers(actor: Actor) -> Select[Seat]:
    """All of them, by name: each as many rows as it has units, territories and hours."""
    units = ORGANISATION.joinedload(Organisation.units)
    statement = _seats(actor).options(
        units.joinedload(Unit.territories), units.joinedload(Unit.opening_periods)
    )
    return statement.order_by(Organisation.folded_name)


def answer_hours_of(
    organisation_ids: Collection[uuid.UUID] | None, now: datetime
) -> dict[uuid.UUID, float]:
    """Average answer delay in hours of organisations that answered three times: one statement.

    Of all of them when none is named.
    """
    aid = select(func.array_agg(Seat.id)).where(Seat.side == Side.AID)
    if organisation_ids is not None:
        aid = aid.where(Seat.organisation_id.in_(organisation_ids))
    asked = func.routing_figures(aid.scalar_subquery(), now - FIGURES_OVER)
    table = asked.table_valued("seat_id", "open_count", "answer_hours")
    statement = select(Seat.organisation_id, table.c.answer_hours).join(
        table, table.c.seat_id == Seat.id
    )
    answered = statement.where(table.c.answer_hours.is_not(None))
    return {row.organisation_id: row.answer_hours for row in db.session.execute(answered)}


def find_coordination(commune_code: str | None, actor: Actor) -> Seat | None:
    """The seat that coordinates a territory: who is asked when nobody else can be."""
    if commune_code is None:
        return None
    coordinates = (
        exists()
        .where(Membership.seat_id == Seat.id, Membership.ended_at.is_(None))
        .where(Membership.role == Role.COORDINATOR, Unit.id == Membership.unit_id)
        .where(UnitTerritory.unit_id == Unit.id, or_(*_holding(commune_code)))
    )
    statement = select(Seat).join(Seat.organisation).options(ORGANISATION)
    statement = statement.where(Organisation.is_active, Seat.id != actor.seat_id)
    statement = statement.where(Seat.side == Side.AID, coordinates)
    return db.session.scalars(statement.order_by(Organisation.folded_name).limit(1)).first()


def _seats(actor: Actor) -> Select[Seat]:
    statement = select(Seat).join(Seat.organisation).options(ORGANISATION)
    return statement.where(Organisation.is_active, Seat.id != actor.seat_id)


def _seats_serving(subject: Subject, actor: Actor, always: Collection[uuid.UUID]) -> Sequence[Seat]:
    serves = select(Service.organisation_id).where(Service.subject == subject, Service.is_active)
    asked = and_(Seat.side == Side.AID, Seat.organisation_id.in_(serves))
    statement = _seats(actor).where(or_(asked, Seat.id.in_(always)))
    offered = Organisation.services.and_(Service.is_active, Service.subject == subject)
    options = (ORGANISATION.joinedload(offered), ORGANISATION.joinedload(Organisation.rules), UNITS)
    return db.session.scalars(statement.options(*options)).unique().all()


def _figures(
    seat_ids: Sequence[uuid.UUID], since: datetime
) -> dict[uuid.UUID, tuple[int, float | None]]:
    asked = func.routing_figures(list(seat_ids), since)
    table = asked.table_valued("seat_id", "open_count", "answer_hours")
    return {
        row.seat_id: (row.open_count, row.answer_hours) for row in db.session.execute(select(table))
    }


def _holding(commune_code: str) -> list[ColumnElement[bool]]:
    return [
        and_(UnitTerritory.kind == kind, UnitTerritory.code == code)
        for kind, code in places_holding(commune_code)
    ]
