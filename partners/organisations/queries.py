"""Reads of the directory. It is the same for every member, so that no actor is asked for; the
second lock closes it to whoever is not signed in.
"""

import enum
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Select, and_, case, cast, exists, func, or_, select
from sqlalchemy import Uuid as SqlUuid
from sqlalchemy.orm import InstrumentedAttribute, contains_eager, joinedload, selectinload

from app.db import db, in_order, is_among
from app.errors import NotVisible
from app.folding import fold, grams
from app.reference.models import Commune
from app.reference.queries import find_communes
from partners.organisations.enums import (
    OrganisationKind,
    Side,
    Subject,
    TerritoryKind,
    UnitLevel,
)
from partners.organisations.models import (
    Organisation,
    RoutingRule,
    Seat,
    Service,
    Unit,
    UnitTerritory,
)
from partners.organisations.rules import (
    names_commune,
    places_holding,
    places_touching,
    seat_label,
)

UNIT_FACTS = (selectinload(Unit.territories), selectinload(Unit.opening_periods))
#: The same in one statement, for the units of a few organisations.
UNITS_AT_ONCE = selectinload(Organisation.units).options(
    joinedload(Unit.territories), joinedload(Unit.opening_periods)
)
FACTS_OF_A_FILE = (
    selectinload(Organisation.units).joinedload(Unit.territories),
    selectinload(Organisation.services),
)
LISTED_FACTS = (UNITS_AT_ONCE, selectinload(Organisation.services))
ORGANISATION_FACTS = (
    UNITS_AT_ONCE,
    joinedload(Organisation.seats),
    joinedload(Organisation.services),
)


def get_organisation(organisation_id: uuid.UUID) -> Organisation:
    """An organisation with its seats, units (territories, hours) and services: 2 statements.

    Raises NotVisible.
    """
    return _get(Organisation, organisation_id, *ORGANISATION_FACTS)


def find_organisation_named(name: str) -> Organisation | None:
    """The organisation whose name is the same but for accents and case."""
    statement = select(Organisation).where(Organisation.folded_name == fold(name))
    return db.session.scalars(statement.limit(1)).first()


@dataclass(frozen=True)
class Wanted:
    """Which organisations of the directory; what is empty narrows nothing.

    ``checked_since`` keeps the pages confirmed since then, ``not_checked_since`` the others.
    """

    search: str = ""
    kind: OrganisationKind | None = None
    subject: Subject | None = None
    department: str | None = None
    level: UnitLevel | None = None
    checked_since: datetime | None = None
    not_checked_since: datetime | None = None


class Order(enum.StrEnum):
    """Orders of the directory, by their name in the address."""

    NAME = "name"
    KIND = "kind"
    CHECKED = "checked"
    DELAY = "delay"


def list_exported(
    wanted: Wanted,
    order: Order = Order.NAME,
    *,
    descending: bool = False,
    quickest: Sequence[uuid.UUID] = (),
    limit: int,
) -> list[uuid.UUID]:
    """Open organisations in the order asked, then by name, up to a bound.

    ``quickest`` names those whose answer delay is known, the quickest first: it is not known here.
    """
    statement = _ordered(wanted, order, quickest, descending=descending)
    return list(db.session.scalars(statement.with_only_columns(Organisation.id).limit(limit)))


def list_among(ids: Sequence[uuid.UUID]) -> list[Organisation]:
    """These organisations, in this order, with units, where they serve, and services."""
    statement = select(Organisation).where(is_among(Organisation.id, ids))
    return in_order(db.session.scalars(statement.options(*FACTS_OF_A_FILE)), ids)


