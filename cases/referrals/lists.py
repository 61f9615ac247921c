"""The box of referrals: what may be asked of each tab, and the rows that answer, for one reader."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, Uuid, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from app import clock
from app.actors import Actor
from app.days_off import PARIS
from app.db import db, in_order, is_among, is_found
from app.web.periods import Period, read_period
from app.web.tables import ListRequest, Page
from cases.casework.lists import cases_found
from cases.companies.identifiers import searched
from cases.referrals.enums import ReferralKind, ReferralState
from cases.referrals.models import BoxedReferral, DeclinedNeed, Need, Referral
from cases.referrals.queries.box import (
    STANDINGS,
    Standing,
    Tab,
    counted,
    select_boxed,
    select_declined,
    select_partners,
)
from cases.referrals.queries.needs import list_options, needs_visible_to
from cases.referrals.queries.orders import LIFE, Order, Walk
from cases.referrals.queries.referrals import line_options, referrals_visible_to
from cases.referrals.rules.states import WAITING
from partners.organisations.enums import Subject

#: The order a tab begins with comes first.
SORTS = {
    Tab.RECEIVED: ("due", "sent", "partner", "state"),
    Tab.SENT: ("-sent", "due", "partner", "state"),
}
SORT_LABELS = {
    "due": "Réponse attendue d’abord",
    "-due": "Réponse attendue en dernier",
    "-sent": "Envoi le plus récent",
    "sent": "Envoi le plus ancien",
    "partner": "Partenaire",
    "-partner": "Partenaire, de Z à A",
    "state": "État",
    "-state": "État, les closes d’abord",
}
KINDS = [one for one in ReferralKind if one is not ReferralKind.REQUEST]
LATE = "retard"
FILTERS: dict[str, Iterable[str] | None] = {
    "etat": [*Standing, *LIFE],
    "sujet": Subject,
    "forme": KINDS,
    "partenaire": None,
    "reponse": (LATE,),
    "du": None,
    "au": None,
}
LONGEST_EXPORT = 2000
#: A total is told so far: beyond, the page says « plus de 1 000 ».
MOST_TOLD = 1000


def ask_box(tab: Tab, arguments: Any) -> ListRequest:
    """What an address asks of a tab."""
    if tab is Tab.ALL_DECLINED:
        return ListRequest.from_args(arguments, filters={"sujet": Subject})
    return ListRequest.from_args(arguments, sorts=SORTS.get(tab, ()), filters=FILTERS)


def sort_choices(tab: Tab) -> list[tuple[str, str]]:
    """Orders in words, the one a tab begins with first."""
    first = SORTS[tab][0]
    return sorted(SORT_LABELS.items(), key=lambda one: one[0] != first)


def list_box(tab: Tab, listing: ListRequest, actor: Actor) -> Page[Referral]:
    """One page of the referrals of a tab: two statements whatever their number.

    Their identifiers and how many they are first; what the page tells, for those alone.
    """
    rows = _matching(tab, listing, actor)
    last = listing.offset + listing.size
    shown = _sorted(rows, tab, listing, actor, last).offset(listing.offset).limit(listing.size)
    most = listing.most_of(MOST_TOLD)
    total, ids = _count_and_find(rows, shown, most)
    return listing.page(list_lines(ids, actor), total, most)


def list_exported(tab: Tab, listing: ListRequest, actor: Actor) -> list[uuid.UUID]:
    """The referrals that a tab shows, all its pages, in its order, up to a bound."""
    rows = _matching(tab, listing, actor)
    shown = _sorted(rows, tab, listing, actor, LONGEST_EXPORT).limit(LONGEST_EXPORT)
    return list(db.session.scalars(shown))


def list_partners(tab: Tab, actor: Actor) -> Sequence[tuple[uuid.UUID, str]]:
    """Organisations met in a tab, by name: those that its filter offers."""
    found = db.session.execute(select_partners(tab, actor))
    return [(row.id, row.name) for row in found]


def list_declined(listing: ListRequest, actor: Actor) -> Page[Need]:
    """One page of the needs that all their receivers declined, the oldest first."""
    rows = select_declined(actor)
    if listing.search:
        found = cases_found(listing.search).cte("found")
        rows = rows.where(DeclinedNeed.case_id.in_(select(found.c.id)))
    if subject := listing.filter("sujet"):
        rows = rows.where(DeclinedNeed.subject == subject)
    oldest = rows.order_by(DeclinedNeed.created_at, DeclinedNeed.need_id)
    shown, most = oldest.offset(listing.offset).limit(listing.size), listing.most_of(MOST_TOLD)
    total, ids = _count_and_find(rows, shown, most)
    needs = needs_visible_to(actor).where(is_among(Need.id, ids)).options(*list_options())
    return listing.page(in_order(db.session.scalars(needs), ids), total, most)


def _count_and_find(
    rows: Select[Any], shown: Select[Any], most: int
) -> tuple[int, list[uuid.UUID]]:
    ids = func.array(shown.scalar_subquery(), type_=ARRAY(Uuid))
    total, found = db.session.execute(select(counted(rows, most), ids)).one()
    return total, found


def _matching(tab: Tab, listing: ListRequest, actor: Actor) -> Select[Any]:
    rows = select_boxed(tab, actor).where(*_narrowing(listing))
    if listing.search:
        found = select(func.search_referrals(*searched(listing.search)).label("id")).cte("found")
        rows = rows.where(is_found(BoxedReferral.referral_id, select(found.c.id)))
    return rows


def _sorted(
    rows: Select[Any], tab: Tab, listing: ListRequest, actor: Actor, most: int
) -> Select[Any]:
    order = Order(listing.sort, listing.descending)
    if listing.search:
        return order.of_all(rows)
    return order.first_of(Walk(rows, tab, actor, most, _states_asked(listing)))


def _states_asked(listing: ListRequest) -> list[ReferralState] | None:
    """None for all of them: what is late waits."""
    states = set(ReferralState)
    if asked := listing.filter("etat"):
        states &= set(_states_of(asked))
    if listing.filter("reponse") == LATE:
        states &= WAITING
    return sorted(states) if len(states) < len(ReferralState) else None


def _states_of(asked: str) -> Iterable[ReferralState]:
    return STANDINGS[Standing(asked)] if asked in list(Standing) else [ReferralState(asked)]


def list_lines(ids: Sequence[uuid.UUID], actor: Actor) -> list[Referral]:
    """These referrals, in this order, as far as the actor reads them still."""
    statement = referrals_visible_to(actor).where(is_among(Referral.id, ids))
    return in_order(db.session.scalars(statement.options(*line_options())), ids)


def _narrowing(listing: ListRequest) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if (states := _states_asked(listing)) is not None:
        found.append(BoxedReferral.state.in_(states))
    if subject := listing.filter("sujet"):
        found.append(BoxedReferral.subject == subject)
    if kind := listing.filter("forme"):
        found.append(BoxedReferral.kind == kind)
    if partner := listing.filter("partenaire"):
        found.append(BoxedReferral.organisation_id == _uuid(partner))
    if listing.filter("reponse") == LATE:
        found.append(BoxedReferral.due_at < clock.now())
    return found + _within(read_period(listing))


def _uuid(asked: str) -> uuid.UUID | None:
    """None narrows to nothing: the address was written by hand."""
    try:
        return uuid.UUID(asked)
    except ValueError:
        return None


def _within(period: Period) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if period.first_day is not None:
        found.append(BoxedReferral.sent_at >= _midnight(period.first_day))
    if period.last_day is not None:
        found.append(BoxedReferral.sent_at < _midnight(period.last_day + timedelta(days=1)))
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(PARIS))
