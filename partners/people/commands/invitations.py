"""Inviting someone, and coming in by an invitation."""

import uuid

from uuid_utils.compat import uuid7

from app import clock, journal
from app.actors import Actor, Role
from app.db import db
from app.folding import fold
from app.jobs import enqueue
from app.links import LinkPurpose, hash_token, issue_link
from partners.organisations.models import Seat, Unit
from partners.people import crossing, proofs
from partners.people.errors import (
    AlreadyInvited,
    AlreadyMember,
    InvitationGone,
    UnitElsewhere,
)
from partners.people.models import Invitation, Membership, UserAccount
from partners.people.queries.invitations import (
    find_account,
    find_waiting_invitation,
    is_member_of,
)


def invite(
    email: str,
    full_name: str,
    role: Role,
    seat: Seat,
    *,
    by: Actor,
    unit: Unit | None = None,
) -> Invitation:
    """Offer a seat by mail. Raises AlreadyMember, AlreadyInvited, UnitElsewhere."""
    _check_new(email, seat, unit)
    invitation = Invitation(
        email=email,
        full_name=full_name,
        seat_id=seat.id,
        unit_id=unit.id if unit else None,
        role=role,
        invited_by=by.user_id,
    )
    db.session.add(invitation)
    journal.record(invitation, "invitation.sent", by=by, details={"role": role.value})
    return invitation


def _check_new(email: str, seat: Seat, unit: Unit | None) -> None:
    if unit is not None and unit.organisation_id != seat.organisation_id:
        raise UnitElsewhere()
    account = find_account(email)
    if account is not None and is_member_of(account.id, seat.id):
        raise AlreadyMember()
    if find_waiting_invitation(email, seat.id):
        raise AlreadyInvited()


def send_invitation(invitation: Invitation, *, by: Actor) -> None:
    """Ask for the mail that carries the link, now or once more; the former link still serves."""
    enqueue(
        "partners.people.send_invitation",
        key=f"{invitation.id}:{uuid7()}",
        by=by,
        subject_id=invitation.id,
        invitation_id=invitation.id,
    )


def resend_invitation(invitation: Invitation, *, by: Actor) -> None:
    """The same offer, by a new link that lives eight days."""
    send_invitation(invitation, by=by)
    journal.record(invitation, "invitation.resent", by=by)


def revoke_invitation(invitation: Invitation, *, by: Actor) -> None:
    """Take the offer back; its links say so."""
    invitation.revoked_at = clock.now()
    journal.record(invitation, "invitation.revoked", by=by)


def hand_out_invitation(invitation: Invitation, *, by: Actor) -> str:
    """A link, for whoever reads it on the command line; the token is kept nowhere."""
    db.session.flush()
    _link, token = issue_link(LinkPurpose.INVITATION, invitation.id, by=by)
    return token


def accept_invitation(full_name: str, password: str, *, by: Actor) -> uuid.UUID:
    """By its link, without account: the account, its password, the membership.

    Raises InvitationGone.
    """
    user_id = crossing.accept_invitation(
        uuid7(), full_name, fold(full_name), proofs.hash_password(password)
    )
    if user_id is None:
        raise InvitationGone()
    journal.record(UserAccount(id=user_id), "invitation.accepted", by=by)
    return user_id


def join_by_invitation(token: str, *, by: Actor) -> uuid.UUID:
    """By its link, with an account: one seat more; the membership. Raises InvitationGone."""
    membership_id = crossing.join_by_invitation(hash_token(token))
    if membership_id is None:
        raise InvitationGone()
    journal.record(Membership(id=membership_id), "invitation.accepted", by=by)
    return membership_id