def page_of_organisations(
    wanted: Wanted,
    order: Order = Order.NAME,
    *,
    descending: bool = False,
    quickest: Sequence[uuid.UUID] = (),
    offset: int = 0,
    limit: int = 25,
) -> tuple[list[Organisation], int]:
    """A page of the same with units, hours and services, and how many match in all, counted beside
    the rows."""
    total = select(func.count()).select_from(_matching(wanted).subquery()).scalar_subquery()
    statement = _ordered(wanted, order, quickest, descending=descending).options(*LISTED_FACTS)
    found = db.session.execute(statement.add_columns(total).offset(offset).limit(limit)).all()
    rows = [row[0] for row in found]
    return rows, found[0][1] if found else count_organisations(wanted)


def _ordered(
    wanted: Wanted, order: Order, quickest: Sequence[uuid.UUID], *, descending: bool
) -> Select[Organisation]:
    ordered = {
        Order.NAME: Organisation.folded_name,
        Order.KIND: case(*((Organisation.kind == one, one.label) for one in OrganisationKind)),
        Order.CHECKED: Organisation.checked_at,
        Order.DELAY: func.array_position(
            cast(list(quickest), ARRAY(SqlUuid(as_uuid=True))), Organisation.id
        ),
    }[order]
    first = (ordered.desc() if descending else ordered.asc()).nulls_last()
    return _matching(wanted).order_by(first, Organisation.folded_name, Organisation.id)


def count_organisations(wanted: Wanted = Wanted()) -> int:
    """How many open organisations match."""
    found = _matching(wanted).subquery()
    return db.session.scalar(select(func.count()).select_from(found)) or 0


def _matching(wanted: Wanted) -> Select[Organisation]:
    conditions: list[ColumnElement[bool]] = [Organisation.is_active.is_(True)]
    if fold(wanted.search):
        conditions.append(_answers(wanted.search))
    if wanted.kind:
        conditions.append(Organisation.kind == wanted.kind)
    if wanted.subject:
        conditions.append(_serves(wanted.subject))
    if wanted.department:
        conditions.append(_works_in(wanted.department))
    if wanted.level:
        conditions.append(_has_unit(Unit.level == wanted.level))
    if wanted.checked_since:
        conditions.append(Organisation.checked_at >= wanted.checked_since)
    if since := wanted.not_checked_since:
        checked = Organisation.checked_at
        conditions.append(or_(checked.is_(None), checked < since))
    return select(Organisation).where(*conditions)


def _answers(search: str) -> ColumnElement[bool]:
    """Each word in the name or a subject served; or a name that is close to the whole."""
    words = [_speaks_of(word) for word in fold(search).split()]
    return or_(and_(*words), func.resembles(grams(search), Organisation.name_grams))


def _speaks_of(word: str) -> ColumnElement[bool]:
    """The folded word is in the name, in the label of its kind or of a subject it serves."""
    subjects = [subject for subject in Subject if word in fold(subject.label)]
    kinds = [kind for kind in OrganisationKind if word in fold(kind.label)]
    is_named = Organisation.folded_name.contains(word, autoescape=True)
    return or_(is_named, Organisation.kind.in_(kinds), _serves(*subjects))


def _serves(*subjects: Subject) -> ColumnElement[bool]:
    return exists().where(
        Service.organisation_id == Organisation.id,
        Service.is_active,
        Service.subject.in_(subjects),
    )


def _works_in(department: str) -> ColumnElement[bool]:
    in_commune = and_(
        UnitTerritory.kind == TerritoryKind.COMMUNE,
        UnitTerritory.code.startswith(department, autoescape=True),
    )
    holding = or_(_is_one_of(places_touching(department)), in_commune)
    return _has_unit(UnitTerritory.unit_id == Unit.id, holding)


def _has_unit(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Unit.organisation_id == Organisation.id, Unit.is_active, *conditions)


def _is_one_of(places: Iterable[tuple[TerritoryKind, str]]) -> ColumnElement[bool]:
    matches = [
        and_(UnitTerritory.kind == kind, UnitTerritory.code == code) for kind, code in places
    ]
    return or_(*matches)


# --- routing ------------------------------------------------------------------------------------


