"""What *Aujourd'hui* shows of the requests of the person: those to answer, with the time left."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import url_for

from app import clock
from app.actors import Actor, Side
from app.days_off import PARIS
from app.web.panels import TodayItem
from cases.rights.models import RightsRequest
from cases.rights.queries.requests import list_requests_to_answer
from cases.rights.rules import SOON, days_left, time_left


def requests_of(actor: Actor) -> list[TodayItem]:
    """Requests this member answers: they follow the case for the lead, or manage its seat."""
    if not actor.reads_cases or actor.side is not Side.AID:
        return []
    today = clock.today()
    return [_item(request, today) for request in list_requests_to_answer(actor)]


def _item(request: RightsRequest, today: date) -> TodayItem:
    left = days_left(request.due_on, today)
    return TodayItem(
        due_at=end_of(request.due_on),
        title=f"Répondre à une demande : {request.kind.label.lower()}",
        detail=f"{request.case.title} · {time_left(request.due_on, today)}",
        url=url_for("rights.show", rights_request_id=request.id),
        tone="danger" if left < 0 else "warning" if left <= SOON else "accent",
        icon="shield-lock",
        kind="action",
    )


def end_of(day: date) -> datetime:
    """The last minute of a day in Paris: a period ends with its last day (CPC art. 642)."""
    midnight = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(PARIS))
    return midnight.astimezone(clock.UTC) - timedelta(minutes=1)
