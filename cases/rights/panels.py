"""The rights of the person on their own page: what they may ask, and what became of it."""

from app import clock
from app.actors import Actor
from app.web.panels import Panel
from cases.casework.models import LegalBasis
from cases.rights.enums import RightsKind
from cases.rights.queries.requests import list_requests_of_link
from cases.rights.rules import time_left


def requests_panel(basis: LegalBasis, actor: Actor) -> Panel:
    """Handler of ``space_panels``: requests of the bearer, and those they may still make."""
    requests = list_requests_of_link(actor)
    waiting = {one.kind for one in requests if one.is_waiting}
    today = clock.today()
    context = {
        "requests": [(one, time_left(one.due_on, today)) for one in requests],
        "kinds": [one for one in RightsKind if one not in waiting],
    }
    return Panel("Vos droits", "cases/rights/_space.html", context, order=50, key="droits")
