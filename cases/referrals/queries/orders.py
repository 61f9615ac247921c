"""Orders of the box, each cut into parts that an index holds in order (``docs/decisions/0017``)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Select,
    Subquery,
    Text,
    any_,
    bindparam,
    func,
    literal,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from cases.referrals.enums import ReferralState
from cases.referrals.models import BoxedReferral
from partners.organisations.models import Organisation

#: States in the order of their life; a draft has none yet.
LIFE = [one for one in ReferralState if one is not ReferralState.DRAFT]
_LIFE = literal([one.value for one in LIFE], ARRAY(Text))
#: When the statement runs: the states that were asked, all of them when none was; how many rows of
#: each part are enough.
STATES: Any = bindparam("states", type_=ARRAY(Text))
ENOUGH: Any = bindparam("enough", type_=Integer)
IN_STATES: ColumnElement[bool] = BoxedReferral.state == any_(STATES)
#: What the orders look at.
_KEPT: tuple[Any, ...] = (
    BoxedReferral.referral_id,
    BoxedReferral.sent_at,
    BoxedReferral.due_at,
    BoxedReferral.state,
)


@dataclass(frozen=True)
class Order:
    """An order of the box: ``key`` is ``due``, ``sent``, ``state`` or ``partner``.

    Whatever the key, the newest come first among equals; what is not due comes after what is.
    """

    key: str
    is_descending: bool = False

    def first_of(self, walk: "Walk") -> Select[Any]:
        """Identifiers in this order, of which ``ENOUGH`` at least are right: an index is walked
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
            "state": lambda: func.array_position(_LIFE, found.state),
            "partner": lambda: found.partner,
        }
        key = keys[self.key]()
        asked = (key.desc() if self.is_descending else key.asc()).nulls_last()
        return select(found.referral_id).order_by(asked, found.sent_at.desc(), found.referral_id)


@dataclass(frozen=True)
class Walk:
    """What is walked: ``rows`` of ``select_boxed`` narrowed down but for their state, ``met`` the
    organisations of the tab (``organisations_met``); ``asks_states`` when some states only were
    asked.

    Each state that was asked is a part: a list of states, whose length is not known when the
    statement is planned, would be looked for among all the rows.
    """

    rows: Select[Any]
    met: Any
    asks_states: bool = False

    def part(self, *order: Any) -> Select[Any]:
        """The first rows in an order that an index holds."""
        newest = (BoxedReferral.sent_at.desc(), BoxedReferral.referral_id)
        ordered = self.rows.with_only_columns(*_KEPT).order_by(*order, *newest)
        return ordered.limit(ENOUGH)

    def within(self, most: Any) -> Select[Any]:
        """The rows, in no order, to be counted: ``most`` in each part."""
        return self.as_asked(self.rows.limit(most))

    def by_state(self, part: Select[Any]) -> Select[Any]:
        """The part of each state: those that were not asked are not read through."""
        states = func.unnest(STATES).table_valued("state").render_derived()
        found = part.where(BoxedReferral.state == states.c.state).lateral()
        return select(found).select_from(states).join(found, true())

    def as_asked(self, part: Select[Any]) -> Select[Any]:
        """The part of each state that was asked; of all of them at once, when none was."""
        return self.by_state(part) if self.asks_states else select(part.subquery())

    def in_states(self, part: Select[Any]) -> Select[Any]:
        """The part of the states that were asked, all at once."""
        return part.where(IN_STATES) if self.asks_states else part


def _by_due(walk: Walk, is_descending: bool) -> Subquery:
    """What waits, by the time it is due; then the rest."""
    due = BoxedReferral.due_at
    part = walk.part(due.desc() if is_descending else due.asc()).where(due.is_not(None))
    waiting = walk.in_states(part)
    rest = walk.as_asked(walk.part().where(due.is_(None)))
    return union_all(select(waiting.subquery()), rest).subquery()


def _by_sending(walk: Walk, is_descending: bool) -> Subquery:
    sent = BoxedReferral.sent_at
    return walk.as_asked(walk.part(sent.desc() if is_descending else sent.asc())).subquery()


def _by_state(walk: Walk, _is_descending: bool) -> Subquery:
    return walk.by_state(walk.part()).subquery()


def _by_partner(walk: Walk, _is_descending: bool) -> Subquery:
    met, of_partner = walk.met, BoxedReferral.organisation_id == Organisation.id
    part = walk.in_states(walk.part()).where(of_partner).lateral()
    partners = select(part, Organisation.folded_name.label("partner")).select_from(met)
    return partners.join(Organisation, Organisation.id == met.c.id).join(part, true()).subquery()


PARTS: dict[str, Callable[[Walk, bool], Subquery]] = {
    "due": _by_due,
    "sent": _by_sending,
    "state": _by_state,
    "partner": _by_partner,
}
