"""*Boîte d'orientation*: what was received, sent, declined by all; counts of each tab.

Rows are found in what triggers keep for each seat (``docs/decisions/0017``); what is shown of them
is read by identifier, under its own policy (``shown``).
"""

import enum
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, bindparam, func, literal_column, select

from app.actors import Actor
from app.db import SEAT
from app.documents import document_of, documents
from cases.casework.models import CaseFile
from cases.referrals.models import AccessRequest, AccessRequestMatch, BoxedReferral, DeclinedNeed
from cases.referrals.rules.states import ENDED, TAKEN, WAITING
from cases.referrals.shown import BoxCounts
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
_MOST_WAITING: Any = bindparam("most_waiting", type_=Integer)


def box_values(actor: Actor) -> dict[str, Any]:
    """What a statement about a box is given when it runs: whose it is, how far tabs count."""
    return {SEAT.key: _seat_of(actor), _MOST_WAITING.key: MOST_WAITING}


def counts_document(actor: Actor) -> ColumnElement[Any]:
    """``BoxCounts``: referrals to answer, sendings without answer, needs that all declined, access
    requests to handle."""
    # Written in the statement, so that how rare they are is known when it is planned.
    states: list[ColumnElement[str]] = [
        literal_column(f"'{state.value}'") for state in sorted(WAITING)
    ]
    waiting = BoxedReferral.state.in_(states)
    return document_of(
        BoxCounts,
        None,
        received=counted(select_boxed(Tab.RECEIVED, actor).where(waiting), _MOST_WAITING),
        sent=counted(select_boxed(Tab.SENT, actor).where(waiting), _MOST_WAITING),
        all_declined=counted(select_declined(actor), _MOST_WAITING),
        access=counted(select_access(actor), _MOST_WAITING),
    )


def select_boxed(tab: Tab, actor: Actor) -> Select[Any]:
    """Identifiers of the referrals received, or sent, by the actor's seat."""
    return select(BoxedReferral.referral_id).where(*_in_box(tab, actor))


def select_access(actor: Actor) -> Select[Any]:
    """Identifiers of the requests that wait for a choice upon cases this seat leads: kept for it,
    and upon a case that it leads still."""
    statement = select(AccessRequestMatch.request_id).join(AccessRequestMatch.case)
    return statement.where(
        AccessRequestMatch.lead_seat_id == _seat_of(actor),
        AccessRequestMatch.handled_at.is_(None),
        CaseFile.lead_seat_id == _seat_of(actor),
    )


def select_requests(actor: Actor) -> Select[Any]:
    """Access requests that the actor's seat made."""
    return select(AccessRequest).where(AccessRequest.seat_id == _seat_of(actor))


def select_declined(actor: Actor) -> Select[Any]:
    """Identifiers of the needs the seat leads or wrote, whose sendings all ended without a partner:
    a human chooses what happens now."""
    return select(DeclinedNeed.need_id).where(DeclinedNeed.seat_id == _seat_of(actor))


def partners_document(met: Any) -> ColumnElement[Any]:
    """``[id, name]`` of the organisations met in a tab, by name."""
    one = func.json_build_array(Organisation.id, Organisation.name)
    found = select(documents(one, Organisation.name)).join(met, met.c.id == Organisation.id)
    return found.scalar_subquery()


def counted(rows: Select[Any], most: Any) -> ColumnElement[int]:
    """How many rows there are, counted up to ``most``."""
    return select(func.count()).select_from(rows.limit(most).subquery()).scalar_subquery()


def organisations_met(tab: Tab, actor: Actor) -> Any:
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
