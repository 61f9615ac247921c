"""What *Aujourd'hui* shows of the casework: actions to do, pauses that end."""

from datetime import date, timedelta
from uuid import UUID

from app import clock
from app.actors import Actor
from app.today import NOW, TODAY, TodayRow, TodaySource, due_at, due_on, moved_at
from app.web.links import page_url
from app.web.panels import TodayItem
from cases.casework.enums import ActionAnswer
from cases.casework.models import ActionReply, CaseAction, CaseFile
from cases.casework.queries import (
    select_actions_of_member,
    select_pauses_over,
    select_replies_to,
    tell_action,
    tell_pause,
    tell_reply,
)

#: Actions due later than this are not for today's page.
HORIZON_DAYS = 14
#: Answers older than this were seen, or are a matter for the case page.
RECENT = timedelta(days=14)
#: Whoever asks for help is called back the next day.
CALL_BACK_WITHIN = timedelta(days=1)
#: An action is due in the course of its day.
EVENING = timedelta(hours=18)
REPLIES = {
    ActionAnswer.DONE: ("l’a fait", "success", "circle-check"),
    ActionAnswer.NOT_YET: ("propose un autre jour", "warning", "calendar"),
    ActionAnswer.HELP: ("demande de l’aide", "danger", "lifebuoy"),
}
#: « + 0 »: actions are found by their answers, which are few, never by their day among everybody's.
REPLIES_WAIT = {
    ActionAnswer.DONE: moved_at(ActionReply.answered_at),
    ActionAnswer.NOT_YET: due_on(CaseAction.due_on + 0, EVENING),
    ActionAnswer.HELP: due_at(ActionReply.answered_at + CALL_BACK_WITHIN),
}


def work_of(actor: Actor) -> list[TodaySource]:
    """The member's actions due within two weeks and late ones, what was answered to those they gave
    by a link, then the pauses that are over."""
    if not actor.reads_cases:
        return []
    return [
        TodaySource(
            select_actions_of_member(actor, TODAY + HORIZON_DAYS),
            CaseAction.id,
            due_on(CaseAction.due_on, EVENING),
            tell_action(actor),
            CaseAction.id,
            tell=_action_item,
        ),
        *(
            TodaySource(
                select_replies_to(actor, answer, NOW - RECENT),
                ActionReply.id,
                when,
                tell_reply(actor),
                ActionReply.id,
                tell=_reply_item,
            )
            for answer, when in REPLIES_WAIT.items()
        ),
        TodaySource(
            select_pauses_over(actor, TODAY),
            CaseFile.id,
            due_on(CaseFile.paused_until, EVENING),
            tell_pause(actor),
            CaseFile.id,
            tell=_pause_item,
        ),
    ]


def _action_item(row: TodayRow) -> TodayItem:
    today, due_on = clock.today(), date.fromisoformat(row.facts["due_on"])
    return TodayItem(
        due_at=row.at,
        title=row.facts["objective"],
        detail=_name_of(row),
        url=_actions_url(row),
        tone="danger" if due_on < today else "warning" if due_on == today else "neutral",
        icon="checklist",
    )


def _reply_item(row: TodayRow) -> TodayItem:
    answer = ActionAnswer(row.facts["answer"])
    said, tone, icon = REPLIES[answer]
    return TodayItem(
        due_at=None if answer is ActionAnswer.DONE else row.at,
        title=f"{row.facts['owner']} {said} : {row.facts['objective']}",
        detail=_name_of(row),
        url=_actions_url(row),
        tone=tone,
        icon=icon,
    )


def _pause_item(row: TodayRow) -> TodayItem:
    return TodayItem(
        due_at=row.at,
        title="La pause de ce dossier est finie",
        detail=_name_of(row),
        url=page_url("casework.show", case_id=row.object_id),
        tone="warning",
        icon="player-play",
    )


def _actions_url(row: TodayRow) -> str:
    return f"{page_url('casework.show', case_id=UUID(row.facts['case_id']))}#actions"


def _name_of(row: TodayRow) -> str:
    return f"{row.facts['title']} · {row.facts['reference']}"
