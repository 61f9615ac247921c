"""What waits for a seat, and what moved on what it passed on.

Rows are found in what triggers keep for each seat (``docs/decisions/0017``, ``0021``); what is told
of them is read by identifier, under its own policy.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from app.actors import Actor
from app.today import today_columns
from cases.casework.models import CaseFile
from cases.casework.queries import case_title, is_read_by, with_title
from cases.referrals.enums import ReferralState
from cases.referrals.models import (
    AccessRequest,
    AccessRequestMatch,
    BoxedReferral,
    Referral,
)
from cases.referrals.queries.box import Tab, select_access, select_boxed
from cases.referrals.queries.referrals import is_told_to, told_title
from partners.organisations.models import Organisation, Seat


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
    told = today_columns(
        Referral.id,
        organisation=Organisation.name,
        title=told_title(),
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
