"""*Boîte d'orientation*: what was received, sent, declined by all; counts of each tab."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from app.actors import Actor
from app.db import db
from cases.casework.models import CaseFile
from cases.referrals.enums import ReferralKind, ReferralState
from cases.referrals.models import AccessRequestMatch, Need, Referral
from cases.referrals.queries.needs import needs_visible_to
from cases.referrals.queries.referrals import page_options, referrals_visible_to
from cases.referrals.rules.states import ENDED, REFUSED, TAKEN, WAITING
from partners.organisations.enums import Subject


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
MOST_NEEDS = 100


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
            select(func.count()).select_from(_all_declined(actor).subquery()).scalar_subquery(),
            select(func.count())
            .select_from(AccessRequestMatch)
            .join(CaseFile, CaseFile.id == AccessRequestMatch.case_id)
            .where(CaseFile.lead_seat_id == actor.seat_id, AccessRequestMatch.handled_at.is_(None))
            .scalar_subquery(),
        )
    ).one()
    return BoxCounts(*row)


def list_box(
    tab: Tab,
    actor: Actor,
    *,
    standing: Standing | None = None,
    subject: Subject | None = None,
    offset: int = 0,
    limit: int = 25,
) -> tuple[Sequence[Referral], int]:
    """Referrals of a tab and how many there are: two statements.

    What waits for the seat comes first, due first; what it sent, the latest first.
    """
    theirs = _received(actor) if tab is Tab.RECEIVED else _sent(actor)
    visible = referrals_visible_to(actor).where(theirs, *_narrowing(standing, subject))
    total = db.session.scalar(select(func.count()).select_from(visible.subquery())) or 0
    rows = visible.options(*page_options()).order_by(*_order(tab), Referral.id)
    return db.session.scalars(rows.offset(offset).limit(limit)).all(), total


def list_all_declined(actor: Actor) -> Sequence[Need]:
    """Needs that all their receivers declined: a human chooses what happens now."""
    of_case = joinedload(Need.case)
    statement = _all_declined(actor).options(
        of_case.joinedload(CaseFile.company), of_case.joinedload(CaseFile.person)
    )
    return db.session.scalars(statement.order_by(Need.created_at).limit(MOST_NEEDS)).all()


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


def _narrowing(standing: Standing | None, subject: Subject | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if standing is not None:
        conditions.append(Referral.state.in_(STANDINGS[standing]))
    if subject is not None:
        conditions.append(Referral.subject == subject)
    return conditions


def _order(tab: Tab) -> tuple[ColumnElement[Any], ...]:
    newest = Referral.sent_at.desc()
    if tab is not Tab.RECEIVED:
        return (newest,)
    is_over = Referral.state.not_in(WAITING)
    due = case((is_over, None), else_=Referral.answer_by).asc().nulls_last()
    return (is_over, due, newest)


def _count(model: type[Referral], *conditions: ColumnElement[bool]):
    return select(func.count()).select_from(model).where(*conditions).scalar_subquery()


def _all_declined(actor: Actor):
    """Needs the seat leads or wrote, whose sendings all ended without a partner."""
    one, any_other = aliased(Referral), aliased(Referral)
    refused = exists().where(one.need_id == Need.id, one.state.in_(REFUSED))
    alive = exists().where(
        any_other.need_id == Need.id,
        any_other.state.in_((*WAITING, *TAKEN, ReferralState.COMPLETED, ReferralState.GIVEN_UP)),
    )
    mine = or_(CaseFile.lead_seat_id == actor.seat_id, Need.seat_id == actor.seat_id)
    is_open = CaseFile.closed_at.is_(None)
    return needs_visible_to(actor).where(mine, is_open, refused, ~alive)
