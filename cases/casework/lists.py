"""The list of cases: what may be asked of it, and the rows that answer, for one reader."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from app.actors import Actor
from app.db import db
from app.folding import fold
from app.reference.models import Commune
from app.web.tables import MAX_COUNTED_ROWS, ListRequest, Page
from cases.casework.enums import CaseStatus, Phase
from cases.casework.models import CaseFile
from cases.casework.queries import cases_visible_to
from cases.companies.identifiers import searched
from cases.companies.models import Company
from partners.organisations.models import Organisation, Seat
from partners.people.models import Membership

SORTS = ("-moved", "opened", "name", "phase")
#: ``ouverts`` is every status but closed.
STATUSES = ("ouverts", *(status.value for status in CaseStatus))
FILTERS: dict[str, Iterable[str] | None] = {
    "phase": list(Phase),
    "statut": STATUSES,
    "departement": None,
    "suivi": ("moi", "pilote", "partenaire"),
}
LONGEST_EXPORT = 2000


def ask_cases(arguments: Any) -> ListRequest:
    """What an address asks of the list."""
    return ListRequest.from_args(arguments, sorts=SORTS, filters=FILTERS)


def list_cases(listing: ListRequest, actor: Actor) -> Page[CaseFile]:
    """One page of the cases the actor reads; two statements whatever their number."""
    matching = _matching(listing, actor)
    counted = matching.with_only_columns(CaseFile.id).limit(MAX_COUNTED_ROWS).subquery()
    total = db.session.scalar(select(func.count()).select_from(counted)) or 0
    rows = _sorted(matching, listing).offset(listing.offset).limit(listing.size)
    return listing.page(_load(rows), total)


def export_cases(listing: ListRequest, actor: Actor) -> Sequence[CaseFile]:
    """The cases that the list shows, all its pages, up to a bound."""
    return _load(_sorted(_matching(listing, actor), listing).limit(LONGEST_EXPORT))


def count_by_status(actor: Actor) -> dict[str, int]:
    """How many cases the actor reads, by status."""
    statement = cases_visible_to(actor).with_only_columns(CaseFile.status, func.count())
    return {
        status.value: count
        for status, count in db.session.execute(statement.group_by(CaseFile.status))
    }


def case_ids_of(actor: Actor) -> Select[uuid.UUID]:
    """Identifiers of the cases the actor reads."""
    return cases_visible_to(actor).with_only_columns(CaseFile.id)


def _matching(listing: ListRequest, actor: Actor) -> Select[CaseFile]:
    statement = cases_visible_to(actor).outerjoin(CaseFile.company)
    if listing.search:
        statement = statement.where(CaseFile.id.in_(cases_found(listing.search)))
    if phase := listing.filter("phase"):
        statement = statement.where(CaseFile.phase == phase)
    statement = _with_status(statement, listing.filter("statut"))
    if department := listing.filter("departement"):
        communes = select(Commune.code).where(Commune.department_code == department)
        statement = statement.where(Company.commune_code.in_(communes))
    return _followed(statement, listing.filter("suivi"), actor)


def cases_found(typed: str) -> Select[uuid.UUID]:
    """Identifiers of the actor's cases that answer a search, through the definer function."""
    known, digits = searched(typed)
    text = typed if typed.upper().startswith("D-") else fold(typed)
    return select(func.search_cases(known, text, digits))


def _with_status(statement: Select[CaseFile], status: str) -> Select[CaseFile]:
    if status == "ouverts":
        return statement.where(CaseFile.status != CaseStatus.CLOSED)
    return statement.where(CaseFile.status == status) if status else statement


def _followed(statement: Select[CaseFile], how: str, actor: Actor) -> Select[CaseFile]:
    if how == "moi":
        return statement.where(CaseFile.lead_member_id == actor.membership_id)
    if how == "pilote":
        return statement.where(CaseFile.lead_seat_id == actor.seat_id)
    if how == "partenaire":
        return statement.where(CaseFile.lead_seat_id != actor.seat_id)
    return statement


def _sorted(statement: Select[CaseFile], listing: ListRequest) -> Select[CaseFile]:
    columns: dict[str, Any] = {
        "moved": CaseFile.moved_at,
        "opened": CaseFile.opened_at,
        "name": Company.folded_name,
        "phase": CaseFile.phase,
    }
    column = columns[listing.sort]
    order = column.desc().nulls_last() if listing.descending else column.asc().nulls_last()
    return statement.order_by(order, CaseFile.id.desc())


def _load(statement: Select[CaseFile]) -> Sequence[CaseFile]:
    options = (
        joinedload(CaseFile.company),
        joinedload(CaseFile.person),
        joinedload(CaseFile.lead_seat).joinedload(Seat.organisation).load_only(Organisation.name),
        joinedload(CaseFile.lead_member).joinedload(Membership.user),
    )
    return db.session.scalars(statement.options(*options)).all()
