"""What a coordinator or an observer sees of a territory: needs nobody took, holes, figures."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, or_, select, text
from sqlalchemy.orm import contains_eager

from app.actors import Actor
from app.db import db, is_found
from app.reference.models import Commune
from cases.casework.enums import CaseStatus, Outcome, Phase
from cases.casework.models import CaseFile, CaseReader
from cases.companies.models import Company
from cases.desk.enums import Measure
from cases.desk.rules import Cell
from cases.referrals.enums import ReferralKind, ReferralState
from cases.referrals.models import Need, Referral
from cases.referrals.queries.needs import needs_visible_to
from partners.organisations.enums import Subject

MOST = 20
#: A referral in one of these states leaves the need without anybody.
LOST = (
    ReferralState.DRAFT,
    ReferralState.DECLINED,
    ReferralState.REDIRECTED,
    ReferralState.EXPIRED,
    ReferralState.REVOKED,
    ReferralState.GIVEN_UP,
)
FIGURES = text("SELECT measure, cell, figure FROM territory_figures(:since)")


def list_needs_nobody_took(actor: Actor, before: datetime, limit: int = MOST) -> list[Need]:
    """Needs of open cases the actor may read, written before then, that nobody has in hand.

    Within the actor's territory when they have one; the oldest first, each with its case.
    """
    taken = exists().where(Referral.need_id == Need.id, Referral.state.not_in(LOST))
    statement = needs_visible_to(actor).join(CaseFile.company, isouter=True)
    statement = statement.where(
        is_found(Need.case_id, _open_cases(actor)),
        ~taken,
        Need.created_at < before,
        CaseFile.status != CaseStatus.CLOSED,
        *_in_territory(actor.territory),
    )
    loaded = contains_eager(Need.case)
    options = (loaded.contains_eager(CaseFile.company), loaded.joinedload(CaseFile.person))
    ordered = statement.options(*options).order_by(Need.created_at, Need.id)
    return list(db.session.scalars(ordered.limit(limit)))


def _open_cases(actor: Actor) -> Select[Any]:
    """Open cases of the seat, in the territory or nowhere known, found in what the lists read."""
    statement = select(CaseReader.case_id).where(
        CaseReader.seat_id == actor.seat_id, CaseReader.status != CaseStatus.CLOSED.value
    )
    if not actor.territory:
        return statement
    here = CaseReader.department.in_(sorted(actor.territory))
    return statement.where(or_(here, CaseReader.department.is_(None)))


def _in_territory(departments: Collection[str]) -> list[ColumnElement[bool]]:
    if not departments:
        return []
    here = select(Commune.code).where(Commune.department_code.in_(departments))
    return [or_(Company.commune_code.is_(None), Company.commune_code.in_(here))]


def figures_of_territory(since: date) -> dict[Measure, list[Cell]]:
    """Aggregates of the actor's territory, as the database hides them: largest cells first.

    Counted from the first day of the month of ``since`` on (``rules.first_counted_day``).
    Empty for whoever may not read aggregates: the database checks the role itself.
    """
    found: dict[Measure, list[Cell]] = {}
    for row in db.session.execute(FIGURES, {"since": since}):
        measure = Measure(row.measure)
        found.setdefault(measure, []).append(Cell(label_of(measure, row.cell), row.figure))
    for cells in found.values():
        cells.sort(key=lambda cell: (cell.figure is None, -(cell.figure or 0), cell.label))
    return found


def label_of(measure: Measure, code: str) -> str:
    """French term of one cell."""
    kinds = {
        Measure.PHASE: Phase,
        Measure.OUTCOME: Outcome,
        Measure.SUBJECT: Subject,
        Measure.REFERRAL: ReferralState,
        Measure.KIND: ReferralKind,
    }
    return kinds[measure](code).label
