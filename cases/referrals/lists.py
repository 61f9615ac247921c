"""The box of referrals: what may be asked of each tab, and the rows that answer, for one reader."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app import clock
from app.actors import Actor
from app.days_off import PARIS
from app.folding import fold
from app.web.periods import read_period
from app.web.tables import ListRequest, Page
from cases.companies.identifiers import searched
from cases.referrals.enums import ReferralKind, ReferralState
from cases.referrals.queries.box import STANDINGS, Standing, Tab
from cases.referrals.queries.orders import LIFE, Order
from cases.referrals.queries.shown import (
    Span,
    list_ids,
    read_basket,
    read_box,
    read_requests,
)
from cases.referrals.rules.states import WAITING
from cases.referrals.shown import BoxCounts, ShownMatch
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


@dataclass(frozen=True)
class Box:
    """A tab of the box, as its page shows it; ``partners`` are the organisations met there, as its
    filter offers them, ``matches`` the access requests to handle."""

    counts: BoxCounts
    page: Page[Any]
    partners: Sequence[tuple[str, str]] = ()
    matches: Page[ShownMatch] | None = None


def show_box(tab: Tab, listing: ListRequest, actor: Actor) -> Box:
    """One page of the referrals of a tab: one statement whatever their number."""
    span = _span(listing)
    found = read_box(tab, _order(listing), _asked(listing), span, actor)
    page = listing.page(found.lines, found.total, span.most)
    return Box(found.counts, page, found.partners)


def list_exported(tab: Tab, listing: ListRequest, actor: Actor) -> list[uuid.UUID]:
    """The referrals that a tab shows, all its pages, in its order, up to a bound."""
    return list_ids(tab, _order(listing), _asked(listing), LONGEST_EXPORT, actor)


def show_declined(listing: ListRequest, actor: Actor) -> Box:
    """One page of the needs that all their receivers declined, the oldest first."""
    span, asked = _span(listing), _searched(listing.search)
    if listing.search:
        asked["folded"] = fold(listing.search)
    if subject := listing.filter("sujet"):
        asked["subject"] = subject
    found = read_basket(asked, span, actor)
    return Box(found.counts, listing.page(found.needs, found.total, span.most))


def show_access(handling: ListRequest, listing: ListRequest, actor: Actor) -> Box:
    """One page of the access requests to handle, one of those that the seat made."""
    span, own = _span(handling), _span(listing)
    found = read_requests(span, own, actor)
    matches = handling.page(found.matches, found.total, span.most)
    return Box(found.counts, listing.page(found.own, found.own_total, own.most), (), matches)


def _span(listing: ListRequest) -> Span:
    return Span(listing.offset, listing.size, listing.most_of(MOST_TOLD))


def _order(listing: ListRequest) -> Order:
    return Order(listing.sort, listing.descending)


def _asked(listing: ListRequest) -> dict[str, Any]:
    """The values of ``NARROWED`` that an address gives."""
    period = read_period(listing)
    asked = _searched(listing.search)
    if (states := _states_asked(listing)) is not None:
        asked["states"] = states
    for name, value in (("subject", "sujet"), ("kind", "forme")):
        if listing.filter(value):
            asked[name] = listing.filter(value)
    if partner := listing.filter("partenaire"):
        asked["partner"] = _uuid(partner)
    if listing.filter("reponse") == LATE:
        asked["late_at"] = clock.now()
    if period.first_day is not None:
        asked["sent_from"] = _midnight(period.first_day)
    if period.last_day is not None:
        asked["sent_before"] = _midnight(period.last_day + timedelta(days=1))
    return asked


def _searched(typed: str) -> dict[str, Any]:
    return dict(zip(("known", "digits"), searched(typed), strict=True)) if typed else {}


def _states_asked(listing: ListRequest) -> list[str] | None:
    """None for all of them: what is late waits."""
    states = set(ReferralState)
    if asked := listing.filter("etat"):
        states &= set(_states_of(asked))
    if listing.filter("reponse") == LATE:
        states &= WAITING
    return sorted(one.value for one in states) if len(states) < len(ReferralState) else None


def _states_of(asked: str) -> Iterable[ReferralState]:
    return STANDINGS[Standing(asked)] if asked in list(Standing) else [ReferralState(asked)]


def _uuid(asked: str) -> uuid.UUID | None:
    """None narrows to nothing: the address was written by hand."""
    try:
        return uuid.UUID(asked)
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(PARIS))
