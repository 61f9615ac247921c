"""The box of referrals: what may be asked of each tab, and the rows that answer, for one reader."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, case, func, select

from app import clock
from app.actors import Actor
from app.days_off import PARIS
from app.db import db
from app.web.periods import Period, read_period
from app.web.tables import MAX_COUNTED_ROWS, ListRequest, Page
from cases.casework.lists import cases_found
from cases.casework.models import CaseFile
from cases.companies.identifiers import searched
from cases.referrals.enums import ReferralKind, ReferralState
from cases.referrals.models import Need, Referral
from cases.referrals.queries.box import STANDINGS, Standing, Tab, needs_all_declined, tab_condition
from cases.referrals.queries.needs import list_options
from cases.referrals.queries.referrals import page_options, referrals_visible_to
from cases.referrals.rules.states import WAITING
from partners.organisations.enums import Subject
from partners.organisations.models import Organisation, Seat

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
#: States by name in the order of their life; a draft is nobody's to read here.
STATES = [one for one in ReferralState if one is not ReferralState.DRAFT]
KINDS = [one for one in ReferralKind if one is not ReferralKind.REQUEST]
LATE = "retard"
FILTERS: dict[str, Iterable[str] | None] = {
    "etat": [*Standing, *STATES],
    "sujet": Subject,
    "forme": KINDS,
    "partenaire": None,
    "reponse": (LATE,),
    "du": None,
    "au": None,
}
LONGEST_EXPORT = 2000


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

    Their identifiers and how many they are first; what the page tells, for those alone. One
    statement with the first inside the second would join everything before it keeps a page.
    """
    matching = _matching(tab, listing, actor)
    narrow = _sorted(matching.with_only_columns(Referral.id), tab, listing)
    shown = func.array(narrow.offset(listing.offset).limit(listing.size).scalar_subquery())
    ids, total = db.session.execute(select(shown, _counted(matching, Referral.id))).one()
    page = referrals_visible_to(actor).where(Referral.id.in_(ids))
    return listing.page(_load(_sorted(page, tab, listing)), total)


def export_box(tab: Tab, listing: ListRequest, actor: Actor) -> Sequence[Referral]:
    """The referrals that a tab shows, all its pages, up to a bound."""
    return _load(_sorted(_matching(tab, listing, actor), tab, listing).limit(LONGEST_EXPORT))


def list_partners(tab: Tab, actor: Actor) -> Sequence[tuple[uuid.UUID, str]]:
    """Organisations met in a tab, by name: those that its filter offers."""
    seats = referrals_visible_to(actor).where(tab_condition(tab, actor))
    other = seats.with_only_columns(_other_seat(tab))
    statement = (
        select(Organisation.id, Organisation.name)
        .join(Seat, Seat.organisation_id == Organisation.id)
        .where(Seat.id.in_(other))
        .distinct()
        .order_by(Organisation.name)
    )
    return [(row.id, row.name) for row in db.session.execute(statement)]


def list_declined(listing: ListRequest, actor: Actor) -> Page[Need]:
    """One page of the needs that all their receivers declined, the oldest first."""
    matching = needs_all_declined(actor)
    if listing.search:
        matching = matching.where(CaseFile.id.in_(cases_found(listing.search)))
    if subject := listing.filter("sujet"):
        matching = matching.where(Need.subject == subject)
    rows = matching.options(*list_options()).order_by(Need.created_at, Need.id)
    shown = db.session.scalars(rows.offset(listing.offset).limit(listing.size)).all()
    return listing.page(shown, _count(matching, Need.id))


def _count(matching: Select, key: Any) -> int:
    return db.session.scalar(select(_counted(matching, key))) or 0


def _counted(matching: Select, key: Any) -> Any:
    counted = matching.with_only_columns(key).limit(MAX_COUNTED_ROWS).subquery()
    return select(func.count()).select_from(counted).scalar_subquery()


def _matching(tab: Tab, listing: ListRequest, actor: Actor) -> Select[Referral]:
    conditions = [tab_condition(tab, actor), *_narrowing(tab, listing)]
    if listing.search:
        conditions.append(Referral.id.in_(select(func.search_referrals(*searched(listing.search)))))
    return referrals_visible_to(actor).where(*conditions)


def _narrowing(tab: Tab, listing: ListRequest) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if state := listing.filter("etat"):
        found.append(_in_state(state))
    if subject := listing.filter("sujet"):
        found.append(Referral.subject == subject)
    if kind := listing.filter("forme"):
        found.append(Referral.kind == kind)
    if listing.filter("partenaire"):
        found.append(_with_partner(tab, listing.filter("partenaire")))
    if listing.filter("reponse") == LATE:
        found += [Referral.state.in_(WAITING), Referral.answer_by < clock.now()]
    return found + _within(read_period(listing))


def _in_state(asked: str) -> ColumnElement[bool]:
    if asked in list(Standing):
        return Referral.state.in_(STANDINGS[Standing(asked)])
    return Referral.state == asked


def _with_partner(tab: Tab, asked: str) -> ColumnElement[bool]:
    """An identifier that is none narrows to nothing: the address was written by hand."""
    try:
        organisation_id = uuid.UUID(asked)
    except ValueError:
        return Referral.id.is_(None)
    seats = select(Seat.id).where(Seat.organisation_id == organisation_id)
    return _other_seat(tab).in_(seats)


def _within(period: Period) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if period.first_day is not None:
        found.append(Referral.sent_at >= _midnight(period.first_day))
    if period.last_day is not None:
        found.append(Referral.sent_at < _midnight(period.last_day + timedelta(days=1)))
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(PARIS))


def _other_seat(tab: Tab) -> Any:
    return Referral.sender_seat_id if tab is Tab.RECEIVED else Referral.receiver_seat_id


def _sorted(statement: Select[Any], tab: Tab, listing: ListRequest) -> Select[Any]:
    """What waits comes first when answers are sorted by the time they are due."""
    newest = Referral.sent_at.desc()
    orders: dict[str, tuple[Any, ...]] = {
        "due": (Referral.due_at,),
        "sent": (Referral.sent_at,),
        "state": (case(*((Referral.state == one, rank) for rank, one in enumerate(STATES))),),
        "partner": (Organisation.folded_name,),
    }
    if listing.sort == "partner":
        statement = statement.join(Seat, Seat.id == _other_seat(tab)).join(Seat.organisation)
    columns = orders[listing.sort]
    asked = [(one.desc() if listing.descending else one.asc()).nulls_last() for one in columns]
    return statement.order_by(*asked, newest, Referral.id)


def _load(statement: Select[Referral]) -> Sequence[Referral]:
    return db.session.scalars(statement.options(*page_options())).all()
