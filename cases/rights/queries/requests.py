"""Requests: those a seat handles or noted, those the bearer of a link asked."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select, text
from sqlalchemy.orm import joinedload

from app.actors import Actor, ActorKind, Role, Side
from app.db import db
from app.errors import NotVisible
from app.today import today_columns
from cases.casework.models import CaseFile
from cases.casework.queries import case_title, is_read_by, with_title
from cases.rights.enums import RequestState, RightsKind
from cases.rights.models import RightsRequest
from partners.organisations.models import Seat
from partners.people.models import Membership

WAITING = (RequestState.RECEIVED, RequestState.EXTENDED)
#: The same as indexes say it: a generic plan knows what is written, not what is given.
IS_WAITING = text("rights_request.state IN ('received', 'extended')")


def requests_visible_to(actor: Actor) -> Select[RightsRequest]:
    """Those of the cases the actor's seat leads, and those it noted where it takes part; for the
    bearer of a link, those of their person (the policy says which). None for the recovery side."""
    statement = select(RightsRequest)
    if actor.is_system or actor.kind is ActorKind.LINK:
        return statement
    if not actor.reads_cases or actor.side is not Side.AID:
        return statement.where(RightsRequest.id.is_(None))
    led = CaseFile.lead_seat_id == actor.seat_id
    noted = RightsRequest.received_seat_id == actor.seat_id
    statement = statement.join(CaseFile, CaseFile.id == RightsRequest.case_id)
    return statement.where(is_read_by(actor), or_(led, noted))


def get_request(request_id: uuid.UUID, actor: Actor) -> RightsRequest:
    """One request, with who received and who answered. Raises NotVisible."""
    statement = requests_visible_to(actor).where(RightsRequest.id == request_id)
    found = db.session.scalars(statement.options(*_people())).one_or_none()
    if found is None:
        raise NotVisible
    return found


def list_requests(case_id: uuid.UUID, actor: Actor) -> Sequence[RightsRequest]:
    """Requests of a case: those that wait by due day, then the others, the latest first."""
    statement = requests_visible_to(actor).where(RightsRequest.case_id == case_id)
    order = (RightsRequest.state.not_in(WAITING), RightsRequest.due_on, RightsRequest.id)
    return db.session.scalars(statement.options(*_people()).order_by(*order)).all()


def list_requests_of_link(actor: Actor) -> Sequence[RightsRequest]:
    """What the bearer asked on this case, the latest first, with who answered."""
    answered = joinedload(RightsRequest.answered_seat).joinedload(Seat.organisation)
    statement = requests_visible_to(actor).options(answered)
    return db.session.scalars(statement.order_by(RightsRequest.received_at.desc())).all()


def find_waiting(
    case_id: uuid.UUID, kind: RightsKind, asked_by: str, actor: Actor
) -> RightsRequest | None:
    """The same request of the same person, if it waits and the actor reads it."""
    statement = requests_visible_to(actor).where(
        RightsRequest.case_id == case_id,
        RightsRequest.kind == kind,
        RightsRequest.asked_by == asked_by,
        RightsRequest.state.in_(WAITING),
    )
    return db.session.scalars(statement).one_or_none()


def select_requests_to_answer(actor: Actor) -> Select[Any]:
    """What waits for this member: on the cases they follow for the lead, on all of those their
    seat leads when they manage it."""
    if actor.role is Role.MANAGER:
        kept = RightsRequest.lead_seat_id == actor.seat_id
    else:
        kept = RightsRequest.lead_member_id == actor.membership_id
    return requests_visible_to(actor).where(IS_WAITING, kept, _is_theirs(actor))


def tell_request(actor: Actor) -> Select[Any]:
    """What a line says of a request."""
    columns = today_columns(
        RightsRequest.id,
        kind=RightsRequest.kind,
        due_on=RightsRequest.due_on,
        title=case_title(),
    )
    asked = requests_visible_to(actor).with_only_columns(*columns, maintain_column_froms=True)
    return with_title(asked)


def find_request_for_system(request_id: uuid.UUID) -> RightsRequest | None:
    """For the worker: a request, its case, and the organisation that leads it."""
    statement = select(RightsRequest).where(RightsRequest.id == request_id)
    lead = joinedload(RightsRequest.case).joinedload(CaseFile.lead_seat)
    return db.session.scalars(statement.options(lead.joinedload(Seat.organisation))).one_or_none()


def list_managers(seat_id: uuid.UUID) -> Sequence[Membership]:
    """Who manages a seat: they are told when nobody follows the case."""
    statement = (
        select(Membership)
        .where(Membership.seat_id == seat_id, Membership.role == Role.MANAGER)
        .where(Membership.ended_at.is_(None))
        .order_by(Membership.created_at, Membership.id)
    )
    return db.session.scalars(statement).all()


def _is_theirs(actor: Actor) -> ColumnElement[bool]:
    led = CaseFile.lead_seat_id == actor.seat_id
    if actor.role is Role.MANAGER:
        return led
    return led & (CaseFile.lead_member_id == actor.membership_id)


def _people() -> tuple:
    return (
        joinedload(RightsRequest.receiver).joinedload(Membership.user),
        joinedload(RightsRequest.answerer).joinedload(Membership.user),
    )
