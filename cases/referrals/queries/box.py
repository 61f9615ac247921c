"""*Boîte d'orientation*: what was received, sent, declined by all; counts of each tab."""

import enum
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from app.actors import Actor
from app.db import db
from cases.casework.models import CaseFile
from cases.referrals.enums import ReferralKind, ReferralState
from cases.referrals.models import AccessRequestMatch, Need, Referral
from cases.referrals.queries.needs import needs_visible_to
from cases.referrals.rules.states import ENDED, REFUSED, TAKEN, WAITING


class Tab(enum.StrEnum):
    """Parts of the box, by their name in the address."""

    RECEIVED = "recues"
    SENT = "envoyees"
    ALL_DECLINED = "declinees"
    ACCESS = "acces"


class Standing(enum.StrEnum):
    """How far a referral is, as one filters the box."""

    WAITING = "attente"
    TAKEN = "cours"
    ENDED = "terminees"


STANDINGS = {Standing.WAITING: WAITING, Standing.TAKEN: TAKEN, Standing.ENDED: ENDED}


@dataclass(frozen=True)
class BoxCounts:
    """What each tab holds that waits for this seat."""

    received: int = 0
    sent: int = 0
    all_declined: int = 0
    access: int = 0


def count_box(actor: Actor) -> BoxCounts:
    """Referrals to answer, sendings without answer, needs all declined, requests: one statement."""
    if not actor.reads_cases:
        return BoxCounts()
    waiting = Referral.state.in_(WAITING)
    row = db.session.execute(
        select(
            _count(Referral, _received(actor), waiting, _readable(actor)),
            _count(Referral, _sent(actor), waiting, _readable(actor)),
            select(func.count())
            .select_from(needs_all_declined(actor).subquery())
            .scalar_subquery(),
            select(func.count())
            .select_from(AccessRequestMatch)
            .join(CaseFile, CaseFile.id == AccessRequestMatch.case_id)
            .where(CaseFile.lead_seat_id == actor.seat_id, AccessRequestMatch.handled_at.is_(None))
            .scalar_subquery(),
        )
    ).one()
    return BoxCounts(*row)


def tab_condition(tab: Tab, actor: Actor) -> ColumnElement[bool]:
    """Which referrals a tab holds: those received, or those sent."""
    return _received(actor) if tab is Tab.RECEIVED else _sent(actor)


def needs_all_declined(actor: Actor) -> Select[Need]:
    """Needs the seat leads or wrote, whose sendings all ended without a partner: a human chooses
    what happens now."""
    one, any_other = aliased(Referral), aliased(Referral)
    refused = exists().where(one.need_id == Need.id, one.state.in_(REFUSED))
    alive = exists().where(
        any_other.need_id == Need.id,
        any_other.state.in_((*WAITING, *TAKEN, ReferralState.COMPLETED, ReferralState.GIVEN_UP)),
    )
    mine = or_(CaseFile.lead_seat_id == actor.seat_id, Need.seat_id == actor.seat_id)
    is_open = CaseFile.closed_at.is_(None)
    return needs_visible_to(actor).where(mine, is_open, refused, ~alive)


def _received(actor: Actor) -> ColumnElement[bool]:
    return and_(
        Referral.receiver_seat_id == actor.seat_id,
        Referral.state != ReferralState.DRAFT,
        Referral.kind != ReferralKind.SIGNPOST,
    )


def _sent(actor: Actor) -> ColumnElement[bool]:
    return Referral.sender_seat_id == actor.seat_id


def _readable(actor: Actor) -> ColumnElement[bool]:
    return Referral.reader_seats.contains([actor.seat_id])


def _count(model: type[Referral], *conditions: ColumnElement[bool]):
    return select(func.count()).select_from(model).where(*conditions).scalar_subquery()
