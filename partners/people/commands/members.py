"""Running the members of an organisation: role, unit, side, leaving, second factor."""

import uuid

from uuid_utils.compat import uuid7

from app import clock, hooks, journal
from app.actors import CASE_ROLES, Actor, Role
from app.db import db
from app.jobs import enqueue
from partners.organisations.models import Seat, Unit
from partners.people import crossing
from partners.people.errors import (
    AlreadyMember,
    FactorKept,
    LastManager,
    MemberGone,
    SuccessorNeeded,
    UnitElsewhere,
)
from partners.people.models import Membership
from partners.people.queries.invitations import is_member_of
from partners.people.queries.members import count_managers
from partners.people.rules import stops_reading_cases


def change_member(
    membership: Membership,
    *,
    role: Role,
    unit: Unit | None,
    job_title: str,
    successor: Membership | None = None,
    by: Actor,
) -> None:
    """Role, unit and function of a member. A new role or unit ends their sessions.

    Cases go to the successor named; to nobody yet when the new role reads no case and none is
    named. Raises MemberGone, LastManager, UnitElsewhere, SuccessorNeeded.
    """
    _lock(membership)
    if successor is not None and not _may_succeed(successor, membership):
        raise SuccessorNeeded()
    if unit is not None and unit.organisation_id != membership.seat.organisation_id:
        raise UnitElsewhere()
    if role is not Role.MANAGER:
        _keep_a_manager(membership)
    stops = stops_reading_cases(membership.role, role)
    has_moved = role is not membership.role or (unit.id if unit else None) != membership.unit_id
    membership.role, membership.unit_id = role, unit.id if unit else None
    membership.job_title = job_title
    journal.record(membership, "member.changed", by=by, details={"role": role.value})
    if has_moved:
        db.session.flush()
        crossing.end_sessions(membership.id)
    if stops or (has_moved and successor is not None):
        hooks.fire("membership_ended", membership, successor, by)


def _lock(membership: Membership) -> None:
    """Two managers who remove each other at once are heard one after the other."""
    crossing.lock_people_of(membership.seat.organisation_id)
    db.session.refresh(membership, ["ended_at", "role"])
    if not membership.is_active:
        raise MemberGone()


def _keep_a_manager(membership: Membership) -> None:
    if membership.role is not Role.MANAGER:
        return
    if count_managers(membership.seat.organisation_id) <= 1:
        raise LastManager()


def end_membership(membership: Membership, successor: Membership | None, *, by: Actor) -> None:
    """The member leaves: sessions end at once, cases go to the successor, in one transaction.

    Raises MemberGone, SuccessorNeeded, LastManager.
    """
    _lock(membership)
    _keep_a_manager(membership)
    _leave(membership, successor, by=by)
    journal.record(membership, "member.ended", by=by)


def _leave(membership: Membership, successor: Membership | None, *, by: Actor) -> None:
    if successor is not None and not _may_succeed(successor, membership):
        raise SuccessorNeeded()
    membership.ended_at = clock.now()
    db.session.flush()
    crossing.end_sessions(membership.id)
    if membership.role in CASE_ROLES:
        hooks.fire("membership_ended", membership, successor, by)


def _may_succeed(successor: Membership, membership: Membership) -> bool:
    is_other = successor.id != membership.id and successor.role in CASE_ROLES
    return is_other and successor.is_active and successor.seat_id == membership.seat_id


def change_side(
    membership: Membership, seat: Seat, successor: Membership | None, *, by: Actor
) -> Membership:
    """Over to the other side of the same organisation: one membership ends, another begins.

    What was theirs on this side stays with this side. Raises MemberGone, SuccessorNeeded,
    AlreadyMember.
    """
    _lock(membership)
    if seat.organisation_id != membership.seat.organisation_id:
        raise UnitElsewhere()
    if is_member_of(membership.user_id, seat.id):
        raise AlreadyMember()
    moved = Membership(
        id=uuid7(),
        user_id=membership.user_id,
        seat_id=seat.id,
        unit_id=membership.unit_id,
        role=membership.role,
        job_title=membership.job_title,
    )
    db.session.add(moved)
    db.session.flush()
    _leave(membership, successor, by=by)
    details = {"side": seat.side.value, "membership_id": str(moved.id)}
    journal.record(membership, "member.moved", by=by, details=details)
    return moved


def reset_second_factor(membership: Membership, *, by: Actor) -> None:
    """The member will enrol another authenticator at the next sign-in, and is told by mail.

    Raises FactorKept.
    """
    if not crossing.reset_second_factor(membership.id):
        raise FactorKept()
    event = journal.record(membership, "second_factor.reset", by=by)
    db.session.flush()
    tell_user(membership.user_id, "tell_factor_reset", str(event.id), by=by)


def tell_user(user_id: uuid.UUID, what: str, key: str, *, by: Actor) -> None:
    """A mail to the person about their own account."""
    enqueue(f"partners.people.{what}", key=f"{key}:{user_id}", by=by, user_id=user_id)
