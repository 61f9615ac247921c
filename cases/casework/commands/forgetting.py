"""A case at the end of its time: its words go, what figures count stays."""

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select, update

from app.db import Base, db, moved
from cases.casework.models import (
    ActionReply,
    Assessment,
    AssessmentDebt,
    CaseAction,
    CaseChange,
    CaseFile,
    EntryRevision,
    LegalBasis,
    OutsideAccess,
    Participation,
    TimelineEntry,
)

#: What each table of the case loses; the rows stay, without a word and without a name.
BLANKS: dict[type[Base], dict[str, Any]] = {
    CaseChange: {"reason": "", "member_id": None},
    TimelineEntry: {"body": "", "author_id": None, "object_id": None},
    Participation: {"member_id": None},
    LegalBasis: {"given_by": "", "about": "", "sent_to": "", "reason": "", "withdrawn_by": ""},
}


def forget_words_of_cases(delays: Mapping[uuid.UUID, timedelta]) -> None:
    """Clear the words of closed cases, end what takes part in them, move their dates.

    Handler of the hook ``cases_anonymised``. What each case is about is cleared by the caller, who
    keeps what figures need of it.
    """
    ids = list(delays)
    _end_participations(ids)
    _delete_rows(ids)
    for model, blanks in BLANKS.items():
        _update(model, ids, blanks)
    for case_id, delay in delays.items():
        for model in BLANKS:
            _update(model, [case_id], moved(model, delay))


def forget_agreements(basis_ids: list[uuid.UUID]) -> None:
    """Agreements past their time, in cases that still stand: names, address and reason go."""
    statement = update(LegalBasis).where(LegalBasis.id.in_(basis_ids))
    db.session.execute(statement.values(**BLANKS[LegalBasis]))


def _end_participations(ids: list[uuid.UUID]) -> None:
    """Nobody takes part from the closing on: the arrays that policies read follow by trigger."""
    closed_at = select(CaseFile.closed_at).where(CaseFile.id == Participation.case_id)
    ended = func.greatest(Participation.started_at, closed_at.scalar_subquery())
    statement = update(Participation).where(Participation.case_id.in_(ids))
    db.session.execute(statement.where(Participation.ended_at.is_(None)).values(ended_at=ended))


def _delete_rows(ids: list[uuid.UUID]) -> None:
    """Figures of money would name the company: assessments go whole, and so do actions, what was
    answered to them, and the reasons for which the case was opened from elsewhere."""
    assessments = select(Assessment.id).where(Assessment.case_id.in_(ids))
    db.session.execute(delete(AssessmentDebt).where(AssessmentDebt.assessment_id.in_(assessments)))
    for model in (Assessment, ActionReply, CaseAction, EntryRevision, OutsideAccess):
        db.session.execute(delete(model).where(model.case_id.in_(ids)))


def _update(model: Any, ids: list[uuid.UUID], values: dict[str, Any]) -> None:
    db.session.execute(
        update(model).where(model.case_id.in_(ids)).values(**values),
        execution_options={"synchronize_session": False},
    )
