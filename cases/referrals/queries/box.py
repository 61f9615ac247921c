"""*Boîte d'orientation*: what was received, sent, declined by all; counts of each tab.

Rows are found in what triggers keep for each seat (``docs/decisions/0017``); what is shown of them
is read afterwards by identifier, under its own policy.
"""

import enum
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    Text,
    func,
    literal,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from app.actors import Actor
from app.db import db
from cases.casework.models import CaseFile
from cases.referrals.enums import ReferralState
from cases.referrals.models import AccessRequestMatch, BoxedReferral, DeclinedNeed
from cases.referrals.rules.states import ENDED, TAKEN, WAITING
from partners.organisations.models import Organisation


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
#: A tab counts so many of what waits, and no further.
MOST_WAITING = 1000
#: States in the order of their life; a draft has none yet.
LIFE = [one for one in ReferralState if one is not ReferralState.DRAFT]


@dataclass(frozen=True)
class BoxCounts:
    """What each tab holds that waits for this seat, up to ``MOST_WAITING``."""

    received: int = 0
    sent: int = 0
    all_declined: int = 0
    access: int = 0


def count_box(actor: Actor) -> BoxCounts:
    """Referrals to answer, sendings without answer, needs all declined, requests: one statement."""
    if not actor.reads_cases:
        return BoxCounts()
    waiting = [BoxedReferral.state.in_(sorted(WAITING))]
    access = select(AccessRequestMatch.request_id).join(
        CaseFile, CaseFile.id == AccessRequestMatch.case_id
    )
    row = db.session.execute(
        select(
            counted(select_boxed(Tab.RECEIVED, actor).where(*waiting), MOST_WAITING),
            counted(select_boxed(Tab.SENT, actor).where(*waiting), MOST_WAITING),
            counted(select_declined(actor), MOST_WAITING),
            counted(
                access.where(
                    CaseFile.lead_seat_id == actor.seat_id, AccessRequestMatch.handled_at.is_(None)
                ),
                MOST_WAITING,
            ),
        )
    ).one()
    return BoxCounts(*row)


def select_boxed(tab: Tab, actor: Actor) -> Select[Any]:
    """Identifiers of the referrals received, or sent, by the actor's seat."""
    return select(BoxedReferral.referral_id).where(*_in_box(tab, actor))


def select_declined(actor: Actor) -> Select[Any]:
    """Identifiers of the needs the seat leads or wrote, whose sendings all ended without a partner:
    a human chooses what happens now."""
    return select(DeclinedNeed.need_id).where(DeclinedNeed.seat_id == _seat_of(actor))


def select_partners(tab: Tab, actor: Actor) -> Select[Any]:
    """``id`` and ``name`` of the organisations met in a tab, by name."""
    met = _organisations_met(tab, actor)
    columns: tuple[Any, ...] = (Organisation.id, Organisation.name)
    joined = select(*columns).join(met, met.c.id == Organisation.id)
    return joined.order_by(Organisation.name)


def counted(rows: Select[Any], most: int) -> ColumnElement[int]:
    """How many rows there are, counted up to ``most``."""
    return select(func.count()).select_from(rows.limit(most).subquery()).scalar_subquery()


@dataclass(frozen=True)
class Order:
    """An order of the box: ``key`` is ``due``, ``sent``, ``state`` or ``partner``.

    Whatever the key, the newest come first among equals; what is not due comes after what is.
    """

    key: str
    is_descending: bool = False

    def first_of(self, walk: "Walk") -> Select[Any]:
        """Identifiers in this order, of which ``walk.most`` at least are right: an index is walked
        for each part of the order (what waits, a state, a partner), and no part further than that.
        """
        return self._sorted(PARTS[self.key](walk, self.is_descending))

    def of_all(self, rows: Select[Any]) -> Select[Any]:
        """Identifiers in this order, when a search left few rows: they are sorted."""
        pool = rows.join(Organisation, Organisation.id == BoxedReferral.organisation_id)
        pool = pool.with_only_columns(*_KEPT, Organisation.folded_name.label("partner"))
        return self._sorted(pool.subquery())

    def _sorted(self, pool: FromClause) -> Select[Any]:
        found = pool.c
        keys: dict[str, Callable[[], ColumnElement[Any]]] = {
            "due": lambda: found.due_at,
            "sent": lambda: found.sent_at,
            "state": lambda: func.array_position(_texts(LIFE), found.state),
            "partner": lambda: found.partner,
        }
        key = keys[self.key]()
        asked = (key.desc() if self.is_descending else key.asc()).nulls_last()
        return select(found.referral_id).order_by(asked, found.sent_at.desc(), found.referral_id)


