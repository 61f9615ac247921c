"""The box as its page shows it, each tab in one statement: what waits in all of them, how many rows
answer, one page of these, told.

Rows are found in what triggers keep for each seat; what is told of them is read by identifier in
the same statement, under its own policy (``docs/decisions/0017``, ``0025``). A statement is made
once for each question; who asks, and the values of the question, are given when it runs.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    Select,
    Text,
    Uuid,
    bindparam,
    cast,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from app.actors import Actor, ActorKind, Role, Side
from app.db import SEAT, db, is_found
from app.documents import Written, as_text, document_of, written
from cases.referrals.enums import ReferralState
from cases.referrals.models import AccessRequest, AccessRequestMatch, BoxedReferral, DeclinedNeed
from cases.referrals.queries.box import (
    Tab,
    box_values,
    counted,
    counts_document,
    organisations_met,
    partners_document,
    select_access,
    select_boxed,
    select_declined,
    select_requests,
)
from cases.referrals.queries.lines import match_lines, need_lines, referral_lines, request_lines
from cases.referrals.queries.orders import ENOUGH, IN_STATES, STATES, Order, Walk
from cases.referrals.shown import ShownBasket, ShownBox, ShownLine, ShownRequests

IDS = ARRAY(Uuid)
INSTANT = DateTime(timezone=True)
#: When a statement runs: the rows of the page, how far to count; the same of a second list of it.
_OFFSET: Any = bindparam("offset", type_=Integer)
_SIZE: Any = bindparam("size", type_=Integer)
_MOST: Any = bindparam("most", type_=Integer)
_OWN_OFFSET: Any = bindparam("own_offset", type_=Integer)
_OWN_MOST: Any = bindparam("own_most", type_=Integer)
#: Or which rows.
_ASKED: Any = bindparam("asked", type_=IDS)
#: What was typed (``searched``, ``fold``).
_KNOWN: Any = bindparam("known", type_=ARRAY(Text))
_DIGITS: Any = bindparam("digits", type_=Text)
_FOUND = select(func.search_referrals(_KNOWN, _DIGITS).label("id")).cte("found")
_FOLDED: Any = bindparam("folded", type_=Text)
_FOUND_CASES = select(func.search_cases(_KNOWN, _FOLDED, _DIGITS).label("id")).cte("found")

#: What narrows a tab down, by the name of the value that is given when the statement runs.
NARROWED: dict[str, ColumnElement[bool]] = {
    STATES.key: IN_STATES,
    "subject": BoxedReferral.subject == bindparam("subject", type_=Text),
    "kind": BoxedReferral.kind == bindparam("kind", type_=Text),
    "partner": BoxedReferral.organisation_id == bindparam("partner", type_=Uuid),
    "late_at": BoxedReferral.due_at < bindparam("late_at", type_=INSTANT),
    "sent_from": BoxedReferral.sent_at >= bindparam("sent_from", type_=INSTANT),
    "sent_before": BoxedReferral.sent_at < bindparam("sent_before", type_=INSTANT),
    "known": is_found(BoxedReferral.referral_id, select(_FOUND.c.id)),
}
#: The same of the needs that all declined.
NARROWED_NEEDS: dict[str, ColumnElement[bool]] = {
    "subject": DeclinedNeed.subject == bindparam("subject", type_=Text),
    "known": DeclinedNeed.case_id.in_(select(_FOUND_CASES.c.id)),
}

#: Values by the names of the conditions that they are of, and of whatever these need.
Asked = Mapping[str, Any]
_ANY_STATE = {STATES.key: [state.value for state in ReferralState]}
_BOX = msgspec.json.Decoder(ShownBox)
_LINES = msgspec.json.Decoder(list[ShownLine])
_BASKET = msgspec.json.Decoder(ShownBasket)
_REQUESTS = msgspec.json.Decoder(ShownRequests)


@dataclass(frozen=True)
class Span:
    """A page of rows, and how far they are counted."""

    offset: int
    size: int
    most: int

    @property
    def values(self) -> dict[str, Any]:
        """When the statement runs."""
        return {
            _OFFSET.key: self.offset,
            _SIZE.key: self.size,
            ENOUGH.key: self.offset + self.size,
            _MOST.key: self.most,
        }


@dataclass(frozen=True)
class Question:
    """What is asked of what was received, or sent, less the values: ``narrowed`` names some of
    ``NARROWED``."""

    tab: Tab
    order: Order
    narrowed: tuple[str, ...]


def read_box(tab: Tab, order: Order, asked: Asked, span: Span, actor: Actor) -> ShownBox:
    """One page of what was received, or sent, and answers: one statement."""
    question = Question(tab, order, _named(NARROWED, asked))
    statement = _box(question, actor.kind, actor.role)
    return _BOX.decode(statement.ask(_given({**asked, **span.values}, actor)))


def list_ids(tab: Tab, order: Order, asked: Asked, most: int, actor: Actor) -> list[uuid.UUID]:
    """What was received, or sent, and answers: ``most`` at most, in this order."""
    question = Question(tab, order, _named(NARROWED, asked))
    statement, values = _ids(question, actor.kind, actor.role), {**asked, ENOUGH.key: most}
    return list(db.session.connection().scalars(statement, _given(values, actor)))


def read_lines(ids: Sequence[uuid.UUID], actor: Actor) -> list[ShownLine]:
    """What is told of these referrals, in this order, as far as the actor reads them still."""
    statement = _told(actor.kind, actor.role)
    return _LINES.decode(statement.ask(_given({_ASKED.key: list(ids)}, actor)))


def read_basket(asked: Asked, span: Span, actor: Actor) -> ShownBasket:
    """One page of the needs that all declined, the oldest first: one statement."""
    narrowed = _named(NARROWED_NEEDS, asked)
    statement = _basket(narrowed, actor.kind, actor.role, actor.side)
    return _BASKET.decode(statement.ask(_given({**asked, **span.values}, actor)))


def read_requests(span: Span, own: Span, actor: Actor) -> ShownRequests:
    """Access requests: a page of those to handle, the first that came first; a page of those that
    the seat made, the last first. One statement. Whether these fell upon a case is not said."""
    values = {**span.values, _OWN_OFFSET.key: own.offset, _OWN_MOST.key: own.most}
    return _REQUESTS.decode(_requests(actor.kind, actor.role).ask(_given(values, actor)))


def _named(conditions: Mapping[str, Any], asked: Asked) -> tuple[str, ...]:
    return tuple(name for name in conditions if name in asked)


def _given(asked: Asked, actor: Actor) -> dict[str, Any]:
    return {**_ANY_STATE, **box_values(actor), **asked}


@lru_cache(maxsize=256)
def _box(question: Question, kind: ActorKind, role: Role | None) -> Written:
    whoever = Actor(kind=kind, role=role, seat_id=SEAT)
    met = organisations_met(question.tab, whoever)
    rows, ids = _found(question, whoever, met)
    found = document_of(
        ShownBox,
        None,
        counts=counts_document(whoever),
        total=counted(rows, _MOST),
        lines=referral_lines(_page(ids), whoever),
        partners=partners_document(met),
    )
    return written(select(as_text(found)))


def _ids(question: Question, kind: ActorKind, role: Role | None) -> Select[Any]:
    whoever = Actor(kind=kind, role=role, seat_id=SEAT)
    _, ids = _found(question, whoever, organisations_met(question.tab, whoever))
    return ids.limit(ENOUGH)


@lru_cache(maxsize=16)
def _told(kind: ActorKind, role: Role | None) -> Written:
    whoever = Actor(kind=kind, role=role, seat_id=SEAT)
    return written(select(as_text(referral_lines(_ASKED, whoever))))


@lru_cache(maxsize=16)
def _basket(
    narrowed: tuple[str, ...], kind: ActorKind, role: Role | None, side: Side | None
) -> Written:
    whoever = Actor(kind=kind, role=role, side=side, seat_id=SEAT)
    rows = select_declined(whoever).where(*(NARROWED_NEEDS[name] for name in narrowed))
    page = _page(rows.order_by(DeclinedNeed.created_at, DeclinedNeed.need_id))
    found = document_of(
        ShownBasket,
        None,
        counts=counts_document(whoever),
        total=counted(rows, _MOST),
        needs=need_lines(page, whoever),
    )
    return written(select(as_text(found)))


@lru_cache(maxsize=16)
def _requests(kind: ActorKind, role: Role | None) -> Written:
    whoever = Actor(kind=kind, role=role, seat_id=SEAT)
    rows, own = select_access(whoever), select_requests(whoever)
    page = _page(rows.order_by(AccessRequestMatch.request_id))
    latest = own.order_by(AccessRequest.created_at.desc(), AccessRequest.id.desc())
    found = document_of(
        ShownRequests,
        None,
        counts=counts_document(whoever),
        total=counted(rows, _MOST),
        matches=match_lines(page, whoever),
        own_total=counted(own, _OWN_MOST),
        own=request_lines(latest.offset(_OWN_OFFSET).limit(_SIZE)),
    )
    return written(select(as_text(found)))


def _found(question: Question, actor: Actor, met: Any) -> tuple[Select[Any], Select[Any]]:
    """The rows that answer, to be counted, and their identifiers in the order asked."""
    asked, in_box = question.narrowed, select_boxed(question.tab, actor)
    if _KNOWN.key in asked:
        rows = in_box.where(*(NARROWED[name] for name in asked))
        return rows, question.order.of_all(rows)
    rows = in_box.where(*(NARROWED[name] for name in asked if name != STATES.key))
    walk = Walk(rows, met, STATES.key in asked)
    return walk.within(_MOST), question.order.first_of(walk)


def _page(found: Select[Any]) -> ColumnElement[Any]:
    """Identifiers of the page, found once, before the rows that they name."""
    ids = func.array(found.offset(_OFFSET).limit(_SIZE).scalar_subquery(), type_=IDS)
    page = select(ids.label("ids")).cte("page")
    return cast(select(page.c.ids).scalar_subquery(), IDS)
