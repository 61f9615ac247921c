"""Needs of a case, with the referrals that their reader may see."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import joinedload

from app.actors import Actor, Side
from app.db import db
from app.documents import document_of, documents
from app.errors import NotVisible
from cases.casework.enums import Audience
from cases.casework.models import CaseFile, Participation
from cases.casework.queries import CASE, Signed, at_the_door, is_read_by
from cases.companies.models import Company, Person
from cases.referrals.models import Need, Referral
from cases.referrals.queries.referrals import is_told_to
from cases.referrals.shown import ShownNeed, ShownReferral
from partners.organisations.models import Seat


def needs_visible_to(actor: Actor) -> Select[Need]:
    """Needs of the actor's cases that are written for their side, or by their seat."""
    statement = select(Need).join(CaseFile, CaseFile.id == Need.case_id)
    if actor.is_system:
        return statement
    seat_id = actor.seat_id if actor.reads_cases else None
    if seat_id is None:
        return statement.where(Need.id.is_(None))
    return statement.where(is_read_by(actor), _hears(actor))


def _hears(actor: Actor) -> ColumnElement[bool]:
    """The need of the row is written for the actor's side, or by their seat."""
    heard = [Audience.ALL, Audience.AID] if actor.side is Side.AID else [Audience.ALL]
    return or_(*(Need.audience == one for one in heard), Need.seat_id == actor.seat_id)


def get_need(need_id: uuid.UUID, actor: Actor) -> Need:
    """One need, its case and what the wizard shows of it. Raises NotVisible, ReasonNeeded."""
    return _get_need(need_id, actor)


def get_need_with_referrals(need_id: uuid.UUID, actor: Actor) -> Need:
    """The same, with the referrals that its reader may see. Raises NotVisible."""
    return _get_need(need_id, actor, joinedload(Need.referrals.and_(is_told_to(actor))))


def get_need_to_send(need_id: uuid.UUID, actor: Actor) -> Need:
    """The same, with the agreements of its case that the actor reads. Raises NotVisible."""
    return _get_need(need_id, actor, joinedload(Need.case).joinedload(CaseFile.bases))


def _get_need(need_id: uuid.UUID, actor: Actor, *more: Any) -> Need:
    case = joinedload(Need.case)
    statement = needs_visible_to(actor).where(Need.id == need_id)
    statement = statement.options(
        case.joinedload(CaseFile.company).joinedload(Company.commune),
        case.joinedload(CaseFile.person).joinedload(Person.commune),
        case.joinedload(CaseFile.lead_seat).joinedload(Seat.organisation),
        case.joinedload(CaseFile.participations)
        .joinedload(Participation.seat)
        .joinedload(Seat.organisation),
        *more,
    )
    found = db.session.scalars(statement).unique().one_or_none()
    if found is None:
        raise NotVisible
    at_the_door(found.case, actor)
    return found


def find_need_of_form(client_key: str, actor: Actor) -> Need | None:
    """The need that this form wrote already."""
    statement = needs_visible_to(actor).where(
        Need.client_key == client_key, Need.seat_id == actor.seat_id
    )
    return db.session.scalars(statement).one_or_none()


def needs_document(actor: Actor) -> ColumnElement[Any]:
    """A list of ``ShownNeed``, the oldest first: a part of the page of a case (``CASE``)."""
    receiver = Signed()
    referral = document_of(ShownReferral, Referral, receiver_seat=receiver.seat_document())
    referrals = select(documents(referral, Referral.created_at, Referral.id))
    referrals = receiver.joined(referrals.select_from(Referral), Referral.receiver_seat_id)
    told = referrals.where(Referral.need_id == Need.id, is_told_to(actor)).scalar_subquery()
    one = document_of(ShownNeed, Need, referrals=told)
    needs = select(documents(one, Need.created_at, Need.id)).select_from(Need)
    return needs.where(Need.case_id == CASE, _hears(actor)).scalar_subquery()


def list_needs(case_id: uuid.UUID, actor: Actor) -> Sequence[Need]:
    """Needs of a case, oldest first, each with the referrals the actor may see: one statement."""
    referrals = joinedload(Need.referrals.and_(is_told_to(actor)))
    statement = needs_visible_to(actor).where(Need.case_id == case_id).order_by(Need.created_at)
    found = db.session.scalars(
        statement.options(
            referrals.joinedload(Referral.receiver_seat).joinedload(Seat.organisation)
        )
    )
    return found.unique().all()