@dataclass(frozen=True)
class Walk:
    """What is walked: ``rows`` of ``select_boxed`` narrowed down, ``most`` in each part; ``states``
    are those that were asked, None for all of them.
    """

    rows: Select[Any]
    tab: Tab
    actor: Actor
    most: int
    states: Sequence[ReferralState] | None = None

    def part(self, *order: Any) -> Select[Any]:
        """The first rows in an order that an index holds."""
        newest = (BoxedReferral.sent_at.desc(), BoxedReferral.referral_id)
        ordered = self.rows.with_only_columns(*_KEPT).order_by(*order, *newest)
        return ordered.limit(self.most)

    def by_state(self, part: Select[Any]) -> Select[Any]:
        """The part of each state: those that were not asked are not read through."""
        asked = ReferralState if self.states is None else self.states
        states = func.unnest(_texts(asked)).table_valued("state").render_derived()
        found = part.where(BoxedReferral.state == states.c.state).lateral()
        return select(found).select_from(states).join(found, true())

    def as_asked(self, part: Select[Any]) -> Select[Any]:
        """The part of the states that were asked."""
        return select(part.subquery()) if self.states is None else self.by_state(part)


_KEPT: tuple[Any, ...] = (
    BoxedReferral.referral_id,
    BoxedReferral.sent_at,
    BoxedReferral.due_at,
    BoxedReferral.state,
)


def _by_due(walk: Walk, is_descending: bool) -> Subquery:
    """What waits, by the time it is due; then the rest."""
    due = BoxedReferral.due_at
    waiting = walk.part(due.desc() if is_descending else due.asc()).where(due.is_not(None))
    rest = walk.as_asked(walk.part().where(due.is_(None)))
    return union_all(select(waiting.subquery()), rest).subquery()


def _by_sending(walk: Walk, is_descending: bool) -> Subquery:
    sent = BoxedReferral.sent_at
    return walk.as_asked(walk.part(sent.desc() if is_descending else sent.asc())).subquery()


def _by_state(walk: Walk, _is_descending: bool) -> Subquery:
    return walk.by_state(walk.part()).subquery()


def _by_partner(walk: Walk, _is_descending: bool) -> Subquery:
    met = _organisations_met(walk.tab, walk.actor)
    part = walk.part().where(BoxedReferral.organisation_id == Organisation.id).lateral()
    partners = select(part, Organisation.folded_name.label("partner")).select_from(met)
    return partners.join(Organisation, Organisation.id == met.c.id).join(part, true()).subquery()


PARTS: dict[str, Callable[[Walk, bool], Subquery]] = {
    "due": _by_due,
    "sent": _by_sending,
    "state": _by_state,
    "partner": _by_partner,
}


def _organisations_met(tab: Tab, actor: Actor) -> Any:
    """Each organisation of a tab once: the index is asked for the next one, as many times as there
    are organisations and not referrals."""
    found = BoxedReferral.organisation_id
    one = select(found).where(*_in_box(tab, actor)).order_by(found).limit(1)
    met = select(one.scalar_subquery().label("id")).cte("met", recursive=True)
    following = one.where(found > met.c.id).scalar_subquery()
    return met.union_all(select(following).where(met.c.id.is_not(None)))


def _in_box(tab: Tab, actor: Actor) -> tuple[ColumnElement[bool], ...]:
    is_received = BoxedReferral.is_received
    which: Any = is_received if tab is Tab.RECEIVED else ~is_received
    return (BoxedReferral.seat_id == _seat_of(actor), which)


def _seat_of(actor: Actor) -> Any:
    return actor.seat_id if actor.reads_cases else None


def _texts(states: Iterable[ReferralState]) -> ColumnElement[Any]:
    return literal([one.value for one in states], ARRAY(Text))
