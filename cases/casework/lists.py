"""The list of cases: what may be asked of it, and the rows that answer, for one reader.

Filters, order, bounds and total are asked of ``case_reader``, one row for each case the seat reads;
the cases themselves are then read by identifier, under their own policy. When a case moved is said
by that row too: what a seat may not read does not move its cases (decision 24).
"""

import uuid
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Uuid, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from app.actors import Actor, ActorKind, Role
from app.db import SEAT, db, in_order, is_found
from app.folding import fold
from app.reference.models import Commune
from app.web.tables import MAX_COUNTED_ROWS, ListRequest, Page
from cases.casework.enums import CaseStatus, Phase
from cases.casework.models import CaseFile, CaseReader
from cases.casework.queries import case_title, is_read_by, with_title
from cases.companies.identifiers import searched
from cases.companies.models import Company
from partners.organisations.models import Organisation, Seat
from partners.people.models import Membership, UserAccount

SORTS = ("-moved", "opened", "name", "phase")
#: Each with the column that breaks ties, in the order of its index.
ORDERS: dict[str, tuple[ColumnElement[Any], ColumnElement[Any]]] = {
    "moved": (CaseReader.moved_at.asc(), CaseReader.case_id.asc()),
    "opened": (CaseReader.opened_at.asc(), CaseReader.case_id.asc()),
    "name": (CaseReader.folded_title.asc(), CaseReader.case_id.asc()),
    "phase": (CaseReader.phase.asc(), CaseReader.case_id.desc()),
}
REVERSED: dict[str, tuple[ColumnElement[Any], ColumnElement[Any]]] = {
    "moved": (CaseReader.moved_at.desc(), CaseReader.case_id.desc()),
    "opened": (CaseReader.opened_at.desc(), CaseReader.case_id.desc()),
    "name": (CaseReader.folded_title.desc(), CaseReader.case_id.desc()),
    "phase": (CaseReader.phase.desc(), CaseReader.case_id.asc()),
}
#: ``ouverts`` is every status but closed.
STATUSES = ("ouverts", *(status.value for status in CaseStatus))
FILTERS: dict[str, Iterable[str] | None] = {
    "phase": list(Phase),
    "statut": STATUSES,
    "departement": None,
    "suivi": ("moi", "pilote", "partenaire"),
}
LONGEST_EXPORT = 10_000
#: When the statement of the lines runs: of which cases.
ASKED: Any = bindparam("asked_cases", type_=ARRAY(Uuid))
#: When the case moved for the seat that asks. A subquery: of one table more to join, the database
#: would no longer choose the order (``join_collapse_limit``).
MOVED_AT = (
    select(CaseReader.moved_at)
    .where(CaseReader.case_id == CaseFile.id, CaseReader.seat_id == SEAT)
    .scalar_subquery()
)
#: What the list, or a file, says of a case.
LINE: tuple[Any, ...] = (
    CaseFile.id,
    CaseFile.reference,
    case_title().label("title"),
    Company.siren,
    Company.commune_code,
    Commune.name.label("commune"),
    CaseFile.phase,
    CaseFile.status,
    Organisation.name.label("lead"),
    UserAccount.full_name.label("member"),
    CaseFile.opened_at,
    MOVED_AT.label("moved_at"),
    CaseFile.outcome,
    CaseFile.paused_until,
)


def ask_cases(arguments: Any) -> ListRequest:
    """What an address asks of the list."""
    return ListRequest.from_args(arguments, sorts=SORTS, filters=FILTERS)


def list_cases(listing: ListRequest, actor: Actor) -> Page[Row[Any]]:
    """One page of the cases the actor reads; two statements whatever their number."""
    matching = _matching(listing, actor)
    counted = select(func.count()).select_from(matching.limit(MAX_COUNTED_ROWS).subquery())
    shown = _sorted(matching, listing).offset(listing.offset).limit(listing.size)
    total, ids = db.session.execute(select(counted.scalar_subquery(), _array(shown))).one()
    return listing.page(list_lines(ids, actor), total)


def list_exported(listing: ListRequest, actor: Actor) -> list[uuid.UUID]:
    """The cases that the list shows, all its pages, in its order, up to a bound."""
    return list(
        db.session.scalars(_sorted(_matching(listing, actor), listing).limit(LONGEST_EXPORT))
    )


def list_lines(ids: Sequence[uuid.UUID], actor: Actor) -> list[Row[Any]]:
    """What is said of these cases, in this order, as far as the actor reads them still."""
    values = {SEAT.key: actor.seat_id, ASKED.key: list(ids)}
    found = db.session.connection().execute(_lines(actor.kind, actor.role), values)
    return in_order(found, ids)


@cache
def _lines(kind: ActorKind, role: Role | None) -> Select[Any]:
    """Made once for each role; who asks, and of which cases, is given when it runs."""
    whoever = Actor(kind=kind, role=role, seat_id=SEAT)
    statement = with_title(select(*LINE).select_from(CaseFile)).outerjoin(Company.commune)
    statement = statement.join(CaseFile.lead_seat).join(Seat.organisation)
    statement = statement.outerjoin(CaseFile.lead_member).outerjoin(Membership.user)
    return statement.where(is_read_by(whoever), CaseFile.id == any_(ASKED))


def _matching(listing: ListRequest, actor: Actor) -> Select[Any]:
    """Identifiers of the cases that answer, among those of the actor's seat."""
    seat_id = actor.seat_id if actor.reads_cases else None
    statement = select(CaseReader.case_id).where(CaseReader.seat_id == seat_id)
    if listing.search:
        found = cases_found(listing.search).cte("found")
        statement = statement.where(is_found(CaseReader.case_id, select(found.c.id)))
    if phase := listing.filter("phase"):
        statement = statement.where(CaseReader.phase == phase)
    if department := listing.filter("departement"):
        statement = statement.where(CaseReader.department == department)
    statement = _with_status(statement, listing.filter("statut"))
    return _followed(statement, listing.filter("suivi"), actor)


def cases_found(typed: str) -> Select[uuid.UUID]:
    """Identifiers of the actor's cases that answer a search, through the definer function."""
    known, digits = searched(typed)
    return select(func.search_cases(known, fold(typed), digits).label("id"))


def _with_status(statement: Select[Any], status: str) -> Select[Any]:
    if status == "ouverts":
        return statement.where(CaseReader.status != CaseStatus.CLOSED.value)
    return statement.where(CaseReader.status == status) if status else statement


def _followed(statement: Select[Any], how: str, actor: Actor) -> Select[Any]:
    if how == "moi":
        return statement.where(CaseReader.lead_member_id == actor.membership_id)
    if how == "pilote":
        return statement.where(CaseReader.lead_seat_id == actor.seat_id)
    if how == "partenaire":
        return statement.where(CaseReader.lead_seat_id != actor.seat_id)
    return statement


def _sorted(statement: Select[Any], listing: ListRequest) -> Select[Any]:
    orders = REVERSED if listing.descending else ORDERS
    return statement.order_by(*orders[listing.sort])


def _array(statement: Select[Any]) -> ColumnElement[Any]:
    return func.array(statement.scalar_subquery(), type_=ARRAY(Uuid))
