"""What waits for a seat, and what moved on what it passed on."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload

from app.actors import Actor
from app.db import db
from app.today import today_columns
from cases.casework.models import CaseFile
from cases.casework.queries import case_title, is_read_by, with_title
from cases.referrals.enums import ReferralState
from cases.referrals.models import (
    NOT_TOLD,
    AccessRequest,
    AccessRequestMatch,
    Referral,
    ReferralSheet,
)
from cases.referrals.queries.referrals import is_told_to
from cases.referrals.rules.states import WAITING
from partners.organisations.models import Organisation, Seat

MOST = 50


def select_to_answer(actor: Actor, limit: int = MOST) -> Select[Any]:
    """Referrals received that wait for an answer, those due first first: rows of *Aujourd'hui*."""
    statement = _told(actor, Referral.sender_seat_id, due_at=Referral.answer_by)
    return (
        statement.where(Referral.receiver_seat_id == actor.seat_id, Referral.state.in_(WAITING))
        .order_by(Referral.answer_by)
        .limit(limit)
    )


def select_moved(
    actor: Actor,
    states: Collection[ReferralState],
    since: ColumnElement[datetime],
    limit: int = MOST,
) -> Select[Any]:
    """Referrals this seat passed on, answered or ended since then, now in one of these states."""
    moved_at = func.greatest(Referral.answered_at, Referral.ended_at)
    return (
        _told(actor, Referral.receiver_seat_id, moved_at=moved_at)
        .where(Referral.sender_seat_id == actor.seat_id, Referral.state.in_(states))
        .where(moved_at >= since)
        .order_by(moved_at.desc())
        .limit(limit)
    )


def select_access_to_handle(actor: Actor, limit: int = MOST) -> Select[Any]:
    """Access requests upon cases this seat leads that wait for a choice: rows of *Aujourd'hui*."""
    columns = today_columns(
        AccessRequest.id,
        organisation=Organisation.name,
        title=case_title(),
        subject=AccessRequest.subject,
    )
    statement = (
        select(*columns)
        .select_from(AccessRequestMatch)
        .join(AccessRequestMatch.request)
        .join(CaseFile, CaseFile.id == AccessRequestMatch.case_id)
        .join(Seat, Seat.id == AccessRequest.seat_id)
        .join(Seat.organisation)
    )
    led = with_title(statement).where(CaseFile.lead_seat_id == actor.seat_id, is_read_by(actor))
    return led.where(AccessRequestMatch.handled_at.is_(None)).limit(limit)


def _told(actor: Actor, other_seat: Any, **columns: Any) -> Select[Any]:
    """What a line says of a referral: the other organisation, whom it is about, as readable now."""
    title = func.coalesce(
        ReferralSheet.content["identity"][0][1].as_string(), case_title(), NOT_TOLD
    )
    told = today_columns(
        Referral.id,
        organisation=Organisation.name,
        title=title,
        subject=Referral.subject,
        kind=Referral.kind,
        state=Referral.state,
        **columns,
    )
    statement = (
        select(*told)
        .select_from(Referral)
        .join(Seat, Seat.id == other_seat)
        .join(Seat.organisation)
        .outerjoin(Referral.sheet)
        .outerjoin(Referral.case)
        .where(is_told_to(actor))
    )
    return with_title(statement)


def list_access_requests_to_handle(actor: Actor, limit: int = MOST) -> Sequence[AccessRequestMatch]:
    """Access requests that fell upon a case led by the actor's seat and wait for a choice."""
    if not actor.reads_cases:
        return []
    case = joinedload(AccessRequestMatch.case, innerjoin=True)
    request = joinedload(AccessRequestMatch.request, innerjoin=True)
    statement = (
        select(AccessRequestMatch)
        .join(CaseFile, CaseFile.id == AccessRequestMatch.case_id)
        .where(CaseFile.lead_seat_id == actor.seat_id, AccessRequestMatch.handled_at.is_(None))
        .options(
            case.joinedload(CaseFile.company),
            case.joinedload(CaseFile.person),
            request.joinedload(AccessRequest.seat).joinedload(Seat.organisation),
        )
        .limit(limit)
    )
    return db.session.scalars(statement).all()
