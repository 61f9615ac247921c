"""Actions: something to do, by someone, before a day."""

from datetime import date

from app import clock, journal
from app.actors import Actor
from app.db import db
from cases.casework.commands.writing import tell
from cases.casework.enums import ActionStatus, Audience, EntryKind
from cases.casework.errors import ActionIsOver, AudienceNotOpen, CaseIsClosed
from cases.casework.models import CaseAction, CaseFile
from cases.casework.rules import audiences_of, is_over
from partners.people.models import Membership


def add_action(
    case: CaseFile,
    *,
    objective: str,
    due_on: date,
    audience: Audience,
    owner: Membership | None = None,
    owner_name: str = "",
    by: Actor,
) -> CaseAction:
    """Something to do; the owner is a member, or named when it is not one (the entrepreneur).

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
        due_on=due_on,
    )
    db.session.add(action)
    db.session.flush()
    journal.record(action, "action.added", by=by)
    return action


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


def _move(action: CaseAction, status: ActionStatus, by: Actor) -> None:
    db.session.refresh(action, attribute_names=["status"], with_for_update=True)
    if is_over(action):
        raise ActionIsOver
    action.status = status
    action.done_at = clock.now() if is_over(action) else None
    journal.record(action, f"action.{status.value}", by=by)


def _tell_end(action: CaseAction, fact: str, note: str, by: Actor) -> None:
    """In the audience of the action, unless the actor's side may not write for it."""
    audience = action.audience if action.audience in audiences_of(by) else Audience.OWN
    body = f"{fact}\n{note}".strip()
    tell(action.case_id, EntryKind.ACTION, body, audience=audience, object_id=action.id, by=by)
