"""What entrepreneurs of the demonstration answered about an action, by its link."""

from datetime import date, datetime, timedelta

from app.actors import ActorKind
from app.journal import JournalEvent
from cases.casework.commands.acting import SAID, SEND_LINK
from cases.casework.enums import ActionAnswer, ActionStatus, EntryKind
from cases.casework.models import ActionReply, CaseAction
from cases.demo.effects import leave_effect
from cases.demo.randomness import Dice
from cases.demo.story import Story
from cases.demo.texts import content
from cases.demo.world import World

ANSWERS = {ActionAnswer.NOT_YET: 40, ActionAnswer.HELP: 30, None: 30}

STILL_OPEN = (ActionStatus.TODO, ActionStatus.DOING)
#: Actions whose link is sent when the demonstration starts: their pages can be opened.
LINKS = 3


def reply_to(story: Story, action: CaseAction) -> None:
    """What is done was said so; of the rest, some wait, some ask for another day or for help."""
    dice = Dice(f"replies:{action.id}")
    if action.status is ActionStatus.DROPPED or action.asked_at is None:
        return
    answer = ActionAnswer.DONE if action.done_at else dice.weighted(ANSWERS)
    at = action.done_at or dice.instant(action.asked_at, story.end - timedelta(minutes=1))
    if answer is None:
        return
    reply = story.world.rows.add(
        ActionReply(
            id=dice.identifier(at),
            action_id=action.id,
            case_id=action.case_id,
            link_id=dice.identifier(action.asked_at),
            answer=answer,
            text=dice.pick(content("words")["reply"][answer.value]),
            proposed_on=_later(story, action, dice) if answer is ActionAnswer.NOT_YET else None,
            answered_at=at,
        )
    )
    _tell(story, action, reply, at, dice)


def send_links(world: World) -> None:
    """Some of those who have not answered hold a link that opens."""
    dice = Dice("action-links")
    answered = {one.action_id for one in world.rows.of(ActionReply)}
    waiting = [
        one
        for one in world.rows.of(CaseAction)
        if one.owner_email and one.status in STILL_OPEN and one.id not in answered
    ]
    for action in waiting[:LINKS]:
        leave_effect(world, SEND_LINK, action, dice, action_id=action.id)


def _later(story: Story, action: CaseAction, dice: Dice) -> date:
    """Another day, on which people work."""
    day = max(action.due_on, story.world.today) + timedelta(days=dice.between(4, 12))
    return day - timedelta(days=max(0, day.weekday() - 4))


def _tell(story: Story, action: CaseAction, reply: ActionReply, at: datetime, dice: Dice) -> None:
    """The line of the timeline and the event, as the answer itself would write them."""
    fact = f"{action.owner_name} répond par le lien : {SAID[reply.answer]}"
    line = story.tell(
        EntryKind.ACTION,
        f"{fact}. Action : {action.objective}\n{reply.text}".strip(),
        at,
        None,
        audience=action.audience,
        object_id=action.id,
    )
    line.seat_id, line.author_id = action.seat_id, None
    story.world.rows.add(
        JournalEvent(
            id=dice.identifier(at),
            at=at,
            principal=ActorKind.LINK,
            link_id=reply.link_id,
            action="action.answered",
            object_type=CaseAction.__tablename__,
            object_id=action.id,
            case_id=action.case_id,
            details={"answer": reply.answer.value},
        )
    )