def units_covering(commune_code: str) -> list[Unit]:
    """Open units of open organisations whose territory holds the commune (INSEE code).

    With their organisation, territories and opening periods: 3 statements whatever their number.
    """
    holding = exists().where(
        UnitTerritory.unit_id == Unit.id, _is_one_of(places_holding(commune_code))
    )
    statement = (
        select(Unit)
        .join(Unit.organisation)
        .where(Unit.is_active, Organisation.is_active, holding)
        .options(contains_eager(Unit.organisation), *UNIT_FACTS)
        .order_by(Organisation.folded_name, Unit.name)
    )
    return list(db.session.scalars(statement))


def list_services(
    subject: Subject | None = None, organisation_ids: Collection[uuid.UUID] | None = None
) -> list[Service]:
    """Services now offered by open organisations, on a subject, by some organisations."""
    statement = select(Service).join(Service.organisation)
    statement = statement.where(Service.is_active, Organisation.is_active)
    if subject is not None:
        statement = statement.where(Service.subject == subject)
    if organisation_ids is not None:
        statement = statement.where(Service.organisation_id.in_(organisation_ids))
    loaded = statement.options(contains_eager(Service.organisation))
    return list(db.session.scalars(loaded.order_by(Organisation.folded_name, Service.name)))


def seats_of(
    organisation_ids: Collection[uuid.UUID], side: Side = Side.AID
) -> dict[uuid.UUID, Seat]:
    """The seat of this side by organisation, with its organisation."""
    statement = select(Seat).options(joinedload(Seat.organisation))
    statement = statement.where(Seat.organisation_id.in_(organisation_ids), Seat.side == side)
    return {seat.organisation_id: seat for seat in db.session.scalars(statement)}


def routing_rules_of(organisation_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[RoutingRule]]:
    """Routing rules by organisation, conditions first; those without any are left out."""
    statement = select(RoutingRule).where(RoutingRule.organisation_id.in_(organisation_ids))
    found: dict[uuid.UUID, list[RoutingRule]] = {}
    ordered = statement.order_by(RoutingRule.effect.desc(), RoutingRule.created_at, RoutingRule.id)
    for rule in db.session.scalars(ordered):
        found.setdefault(rule.organisation_id, []).append(rule)
    return found


def aid_side_has_manager(organisation_id: uuid.UUID) -> bool:
    """Has the helping side of this organisation a manager now?"""
    return bool(db.session.scalar(select(func.aid_side_has_manager(organisation_id))))


# --- seats --------------------------------------------------------------------------------------


def get_seat(seat_id: uuid.UUID) -> Seat:
    """A seat with its organisation. Raises NotVisible."""
    return _get(Seat, seat_id, joinedload(Seat.organisation))


def labels_of_seats(seat_ids: Iterable[uuid.UUID | None]) -> dict[uuid.UUID, str]:
    """Labels by seat, in one statement whatever their number; unknown ones are left out."""
    wanted = {seat_id for seat_id in seat_ids if seat_id}
    statement = select(Seat).options(joinedload(Seat.organisation)).where(Seat.id.in_(wanted))
    return {seat.id: seat_label(seat) for seat in db.session.scalars(statement)}


def open_seats(
    seat_ids: Iterable[uuid.UUID], never: Collection[uuid.UUID | None] = ()
) -> dict[uuid.UUID, Seat]:
    """Those of these seats whose organisation is open, but those of ``never``: one statement."""
    statement = _seats_but(never).where(Seat.id.in_(set(seat_ids)))
    return {seat.id: seat for seat in db.session.scalars(statement)}


def find_seats(
    search: str, never: Collection[uuid.UUID | None] = (), limit: int = 10
) -> list[Seat]:
    """Seats of open organisations that answer a search, the closest names first."""
    known, folded = grams(search), fold(search)
    if not folded:
        return []
    name = Organisation.folded_name
    begins = name.startswith(folded, autoescape=True)
    statement = _seats_but(never).where(_answers(search))
    close = func.resembles(known, Organisation.name_grams)
    ordered = statement.order_by(begins.desc(), close.desc(), name, Seat.side)
    return list(db.session.scalars(ordered.limit(limit)))


