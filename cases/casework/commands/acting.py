"""Actions: something to do, by someone, before a day; answered by one link without an account."""

import uuid
from datetime import date

from app import clock, journal
from app.actors import Actor
from app.db import db
from app.jobs import enqueue
from cases.casework.commands.writing import tell
from cases.casework.enums import ActionAnswer, ActionStatus, Audience, EntryKind
from cases.casework.errors import (
    ActionAnswered,
    ActionHasNoAddress,
    ActionIsOver,
    AudienceNotOpen,
    CaseIsClosed,
    NoDayProposed,
    RemindedToday,
)
from cases.casework.models import ActionReply, CaseAction, CaseFile
from cases.casework.queries import get_action_of_link, take_reply_turn
from cases.casework.queries.work import AskedFacts
from cases.casework.rules import (
    audiences_of,
    awaits_reply,
    is_over,
    proposed_day,
    was_reminded,
)
from partners.people.models import Membership

LOCKED = ["status", "due_on", "reminded_at"]
SEND_LINK = "cases.casework.send_action_link"
TELL_REPLY = "cases.casework.tell_action_answered"
SAID = {
    ActionAnswer.DONE: "c’est fait",
    ActionAnswer.NOT_YET: "pas encore",
    ActionAnswer.HELP: "demande de l’aide",
}


def add_action(
    case: CaseFile,
    *,
    objective: str,
    due_on: date,
    audience: Audience,
    owner: Membership | None = None,
    owner_name: str = "",
    owner_email: str = "",
    by: Actor,
) -> CaseAction:
    """Something to do; the owner is a member, or named when it is not one (the entrepreneur).

    With an address, a link leaves for whoever is named, to answer without an account.
    Raises CaseIsClosed, AudienceNotOpen.
    """
    if not case.is_open:
        raise CaseIsClosed
    if audience not in audiences_of(by):
        raise AudienceNotOpen
    action = CaseAction(
        case_id=case.id,
        seat_id=by.seat_id,
        audience=audience,
        objective=objective,
        owner_id=owner.id if owner else None,
        owner_name=owner_name,
        owner_email="" if owner else owner_email,
        due_on=due_on,
    )
    db.session.add(action)
    db.session.flush()
    journal.record(action, "action.added", by=by)
    if action.owner_email:
        _ask(action, by)
    return action


def ask_again(action: CaseAction, *, by: Actor) -> None:
    """A new link leaves: an answer is expected anew. Once a day.

    Raises ActionIsOver, ActionHasNoAddress, RemindedToday.
    """
    _lock(action)
    if not action.owner_email:
        raise ActionHasNoAddress
    if was_reminded(action.reminded_at, clock.today()):
        raise RemindedToday
    action.reminded_at = clock.now()
    _ask(action, by)


def keep_proposed_day(action: CaseAction, *, by: Actor) -> None:
    """The day that was proposed becomes the due one. Raises ActionIsOver, NoDayProposed."""
    _lock(action)
    day = proposed_day(action)
    if day is None:
        raise NoDayProposed
    action.due_on = day
    journal.record(action, "action.postponed", by=by)


def answer_action(
    action: CaseAction,
    facts: AskedFacts,
    answer: ActionAnswer,
    *,
    text: str = "",
    proposed_on: date | None = None,
    by: Actor,
) -> ActionReply:
    """The bearer of the link answers: once each time they are asked.

    The timeline says so to those who hear the action; a trigger finishes what is done. Raises
    ActionAnswered, NoDayProposed.
    """
    take_reply_turn(action.id)
    action = get_action_of_link(by)
    if not awaits_reply(action, case_is_open=facts.case_is_open):
        raise ActionAnswered
    if answer is ActionAnswer.NOT_YET and proposed_on is None:
        raise NoDayProposed
    day = proposed_on if answer is ActionAnswer.NOT_YET else None
    reply = ActionReply(
        action_id=action.id,
        case_id=action.case_id,
        link_id=by.link_id,
        answer=answer,
        text=text.strip(),
        proposed_on=day,
    )
    db.session.add(reply)
    db.session.flush()
    _tell_reply(action, reply, by)
    journal.record(action, "action.answered", by=by, details={"answer": answer.value})
    enqueue(TELL_REPLY, key=str(reply.id), by=by, subject_id=action.id, reply_id=reply.id)
    return reply


def start_action(action: CaseAction, *, by: Actor) -> None:
    """Somebody is at it. Raises ActionIsOver."""
    _move(action, ActionStatus.DOING, by)


def finish_action(action: CaseAction, *, note: str = "", by: Actor) -> None:
    """Done: the timeline says so to those who could read the action. Raises ActionIsOver."""
    _move(action, ActionStatus.DONE, by)
    _tell_end(action, f"Action faite : {action.objective}", note, by)


def drop_action(action: CaseAction, *, note: str = "", by: Actor) -> None:
    """Given up. Raises ActionIsOver."""
    _move(action, ActionStatus.DROPPED, by)
    _tell_end(action, f"Action abandonnée : {action.objective}", note, by)


def _ask(action: CaseAction, by: Actor) -> None:
    action.asked_by, action.asked_at = by.membership_id, clock.now()
    key = f"{action.id}:{uuid.uuid4()}"
    enqueue(SEND_LINK, key=key, by=by, subject_id=action.id, action_id=action.id)
    journal.record(action, "action.link_sent", by=by)


def _lock(action: CaseAction) -> None:
    db.session.refresh(action, attribute_names=LOCKED, with_for_update=True)
    if is_over(action):
        raise ActionIsOver


def _tell_reply(action: CaseAction, reply: ActionReply, by: Actor) -> None:
    """In the audience of the action, for the seat that asked."""
    said = SAID[reply.answer]
    if reply.proposed_on is not None:
        said = f"{said}, propose le {reply.proposed_on:%d/%m/%Y}"
    fact = f"{action.owner_name} répond par le lien : {said}. Action : {action.objective}"
    tell(
        action.case_id,
        EntryKind.ACTION,
        f"{fact}\n{reply.text}".strip(),
        audience=action.audience,
        object_id=action.id,
        seat_id=action.seat_id,
        by=by,
    )


def _move(action: CaseAction, status: ActionStatus, by: Actor) -> None:
    _lock(action)
    action.status = status
    action.done_at = clock.now() if is_over(action) else None
    journal.record(action, f"action.{status.value}", by=by)


def _tell_end(action: CaseAction, fact: str, note: str, by: Actor) -> None:
    """In the audience of the action, unless the actor's side may not write for it."""
    audience = action.audience if action.audience in audiences_of(by) else Audience.OWN
    body = f"{fact}\n{note}".strip()
    tell(action.case_id, EntryKind.ACTION, body, audience=audience, object_id=action.id, by=by)
