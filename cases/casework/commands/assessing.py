"""Assessments (*états des lieux*): each one a new row, so that they compare."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app import journal
from app.actors import Actor
from app.db import db
from cases.casework.commands.writing import tell
from cases.casework.enums import Audience, EntryKind
from cases.casework.errors import AudienceNotOpen, CaseIsClosed
from cases.casework.models import Assessment, AssessmentDebt, CaseFile
from cases.casework.rules import audiences_of


@dataclass(frozen=True)
class DebtFacts:
    """What is owed to one creditor, in cents."""

    creditor: str
    amount_cents: int
    is_overdue: bool = True


def record_assessment(
    case: CaseFile,
    *,
    done_on: date,
    audience: Audience,
    debts: Sequence[DebtFacts] = (),
    by: Actor,
    **facts: Any,
) -> Assessment:
    """Record a new assessment; the earlier ones stay, for comparison.

    ``facts``: ``treasury_cents``, ``order_book``, ``headcount``, ``staff``, ``legal_deadlines``,
    ``personal_situation``, ``moral_strand``, ``technical_strand``.
    Raises CaseIsClosed, AudienceNotOpen.
    """
    if not case.is_open:
        raise CaseIsClosed
    if audience not in audiences_of(by):
        raise AudienceNotOpen
    assessment = Assessment(
        case_id=case.id,
        seat_id=by.seat_id,
        author_id=by.membership_id,
        audience=audience,
        done_on=done_on,
        debts=[AssessmentDebt(**vars(debt)) for debt in debts],
        **facts,
    )
    db.session.add(assessment)
    db.session.flush()
    # The line says that it was done and nothing of the figures: fewer seats read those.
    body = f"État des lieux du {done_on:%d/%m/%Y} enregistré."
    tell(case.id, EntryKind.ASSESSMENT, body, audience=audience, object_id=assessment.id, by=by)
    journal.record(assessment, "assessment.recorded", by=by)
    return assessment