def _seats_but(never: Collection[uuid.UUID | None]) -> Select[Seat]:
    statement = select(Seat).join(Seat.organisation).options(contains_eager(Seat.organisation))
    left_out = [one for one in never if one is not None]
    return statement.where(Organisation.is_active, Seat.id.not_in(left_out))


# --- parts of an organisation -------------------------------------------------------------------


def get_unit(unit_id: uuid.UUID) -> Unit:
    """A unit with its organisation, territories and hours. Raises NotVisible."""
    return _get(Unit, unit_id, joinedload(Unit.organisation), *UNIT_FACTS)


def get_service(service_id: uuid.UUID) -> Service:
    """A service with its organisation. Raises NotVisible."""
    return _get(Service, service_id, joinedload(Service.organisation))


def get_routing_rule(rule_id: uuid.UUID) -> RoutingRule:
    """A routing rule. Raises NotVisible."""
    return _get(RoutingRule, rule_id)


def _get(model: Any, row_id: uuid.UUID, *options: Any) -> Any:
    statement = select(model).where(model.id == row_id).options(*options)
    found = db.session.scalars(statement).unique().one_or_none()
    if found is None:
        raise NotVisible()
    return found


def list_all_organisations(search: str = "") -> list[Organisation]:
    """Every organisation, closed ones too, with seats, units and services: for administration."""
    words = fold(search).split()
    conditions = [_has(Organisation.folded_name, word) for word in words]
    facts = (*LISTED_FACTS, joinedload(Organisation.seats))
    statement = select(Organisation).where(*conditions).options(*facts)
    return list(db.session.scalars(statement.order_by(Organisation.folded_name)).unique())


def _has(column: InstrumentedAttribute[str], word: str) -> ColumnElement[bool]:
    return column.contains(word, autoescape=True)


def organisation_options() -> list[tuple[uuid.UUID, str]]:
    """Identifier and name of every open organisation, in the order of their names."""
    statement = select(Organisation.id, Organisation.name).where(Organisation.is_active)
    rows = db.session.execute(statement.order_by(Organisation.folded_name))
    return [(row.id, row.name) for row in rows]


def communes_typed(lines: Iterable[str]) -> tuple[list[Commune], list[str]]:
    """Communes named one by one, and sentences about those that were not recognised.

    A name must be whole; one that is only close is offered back, never taken.
    """
    found: list[Commune] = []
    unknown: list[str] = []
    for line in lines:
        best = next(iter(find_communes(line, limit=1)), None)
        if best is not None and names_commune(line, best.folded_name):
            found.append(best)
        else:
            unknown.append(f"« {line} »" + (f" (peut-être {best.name} ?)" if best else ""))
    return found, unknown


def subjects_served_in(departments: Collection[str]) -> dict[str, set[Subject]]:
    """Subjects that some open unit serves, by département: one statement whatever their number."""
    places = {place for code in departments for place in places_touching(code)}
    statement = (
        select(Service.subject, UnitTerritory.kind, UnitTerritory.code)
        .join(Service.organisation)
        .join(Unit, Unit.organisation_id == Organisation.id)
        .join(UnitTerritory, UnitTerritory.unit_id == Unit.id)
        .where(Service.is_active, Organisation.is_active, Unit.is_active, _is_one_of(places))
        .where(or_(Service.unit_id.is_(None), Service.unit_id == Unit.id))
        .distinct()
    )
    rows = [((kind, code), subject) for subject, kind, code in db.session.execute(statement)]
    served = {code: set(places_touching(code)) for code in departments}
    return {
        code: {subject for place, subject in rows if place in served[code]} for code in departments
    }
