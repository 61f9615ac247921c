"""The panel of needs and referrals on the case page."""

from app.actors import Actor
from app.web.panels import Panel
from cases.casework.models import CaseFile
from cases.casework.rules import role_of
from cases.referrals.queries.needs import list_needs
from cases.referrals.rules.rights import can_add_need
from cases.referrals.rules.states import need_state


def needs_panel(case: CaseFile, actor: Actor) -> Panel:
    """Needs of the case, each with its state and the referrals this seat may see.

    ``case.participations`` are loaded. A need's state is told to the lead and to the seat that
    wrote it: what others see of its referrals would not tell it right.
    """
    role = role_of(actor, case.participations)
    needs = list_needs(case.id, actor)
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
