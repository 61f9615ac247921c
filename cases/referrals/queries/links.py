"""Answer links: where they go, whether anybody else may be told, when the last one left."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, DateTime, ScalarSelect, exists, func, or_, select
from sqlalchemy.orm import aliased

from app.actors import CASE_ROLES
from app.db import db
from cases.referrals.models import Referral
from partners.organisations.enums import CLAIMING_KINDS
from partners.organisations.models import Organisation, Seat, Unit
from partners.people.models import Membership, UserAccount


def find_answer_address(referral: Referral) -> str:
    """Where the directory says to write: the receiving unit, else the organisation; maybe empty.

    Creditor firewall (``domain.md`` §9): an organisation that both helps and claims has one mail
    box for its two sides, even while one of them only sits here; nothing meant for one goes there.
    """
    return db.session.scalar(select(_address(referral))) or ""


def answer_link_facts(referral: Referral) -> tuple[str, datetime | None, bool]:
    """The three of them in one statement: address, when the last link left, is it staffed."""
    sent_at = func.last_answer_link(referral.id, type_=DateTime(timezone=True))
    facts = select(_address(referral), sent_at, has_readers(referral.receiver_seat_id))
    address, at, is_staffed = db.session.execute(facts).one()
    return address or "", at, is_staffed


def has_readers(seat_id: Any) -> ColumnElement[bool]:
    """Has a seat a member to be mailed, whose role reads cases?"""
    return (
        exists()
        .where(UserAccount.id == Membership.user_id, UserAccount.is_active)
        .where(Membership.seat_id == seat_id, Membership.ended_at.is_(None))
        .where(Membership.role.in_(CASE_ROLES))
    )


def _address(referral: Referral) -> ScalarSelect[str]:
    other = aliased(Seat)
    has_two_sides = exists().where(
        other.organisation_id == Seat.organisation_id, other.id != Seat.id
    )
    is_shared = or_(Organisation.kind.in_(CLAIMING_KINDS), has_two_sides)
    return (
        select(func.coalesce(func.nullif(Unit.email, ""), Organisation.email))
        .select_from(Seat)
        .join(Organisation, Organisation.id == Seat.organisation_id)
        .outerjoin(Unit, Unit.id == referral.receiver_unit_id)
        .where(Seat.id == referral.receiver_seat_id, Organisation.is_active, ~is_shared)
        .scalar_subquery()
    )


def last_link_at(referral_id: uuid.UUID) -> datetime | None:
    """When the last answer link of a referral left, for its sender and the lead of its case."""
    return db.session.scalar(select(func.last_answer_link(referral_id)))
