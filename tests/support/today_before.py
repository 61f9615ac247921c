"""*Aujourd'hui* as it would be asked of what waits itself: everything is read, then sorted here.

What indexes and kept columns find is compared with this.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app import clock
from app.actors import Actor, Role, Side
from app.db import db
from app.waiting import Group
from cases.casework.enums import ActionAnswer, ActionStatus, CaseStatus
from cases.casework.models import ActionReply, CaseAction
from cases.casework.queries import cases_visible_to
from cases.referrals.enums import ReferralKind
from cases.referrals.models import AccessRequestMatch
from cases.referrals.queries.referrals import referrals_visible_to
from cases.referrals.rules.states import WAITING
from cases.referrals.today import NEWS
from cases.rights.models import RightsRequest
from partners.people.models import Membership

PARIS = ZoneInfo("Europe/Paris")
TO_DO = (ActionStatus.TODO, ActionStatus.DOING)
#: Sources in the order of the page; what moved, and what has no due time.
ORDER = ("action", "done", "not_yet", "help", "pause", "answer", "access", "moved", "request")
MOVED, UNDATED = ("done", "moved"), ("access",)
#: Which source, when, which row.
Waiting = tuple[str, datetime, uuid.UUID]


def groups_before(actor: Actor) -> dict[Group, list[uuid.UUID]]:
    """The rows of each group, in their order."""
    found: defaultdict[Group, list[Waiting]] = defaultdict(list)
    now = clock.now()
    for one in waiting_before(actor, now):
        found[_group(one, now)].append(one)
    return {group: [row[2] for row in sorted(rows, key=_turn)] for group, rows in found.items()}


def waiting_before(actor: Actor, now: datetime) -> list[Waiting]:
    """Everything that waits for a member, or moved."""
    return [*_work(actor, now), *_referrals(actor, now), *_requests(actor)]


def _group(row: Waiting, now: datetime) -> Group:
    kind, at, _ = row
    if kind in MOVED:
        return Group.NEWS
    if kind in UNDATED:
        return Group.UNDATED
    if at < now:
        return Group.LATE
    day, today = at.astimezone(PARIS).date(), now.astimezone(PARIS).date()
    if day == today:
        return Group.TODAY
    return Group.WEEK if day < today + timedelta(days=7) else Group.LATER


def _turn(row: Waiting) -> tuple[float, int, uuid.UUID]:
    kind, at, row_id = row
    turn = 0.0 if kind in UNDATED else at.timestamp()
    return (-turn if kind in MOVED else turn, ORDER.index(kind), row_id)


def _all(model: Any) -> list[Any]:
    return list(db.session.scalars(select(model)))


def _evening(day: date) -> datetime:
    return datetime.combine(day, time(18), PARIS)


def _work(actor: Actor, now: datetime) -> Iterator[Waiting]:
    me, today = actor.membership_id, clock.today()
    cases = {one.id: one for one in db.session.scalars(cases_visible_to(actor))}
    actions = {one.id: one for one in _all(CaseAction) if one.case_id in cases}
    ended = {one.id for one in _all(Membership) if one.ended_at is not None}
    for action in actions.values():
        is_soon = action.due_on <= today + timedelta(days=14)
        if action.owner_id == me and action.status in TO_DO and is_soon:
            yield "action", _evening(action.due_on), action.id
    for reply in (one for one in _all(ActionReply) if one.action_id in actions):
        action = actions[reply.action_id]
        case = cases[action.case_id]
        is_theirs = action.asked_by == me or (
            action.asked_by in ended and case.lead_member_id == me
        )
        is_recent = reply.answered_at >= max(action.asked_at, now - timedelta(days=14))
        if is_theirs and is_recent:
            yield from _reply(reply, action)
    for case in cases.values():
        is_over = case.status is CaseStatus.PAUSED and case.paused_until <= today
        if case.lead_member_id == me and is_over:
            yield "pause", _evening(case.paused_until), case.id


def _reply(reply: ActionReply, action: CaseAction) -> Iterator[Waiting]:
    if reply.answer is ActionAnswer.DONE:
        yield "done", reply.answered_at, reply.id
    elif action.status in TO_DO and reply.answer is ActionAnswer.HELP:
        yield "help", reply.answered_at + timedelta(days=1), reply.id
    elif action.status in TO_DO and reply.proposed_on != action.due_on:
        yield "not_yet", _evening(action.due_on), reply.id


def _referrals(actor: Actor, now: datetime) -> Iterator[Waiting]:
    for one in db.session.scalars(referrals_visible_to(actor)):
        waits = one.state in WAITING and one.kind is not ReferralKind.SIGNPOST and one.answer_by
        if one.receiver_seat_id == actor.seat_id and waits:
            yield "answer", waits, one.id
        moved = max(filter(None, (one.answered_at, one.ended_at)), default=None)
        is_recent = moved is not None and moved >= now - timedelta(days=7)
        if one.sender_seat_id == actor.seat_id and one.state in NEWS and is_recent:
            yield "moved", moved, one.id
    cases = db.session.scalars(cases_visible_to(actor))
    mine = {case.id for case in cases if case.lead_seat_id == actor.seat_id}
    for match in _all(AccessRequestMatch):
        if match.case_id in mine and match.handled_at is None:
            yield "access", now, match.request_id


def _requests(actor: Actor) -> Iterator[Waiting]:
    cases = {one.id: one for one in db.session.scalars(cases_visible_to(actor))}
    for one in _all(RightsRequest):
        case = cases.get(one.case_id)
        if case is None or actor.side is not Side.AID or not one.is_waiting:
            continue
        is_theirs = actor.role is Role.MANAGER or case.lead_member_id == actor.membership_id
        if case.lead_seat_id == actor.seat_id and is_theirs:
            yield "request", datetime.combine(one.due_on, time(23, 59), PARIS), one.id
