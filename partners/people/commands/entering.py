"""Signing in, step by step. Each step is a transaction of its own, under nobody's name."""

import uuid
from collections.abc import Iterable

from app import clock, journal
from app.actors import Actor
from app.jobs import enqueue
from app.links import hash_token
from partners.people import crossing, proofs
from partners.people.crossing import Pending
from partners.people.errors import CodeRefused, NoSeatLeft, RecoveryCodeRefused, SignInRefused
from partners.people.models import UserAccount
from partners.people.rules import Limit


def count_attempts(limits: Iterable[Limit]) -> int:
    """Count one attempt under each limit; seconds to wait, 0 when this attempt is heard.

    Keys are kept as hashes: no address of a person or of a computer stays in the table.
    """
    waits = [0]
    for limit in limits:
        if crossing.count_attempt(hash_token(limit.key), limit.window) > limit.attempts:
            waits.append(limit.seconds_left(clock.now()))
    return max(waits)


def forgive_attempts(limits: Iterable[Limit]) -> None:
    """They succeeded: the attempts of this person are forgotten."""
    crossing.forgive_attempts([hash_token(limit.key) for limit in limits])


def give_password(email: str, password: str, token: str, device: str) -> uuid.UUID:
    """First step: the password; ``token`` then stands for it, for ten minutes.

    Raises SignInRefused, as fast for an unknown address as for a wrong password.
    """
    user_id, known = crossing.password_of(email)
    if not proofs.verify_password(known, password) or user_id is None or known is None:
        raise SignInRefused()
    crossing.begin_sign_in(user_id, hash_token(token), device)
    if proofs.needs_rehash(known):
        crossing.keep_password(hash_token(token), proofs.hash_password(password))
    return user_id


def note_refused_password(email: str) -> None:
    """The journal keeps that somebody tried: neither what they typed, nor a word when the address
    is unknown. In a transaction of its own, since the refused one left nothing."""
    crossing.note_refused_password(email)


def note_refused_code(token: str, step: str) -> None:
    """The same for the second factor: ``code``, ``recovery_code`` or ``enrolment``."""
    crossing.note_refused_code(hash_token(token), step)


def give_code(pending: Pending, token: str, code: str) -> None:
    """Second step: the one-time code. Raises CodeRefused for a wrong or replayed one."""
    counter = _counter(pending, code)
    if counter is None or not crossing.accept_totp(hash_token(token), counter):
        raise CodeRefused()


def _counter(pending: Pending, code: str) -> int | None:
    if pending.totp_secret is None:
        return None
    secret = proofs.open_secret(pending.user_id, pending.totp_secret)
    return proofs.totp_counter(secret, bare_code(code), clock.now())


def bare_code(code: str) -> str:
    """The figures of a code, however they were grouped."""
    return "".join(char for char in code if char.isascii() and char.isdigit())


def give_recovery_code(pending: Pending, token: str, code: str, *, by: Actor) -> None:
    """Second step without the phone. Raises RecoveryCodeRefused."""
    known = proofs.hash_recovery_code(pending.user_id, code)
    if not crossing.use_recovery_code(hash_token(token), known):
        raise RecoveryCodeRefused()
    journal.record(UserAccount(id=pending.user_id), "recovery_code.used", by=by)


def enrol_factor(pending: Pending, token: str, secret: str, code: str, *, by: Actor) -> list[str]:
    """A new authenticator, proved by its first code; the recovery codes, shown once.

    Raises CodeRefused.
    """
    counter = proofs.totp_counter(secret, bare_code(code), clock.now())
    codes = proofs.new_recovery_codes()
    hashes = [proofs.hash_recovery_code(pending.user_id, one) for one in codes]
    sealed = proofs.seal_secret(pending.user_id, secret)
    if counter is None or not crossing.enrol_totp(hash_token(token), sealed, counter, hashes):
        raise CodeRefused()
    journal.record(UserAccount(id=pending.user_id), "second_factor.enrolled", by=by)
    return codes


def open_session(token: str, new_token: str, *, by: Actor) -> uuid.UUID:
    """Last step: the session, under a new token. Raises NoSeatLeft."""
    user_id = crossing.complete_sign_in(hash_token(token), hash_token(new_token))
    if user_id is None:
        raise NoSeatLeft()
    journal.record(UserAccount(id=user_id), "session.opened", by=by)
    return user_id


def ask_new_password(email: str, *, by: Actor) -> None:
    """Ask for the mail that lets one choose another password.

    The same rows are written whether or not the account exists: the worker, which sends nothing
    when it does not, is not watched by whoever asks.
    """
    known = crossing.account_of(email)
    user_id = known or uuid.uuid4()
    enqueue("partners.people.send_reset", key=str(uuid.uuid4()), by=by, user_id=user_id)


def choose_new_password(password: str, *, by: Actor) -> None:
    """By the link of the mail: another password, and every session ends. Raises SignInRefused."""
    user_id = crossing.reset_password(proofs.hash_password(password))
    if user_id is None:
        raise SignInRefused()
    journal.record(UserAccount(id=user_id), "password.reset", by=by)
