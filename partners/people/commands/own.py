"""What one does to one's own account."""

import uuid

from app import clock, journal
from app.actors import Actor
from app.db import db
from app.folding import fold
from app.links import hash_token
from partners.people import crossing, proofs
from partners.people.commands.members import tell_user
from partners.people.errors import InvitationGone, PasswordRefused
from partners.people.models import MemberSession, Pledge, RecoveryCode, UserAccount, UserSecret

#: Version of the words one pledges to (``templates/partners/people/_pledge_text.html``).
PLEDGE_VERSION = "1"


def change_own_account(account: UserAccount, *, full_name: str, phone: str, by: Actor) -> None:
    """Name and telephone, as colleagues and partners read them."""
    account.full_name, account.folded_name = full_name, fold(full_name)
    account.phone = phone
    journal.record(account, "account.changed", by=by)


def change_own_password(
    secret: UserSecret, current: str, new: str, sessions: list[MemberSession], *, by: Actor
) -> None:
    """Another password; every other session ends. Raises PasswordRefused."""
    if not proofs.verify_password(secret.password_hash, current):
        raise PasswordRefused("Le mot de passe actuel ne correspond pas.")
    secret.password_hash = proofs.hash_password(new)
    secret.password_changed_at = clock.now()
    for session in sessions:
        if session.id != by.session_id:
            session.revoked_at = clock.now()
    event = journal.record(UserAccount(id=by.user_id), "password.changed", by=by)
    db.session.flush()
    tell_user(secret.user_id, "tell_password_changed", str(event.id), by=by)


def renew_recovery_codes(old: list[RecoveryCode], *, by: Actor) -> list[str]:
    """Ten new codes, shown once; the former ones serve no more."""
    assert by.user_id is not None
    for code in old:
        db.session.delete(code)
    codes = proofs.new_recovery_codes()
    hashes = [proofs.hash_recovery_code(by.user_id, one) for one in codes]
    db.session.add_all([RecoveryCode(user_id=by.user_id, code_hash=one) for one in hashes])
    journal.record(UserAccount(id=by.user_id), "recovery_codes.renewed", by=by)
    return codes


def close_session(session: MemberSession, *, by: Actor) -> None:
    """This session serves no more, from now on."""
    session.revoked_at = clock.now()
    journal.record(session, "session.closed", by=by)


def sign_pledge(*, by: Actor) -> Pledge:
    """The confidentiality pledge, for three months (``domain.md`` §14)."""
    pledge = Pledge(user_id=by.user_id, version=PLEDGE_VERSION, signed_at=clock.now())
    db.session.add(pledge)
    journal.record(pledge, "pledge.signed", by=by, details={"version": PLEDGE_VERSION})
    return pledge


def switch_seat(membership_id: uuid.UUID, token: str, new_token: str, *, by: Actor) -> None:
    """Act from another of one's seats, under a new token. Raises InvitationGone."""
    if not crossing.renew_session(hash_token(token), hash_token(new_token), membership_id):
        raise InvitationGone("Vous ne faites plus partie de cette structure.")
    journal.record(UserAccount(id=by.user_id), "session.switched", by=by)


def confirm_password(
    secret: UserSecret, password: str, token: str, new_token: str, *, by: Actor
) -> None:
    """The password again: the session is fresh, under a new token. Raises PasswordRefused."""
    if not proofs.verify_password(secret.password_hash, password):
        raise PasswordRefused("Ce mot de passe ne correspond pas.")
    assert by.membership_id is not None
    crossing.renew_session(hash_token(token), hash_token(new_token), by.membership_id, fresh=True)
