"""What *Aujourd'hui* shows of the requests of the person: those to answer, with the time left."""

from datetime import date, timedelta

from app import clock
from app.actors import Actor, Side
from app.today import TodayRow, TodaySource, due_on
from app.web.links import page_url
from app.web.panels import TodayItem
from cases.rights.enums import RightsKind
from cases.rights.models import RightsRequest
from cases.rights.queries.requests import select_requests_to_answer, tell_request
from cases.rights.rules import SOON, days_left, time_left

#: A period ends with its last day (CPC art. 642), of which the last minute stands for the day.
LAST_MINUTE = timedelta(hours=23, minutes=59)


def requests_of(actor: Actor) -> list[TodaySource]:
    """Requests this member answers: they follow the case for the lead, or manage its seat."""
    if not actor.reads_cases or actor.side is not Side.AID:
        return []
    found = select_requests_to_answer(actor)
    when = due_on(RightsRequest.due_on, LAST_MINUTE)
    told = tell_request(actor)
    return [TodaySource(found, RightsRequest.id, when, told, RightsRequest.id, tell=_item)]


def _item(row: TodayRow) -> TodayItem:
    last_day, today = date.fromisoformat(row.facts["due_on"]), clock.today()
    left = days_left(last_day, today)
    return TodayItem(
        due_at=row.at,
        title=f"Répondre à une demande : {RightsKind(row.facts['kind']).label.lower()}",
        detail=f"{row.facts['title']} · {time_left(last_day, today)}",
        url=page_url("rights.show", rights_request_id=row.object_id),
        tone="danger" if left < 0 else "warning" if left <= SOON else "accent",
        icon="shield-lock",
    )
