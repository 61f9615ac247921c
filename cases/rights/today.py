"""What *Aujourd'hui* shows of the requests of the person: those to answer, with the time left."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import url_for

from app import clock
from app.actors import Actor, Side
from app.days_off import PARIS
from app.today import TodayRow, TodaySource
from app.web.panels import TodayItem
from cases.rights.enums import RightsKind
from cases.rights.queries.requests import select_requests_to_answer
from cases.rights.rules import SOON, days_left, time_left


def requests_of(actor: Actor) -> list[TodaySource]:
    """Requests this member answers: they follow the case for the lead, or manage its seat."""
    if not actor.reads_cases or actor.side is not Side.AID:
        return []
    return [TodaySource(select_requests_to_answer(actor), _item)]


def _item(row: TodayRow) -> TodayItem:
    due_on, today = date.fromisoformat(row.facts["due_on"]), clock.today()
    left = days_left(due_on, today)
    return TodayItem(
        due_at=end_of(due_on),
        title=f"Répondre à une demande : {RightsKind(row.facts['kind']).label.lower()}",
        detail=f"{row.facts['title']} · {time_left(due_on, today)}",
        url=url_for("rights.show", rights_request_id=row.object_id),
        tone="danger" if left < 0 else "warning" if left <= SOON else "accent",
        icon="shield-lock",
        kind="action",
    )


def end_of(day: date) -> datetime:
    """The last minute of a day in Paris: a period ends with its last day (CPC art. 642)."""
    midnight = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(PARIS))
    return midnight.astimezone(clock.UTC) - timedelta(minutes=1)
