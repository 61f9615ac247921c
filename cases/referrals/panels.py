"""The panel of needs and referrals on the case page."""

import uuid
from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import ColumnElement

from app import clock
from app.actors import Actor
from app.web.panels import Panel
from cases.casework.models import LegalBasis
from cases.casework.rules import role_of
from cases.casework.shown import ShownCase
from cases.referrals.queries.needs import needs_document
from cases.referrals.queries.referrals import list_messages_of_link, list_waiting_seats
from cases.referrals.queries.routing import answer_hours_of
from cases.referrals.routing import delay_in_words
from cases.referrals.rules.rights import can_add_need
from cases.referrals.rules.states import need_state
from cases.referrals.shown import ShownNeed

_NEEDS = msgspec.json.Decoder(list[ShownNeed])


def needs_part(actor: Actor) -> dict[str, ColumnElement[Any]]:
    """What the panel of needs reads of a case, with the case itself.

    Handler of the hook ``case_parts``.
    """
    return {"needs": needs_document(actor)}


def needs_panel(case: ShownCase, actor: Actor) -> Panel:
    """Needs of the case, each with its state and the referrals this seat may see.

    Handler of the hook ``case_panels``. A need's state is told to the lead and to the seat that
    wrote it: what others see of its referrals would not tell it right.
    """
    role = role_of(actor, case.participations)
    needs = _NEEDS.decode(case.parts["needs"])
    knows = {need.id: actor.seat_id in (case.lead_seat_id, need.seat_id) for need in needs}
    context = {
        "case": case,
        "needs": needs,
        "states": {n.id: need_state(n.referrals) for n in needs if knows[n.id]},
        "can_add": can_add_need(actor, case, role),
        "seat_id": actor.seat_id,
    }
    return Panel(
        "Besoins et orientations", "cases/referrals/_needs.html", context, order=20, key="needs"
    )


def messages_panel(_basis: LegalBasis, _actor: Actor) -> Panel | None:
    """What partners wrote for the entrepreneur, by the link they hold; None when nobody did.

    Handler of the hook ``space_panels``.
    """
    messages = list_messages_of_link()
    if not messages:
        return None
    context = {"messages": messages}
    return Panel("Ce que l’on vous a écrit", "cases/referrals/_space.html", context, order=10)


def answer_delays(organisation_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """« 2 jours », by organisation that answered three referrals in the last six months.

    Handler of the hook ``answer_delays`` (``domain.md`` §11: the directory shows the average).
    """
    hours = answer_hours_of(organisation_ids, clock.now())
    return {one: delay_in_words(average) for one, average in hours.items()}


def seats_asked(case_id: uuid.UUID, by: Actor) -> list[uuid.UUID]:
    """Seats from which an answer about this case is awaited, as far as the actor knows.

    Handler of the hook ``seats_asked``.
    """
    return list_waiting_seats(case_id, by)


def quickest_organisations() -> list[uuid.UUID]:
    """Organisations whose average delay is known, the quickest first: one statement.

    Handler of the hook ``quickest_organisations``.
    """
    hours = answer_hours_of(None, clock.now())
    return sorted(hours, key=lambda one: hours[one])
