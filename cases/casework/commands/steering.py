"""Phase, status, closing, reopening: each dated, signed, and told in the timeline."""

import enum
from datetime import date

from sqlalchemy.exc import IntegrityError, InvalidRequestError

from app import clock, hooks, journal
from app.actors import Actor
from app.db import db
from cases.casework.commands.opening import ask_if_open
from cases.casework.commands.writing import tell
from cases.casework.enums import CaseStatus, ChangeKind, EntryKind, Outcome, Phase
from cases.casework.errors import (
    CaseAlreadyOpen,
    CaseChangedMeanwhile,
    CaseIsClosed,
    CaseIsOpen,
    CaseNotLed,
    KnownElsewhere,
    NothingChanged,
    PauseIncomplete,
)
from cases.casework.models import CaseChange, CaseFile
from cases.casework.queries import find_open_case
from cases.casework.rules import is_pause_complete

LOCKED = ["phase", "status", "version", "lead_seat_id", "outcome", "closed_at"]


def change_phase(
    case: CaseFile, phase: Phase, *, reason: str = "", version: int | None = None, by: Actor
) -> CaseChange:
    """Move the difficulty to another phase. Raises CaseIsClosed, NothingChanged, as ``lock``."""
    _lock_open(case, version, by)
    if phase is case.phase:
        raise NothingChanged
    before, case.phase = case.phase, phase
    text = _sentence(f"Phase : {before.label} → {phase.label}.", reason)
    return _changed(case, ChangeKind.PHASE, before, phase, reason, text, by)


def change_status(
    case: CaseFile, status: CaseStatus, *, reason: str = "", version: int | None = None, by: Actor
) -> CaseChange:
    """Open or watch; pausing and closing have functions of their own."""
    assert status in (CaseStatus.OPEN, CaseStatus.WATCH)
    _lock_open(case, version, by)
    if status is case.status:
        raise NothingChanged
    before, case.status = case.status, status
    case.paused_reason = case.paused_until = None
    text = _sentence(f"Statut : {before.label} → {status.label}.", reason)
    return _changed(case, ChangeKind.STATUS, before, status, reason, text, by)


def pause_case(
    case: CaseFile, *, reason: str, until: date | None, version: int | None = None, by: Actor
) -> CaseChange:
    """Pause until a day to come, and say why. Raises PauseIncomplete."""
    if not is_pause_complete(reason, until, clock.today()):
        raise PauseIncomplete
    _lock_open(case, version, by)
    before, case.status = case.status, CaseStatus.PAUSED
    case.paused_reason, case.paused_until = reason, until
    text = f"En pause jusqu’au {until:%d/%m/%Y}. {reason}"
    return _changed(case, ChangeKind.STATUS, before, case.status, reason, text, by)


def close_case(
    case: CaseFile, *, outcome: Outcome, reason: str = "", version: int | None = None, by: Actor
) -> CaseChange:
    """Close with an outcome; referrals still waiting are stopped by the hook ``case_closed``."""
    _lock_open(case, version, by)
    before, case.status = case.status, CaseStatus.CLOSED
    case.outcome, case.closed_at = outcome, clock.now()
    case.paused_reason = case.paused_until = None
    text = _sentence(f"Dossier clos : {outcome.label}.", reason)
    change = _changed(case, ChangeKind.STATUS, before, case.status, reason, text, by)
    hooks.fire("case_closed", case, by)
    return change


def reopen_case(
    case: CaseFile, *, reason: str = "", version: int | None = None, by: Actor
) -> CaseChange:
    """Open a closed case again, unless another one was opened for the company meanwhile.

    Raises CaseIsOpen, CaseAlreadyOpen, KnownElsewhere, and as ``lock``.
    """
    lock(case, version, by)
    if case.is_open:
        raise CaseIsOpen
    _refuse_if_taken(case, by)
    case.status, case.outcome, case.closed_at = CaseStatus.OPEN, None, None
    text = _sentence("Dossier rouvert.", reason)
    try:
        with db.session.begin_nested():
            db.session.flush()
    except IntegrityError as error:
        raise KnownElsewhere from error
    return _changed(case, ChangeKind.STATUS, CaseStatus.CLOSED, CaseStatus.OPEN, reason, text, by)


def lock(case: CaseFile, version: int | None, by: Actor) -> None:
    """Take the row for this transaction, with what it holds now.

    Raises CaseNotLed when the actor's seat does not lead it, CaseChangedMeanwhile when the page
    was shown at another ``version``.
    """
    try:
        db.session.refresh(case, attribute_names=LOCKED, with_for_update=True)
    except InvalidRequestError as error:
        raise CaseNotLed from error
    if case.lead_seat_id != by.seat_id and not by.is_system:
        raise CaseNotLed
    if version is not None and version != case.version:
        raise CaseChangedMeanwhile


def _lock_open(case: CaseFile, version: int | None, by: Actor) -> None:
    lock(case, version, by)
    if not case.is_open:
        raise CaseIsClosed


def _refuse_if_taken(case: CaseFile, by: Actor) -> None:
    """A second case keeps its exception; a first one gives way to the one opened meanwhile."""
    if case.second_reason is not None:
        return
    answer = ask_if_open(case.company, case.person)
    if answer == "blind":
        raise KnownElsewhere
    other = find_open_case(case.company, case.person, by) if answer == "visible" else None
    if other is not None:
        raise CaseAlreadyOpen(other)


def _changed(
    case: CaseFile,
    kind: ChangeKind,
    before: enum.StrEnum,
    after: enum.StrEnum,
    reason: str,
    text: str,
    by: Actor,
) -> CaseChange:
    case.version += 1
    case.moved_at = clock.now()
    change = CaseChange(
        case_id=case.id,
        kind=kind,
        before=before.value,
        after=after.value,
        reason=reason,
        member_id=by.membership_id,
    )
    db.session.add(change)
    tell(case.id, _entry_kind(kind, after), text, by=by)
    details = {"before": before.value, "after": after.value}
    journal.record(case, f"case.{kind.value}_changed", by=by, details=details)
    return change


def _entry_kind(kind: ChangeKind, after: enum.StrEnum) -> EntryKind:
    if kind is ChangeKind.PHASE:
        return EntryKind.PHASE_CHANGED
    return EntryKind.CASE_CLOSED if after == CaseStatus.CLOSED else EntryKind.STATUS_CHANGED


def _sentence(fact: str, reason: str) -> str:
    return f"{fact} {reason}".strip()
