"""What waits for a seat, and what moved on what it passed on.

Rows are found in what triggers keep for each seat (``docs/decisions/0017``, ``0021``); what is told
of them is read by identifier, under its own policy.
"""

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
    BoxedReferral,
    Referral,
    ReferralSheet,
)
from cases.referrals.queries.box import Tab, select_access, select_boxed
from cases.referrals.queries.referrals import is_told_to
from partners.organisations.models import Organisation, Seat

MOST = 50


def select_to_answer(actor: Actor) -> Select[Any]:
    """Referrals received that wait for an answer: what waits has a due time."""
    return select_boxed(Tab.RECEIVED, actor).where(BoxedReferral.due_at.is_not(None))


def select_moved(
    actor: Actor, states: Collection[ReferralState], since: ColumnElement[datetime]
) -> Select[Any]:
    """Referrals this seat passed on, answered or ended since then, now in one of these states."""
    return select_boxed(Tab.SENT, actor).where(
        BoxedReferral.moved_at >= since,
        BoxedReferral.state.in_(sorted(state.value for state in states)),
    )


def select_access_to_handle(actor: Actor) -> Select[Any]:
    """Access requests upon cases this seat leads that wait for a choice."""
    return select_access(actor).where(is_read_by(actor))


def tell_access(actor: Actor) -> Select[Any]:
    """What a line says of an access request."""
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
        .join(AccessRequestMatch.case)
        .join(Seat, Seat.id == AccessRequest.seat_id)
        .join(Seat.organisation)
    )
    return with_title(statement).where(CaseFile.lead_seat_id == actor.seat_id, is_read_by(actor))


def tell_referral(actor: Actor, other_seat: Any) -> Select[Any]:
    """What a line says of a referral: the other organisation, whom it is about, as readable now."""
    title = func.coalesce(
        ReferralSheet.content["identity"][0][1].as_string(),
        func.nullif(case_title(), ""),
        NOT_TOLD,
    )
    told = today_columns(
        Referral.id,
        organisation=Organisation.name,
        title=title,
        subject=Referral.subject,
        kind=Referral.kind,
        state=Referral.state,
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
    """Access requests that fell upon a case led by the actor's seat and wait for a choice, the
    first that came first."""
    if not actor.reads_cases:
        return []
    case = joinedload(AccessRequestMatch.case, innerjoin=True)
    request = joinedload(AccessRequestMatch.request, innerjoin=True)
    statement = (
        select_access(actor)
        .with_only_columns(AccessRequestMatch, maintain_column_froms=True)
        .options(
            case.joinedload(CaseFile.company),
            case.joinedload(CaseFile.person),
            request.joinedload(AccessRequest.seat).joinedload(Seat.organisation),
        )
        .order_by(AccessRequestMatch.request_id)
        .limit(limit)
    )
    return db.session.scalars(statement).all()
