"""Mails about accounts. The links they carry are made when they leave: no token waits anywhere."""

import uuid
from collections.abc import Callable

from app.actors import SYSTEM
from app.jobs import NoLongerDue, Outbox, job
from app.links import LinkPurpose, issue_link
from app.mail import public_address, send_mail
from partners.organisations.rules import seat_label
from partners.people import messages
from partners.people.models import UserAccount
from partners.people.queries.invitations import find_invitation
from partners.people.queries.own import find_active_account


@job("partners.people.send_invitation")
def send_invitation(row: Outbox) -> None:
    """The link of an invitation that still waits."""
    invitation = find_invitation(uuid.UUID(row.payload["invitation_id"]))
    if invitation is None:
        raise NoLongerDue("accepted or revoked meanwhile")
    _link, token = issue_link(LinkPurpose.INVITATION, invitation.id, by=SYSTEM)
    url = public_address("people.accept_invitation", token=token)
    subject, text = messages.invitation_mail(invitation, seat_label(invitation.seat), url)
    send_mail(invitation.email, subject, text, message_id=row.id)


@job("partners.people.send_reset")
def send_reset(row: Outbox) -> None:
    """The link that lets one choose another password, if there is an account at all."""
    account = _account(row)
    _link, token = issue_link(LinkPurpose.PASSWORD_RESET, account.id, by=SYSTEM)
    url = public_address("people.reset_password", token=token)
    subject, text = messages.reset_mail(account, url)
    send_mail(account.email, subject, text, message_id=row.id)


@job("partners.people.tell_factor_reset")
def tell_factor_reset(row: Outbox) -> None:
    """The second factor was reset by a manager."""
    _tell(row, messages.factor_reset_mail, "people.sign_in")


@job("partners.people.tell_password_changed")
def tell_password_changed(row: Outbox) -> None:
    """The password was changed from the profile."""
    _tell(row, messages.password_changed_mail, "people.forgotten_password")


def _tell(row: Outbox, write: Callable[[UserAccount, str], tuple[str, str]], endpoint: str) -> None:
    account = _account(row)
    subject, text = write(account, public_address(endpoint))
    send_mail(account.email, subject, text, message_id=row.id)


def _account(row: Outbox) -> UserAccount:
    account = find_active_account(uuid.UUID(row.payload["user_id"]))
    if account is None:
        raise NoLongerDue("no such account")
    return account
