"""What *Aujourd'hui* shows of the casework: actions to do, pauses that end."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import url_for

from app import clock
from app.actors import Actor
from app.days_off import PARIS
from app.today import NOW, TODAY, TodayRow, TodaySource
from app.web.panels import TodayItem
from cases.casework.enums import ActionAnswer
from cases.casework.queries import (
    select_actions_of_member,
    select_pauses_over,
    select_replies_to,
)

#: Actions due later than this are not for today's page.
HORIZON_DAYS = 14
#: Answers older than this were seen, or are a matter for the case page.
RECENT = timedelta(days=14)
#: Whoever asks for help is called back the next day.
CALL_BACK_WITHIN = timedelta(days=1)
REPLIES = {
    ActionAnswer.DONE: ("l’a fait", "success", "circle-check", "news"),
    ActionAnswer.NOT_YET: ("propose un autre jour", "warning", "calendar", "action"),
    ActionAnswer.HELP: ("demande de l’aide", "danger", "lifebuoy", "action"),
}


def work_of(actor: Actor) -> list[TodaySource]:
    """The member's actions due within two weeks and late ones, what was answered to those they gave
    by a link, then the pauses that are over."""
    if not actor.reads_cases:
        return []
    return [
        TodaySource(select_actions_of_member(actor, TODAY + HORIZON_DAYS), _action_item),
        TodaySource(select_replies_to(actor, NOW - RECENT), _reply_item),
        TodaySource(select_pauses_over(actor, TODAY), _pause_item),
    ]


def _action_item(row: TodayRow) -> TodayItem:
    today, due_on = clock.today(), date.fromisoformat(row.facts["due_on"])
    return TodayItem(
        due_at=_end_of(due_on),
        title=row.facts["objective"],
        detail=_name_of(row),
        url=url_for("casework.show", case_id=row.facts["case_id"], _anchor="actions"),
        tone="danger" if due_on < today else "warning" if due_on == today else "neutral",
        icon="checklist",
        kind="action",
    )


def _reply_item(row: TodayRow) -> TodayItem:
    assert row.moved_at is not None
    answer = ActionAnswer(row.facts["answer"])
    said, tone, icon, kind = REPLIES[answer]
    due_at = {
        ActionAnswer.NOT_YET: _end_of(date.fromisoformat(row.facts["due_on"])),
        ActionAnswer.HELP: row.moved_at + CALL_BACK_WITHIN,
    }.get(answer)
    return TodayItem(
        due_at=due_at,
        title=f"{row.facts['owner']} {said} : {row.facts['objective']}",
        detail=_name_of(row),
        url=url_for("casework.show", case_id=row.facts["case_id"], _anchor="actions"),
        tone=tone,
        icon=icon,
        kind=kind,
    )


def _pause_item(row: TodayRow) -> TodayItem:
    return TodayItem(
        due_at=_end_of(date.fromisoformat(row.facts["paused_until"])),
        title="La pause de ce dossier est finie",
        detail=_name_of(row),
        url=url_for("casework.show", case_id=row.object_id),
        tone="warning",
        icon="player-play",
        kind="action",
    )


def _name_of(row: TodayRow) -> str:
    return f"{row.facts['title']} · {row.facts['reference']}"


def _end_of(day: date) -> datetime:
    """Six in the evening in Paris: an action is due in the course of its day."""
    return datetime.combine(day, time(18), ZoneInfo(PARIS)).astimezone(clock.UTC)
