"""What waits for a seat, and what moved on what it passed on."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.actors import Actor
from app.db import db
from cases.casework.models import CaseFile
from cases.referrals.enums import ReferralState
from cases.referrals.models import AccessRequest, AccessRequestMatch, Referral
from cases.referrals.queries.referrals import page_options, referrals_visible_to
from cases.referrals.rules.states import WAITING
from partners.organisations.models import Seat

MOST = 50


def list_to_answer(actor: Actor, limit: int = MOST) -> Sequence[Referral]:
    """Referrals received that wait for an answer, those due first first."""
    statement = referrals_visible_to(actor).where(
        Referral.receiver_seat_id == actor.seat_id, Referral.state.in_(WAITING)
    )
    statement = statement.options(*page_options()).order_by(Referral.answer_by).limit(limit)
    return db.session.scalars(statement).all()


def list_moved(actor: Actor, since: datetime, limit: int = MOST) -> Sequence[Referral]:
    """Referrals this seat passed on that were answered or ended since then, the last first."""
    moved = (Referral.answered_at >= since) | (Referral.ended_at >= since)
    not_own = Referral.state.not_in((ReferralState.REVOKED, ReferralState.DRAFT))
    statement = referrals_visible_to(actor).where(
        Referral.sender_seat_id == actor.seat_id, moved, not_own
    )
    newest = Referral.answered_at.desc().nulls_last()
    statement = statement.options(*page_options()).order_by(newest).limit(limit)
    return db.session.scalars(statement).all()


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
