"""What *Aujourd'hui* shows of the casework: actions to do, pauses that end."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import url_for

from app import clock
from app.actors import Actor
from app.days_off import PARIS
from app.web.panels import TodayItem
from cases.casework.enums import ActionAnswer
from cases.casework.models import ActionReply, CaseAction, CaseFile
from cases.casework.queries import list_actions_of_member, list_pauses_over, list_replies_to

#: Actions due later than this are not for today's page.
HORIZON = timedelta(days=14)
#: Answers older than this were seen, or are a matter for the case page.
RECENT = timedelta(days=14)
#: Whoever asks for help is called back the next day.
CALL_BACK_WITHIN = timedelta(days=1)
REPLIES = {
    ActionAnswer.DONE: ("l’a fait", "success", "circle-check", "news"),
    ActionAnswer.NOT_YET: ("propose un autre jour", "warning", "calendar", "action"),
    ActionAnswer.HELP: ("demande de l’aide", "danger", "lifebuoy", "action"),
}


def actions_of(actor: Actor) -> list[TodayItem]:
    """The member's actions due within two weeks and late ones, what was answered to those they gave
    by a link, then the pauses that are over."""
    if not actor.reads_cases:
        return []
    today = clock.today()
    actions = [_action_item(one, today) for one in list_actions_of_member(actor, today + HORIZON)]
    replies = [_reply_item(one) for one in list_replies_to(actor, clock.now() - RECENT)]
    return actions + replies + [_pause_item(case) for case in list_pauses_over(actor, today)]


def _action_item(action: CaseAction, today: date) -> TodayItem:
    is_late = action.due_on < today
    return TodayItem(
        due_at=_end_of(action.due_on),
        title=action.objective,
        detail=f"{action.case.title} · {action.case.reference}",
        url=url_for("casework.show", case_id=action.case_id, _anchor="actions"),
        tone="danger" if is_late else "warning" if action.due_on == today else "neutral",
        icon="checklist",
        kind="action",
    )


def _reply_item(reply: ActionReply) -> TodayItem:
    action, (said, tone, icon, kind) = reply.action, REPLIES[reply.answer]
    due_at = {
        ActionAnswer.NOT_YET: _end_of(action.due_on),
        ActionAnswer.HELP: reply.answered_at + CALL_BACK_WITHIN,
    }.get(reply.answer)
    return TodayItem(
        due_at=due_at,
        title=f"{action.owner_name} {said} : {action.objective}",
        detail=f"{action.case.title} · {action.case.reference}",
        url=url_for("casework.show", case_id=action.case_id, _anchor="actions"),
        tone=tone,
        icon=icon,
        kind=kind,
    )


def _pause_item(case: CaseFile) -> TodayItem:
    assert case.paused_until is not None
    return TodayItem(
        due_at=_end_of(case.paused_until),
        title="La pause de ce dossier est finie",
        detail=f"{case.title} · {case.reference}",
        url=url_for("casework.show", case_id=case.id),
        tone="warning",
        icon="player-play",
        kind="action",
    )


def _end_of(day: date) -> datetime:
    """Six in the evening in Paris: an action is due in the course of its day."""
    return datetime.combine(day, time(18), ZoneInfo(PARIS)).astimezone(clock.UTC)
