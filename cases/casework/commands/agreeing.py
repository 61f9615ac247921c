"""What a sharing rests on: agreements of the entrepreneur, permissions of the law."""

import uuid
from collections.abc import Sequence
from datetime import timedelta

from uuid_utils.compat import uuid7

from app import clock, hooks, journal
from app.actors import SYSTEM, Actor, Role
from app.db import db
from app.jobs import enqueue
from cases.casework.commands.writing import add_line
from cases.casework.enums import (
    AgreementMode,
    Audience,
    BasisKind,
    EntryKind,
    Permission,
    Section,
)
from cases.casework.errors import (
    AddressMissing,
    AgreementIncomplete,
    AgreementOver,
    CaseIsClosed,
    PermissionNeedsManager,
    PermissionNeedsReason,
    RemindedToday,
)
from cases.casework.models import CaseFile, LegalBasis
from cases.casework.queries import list_unconfirmed_agreements
from cases.casework.rules import basis_state, default_audience, is_in_force, was_reminded

#: An agreement by phone is good for so long unless it is confirmed by the link.
CONFIRM_WITHIN = timedelta(days=8)
SEND_LINK = "cases.casework.send_consent_link"
TELL_CONFIRMED = "cases.casework.tell_agreement_confirmed"
TELL_WITHDRAWN = "cases.casework.tell_agreement_withdrawn"


def record_agreement(
    case: CaseFile,
    seat_ids: Sequence[uuid.UUID],
    sections: Sequence[Section],
    mode: AgreementMode,
    *,
    given_by: str,
    email: str = "",
    about: str = "",
    by: Actor,
) -> LegalBasis:
    """The entrepreneur agrees to share ``sections`` with ``seat_ids``; health only if named.

    In writing it holds until withdrawn. By phone it holds 8 days, and a link to confirm it leaves
    for ``email``. Raises AgreementIncomplete, AddressMissing, CaseIsClosed.
    """
    if not (seat_ids and sections and given_by.strip()):
        raise AgreementIncomplete
    by_link = mode is not AgreementMode.WRITING
    if by_link and not email:
        raise AddressMissing
    at = clock.now()
    basis = _add_basis(
        case,
        seat_ids,
        sections,
        by,
        kind=BasisKind.CONSENT,
        mode=mode,
        given_by=given_by,
        about=about,
        sent_to=email,
        confirmed_at=None if by_link else at,
        valid_until=at + CONFIRM_WITHIN if by_link else None,
    )
    _tell(basis, f"Accord de partage donné par {given_by} ({mode.label.lower()}).", by)
    journal.record(basis, "agreement.recorded", by=by, details={"mode": mode.value})
    if by_link:
        _ask_for_link(basis, by)
    return basis


def record_permission(
    case: CaseFile,
    seat_ids: Sequence[uuid.UUID],
    sections: Sequence[Section],
    permission: Permission,
    *,
    reason: str,
    by: Actor,
) -> LegalBasis:
    """A law allows sharing without agreement; the closed list only, by a manager, with a reason.

    Raises PermissionNeedsManager, PermissionNeedsReason, AgreementIncomplete, CaseIsClosed.
    """
    if by.role is not Role.MANAGER:
        raise PermissionNeedsManager
    if not reason.strip():
        raise PermissionNeedsReason
    if not (seat_ids and sections):
        raise AgreementIncomplete
    basis = _add_basis(
        case,
        seat_ids,
        sections,
        by,
        kind=BasisKind.PERMISSION,
        permission=permission,
        reason=reason,
    )
    _tell(basis, f"Permission de la loi : {permission.label} ({permission.article}).", by)
    journal.record(basis, "permission.recorded", by=by, details={"article": permission.article})
    return basis


def send_confirmation_again(basis: LegalBasis, *, by: Actor) -> None:
    """Send a new link for an agreement still in force, once a day.

    Raises AgreementOver, AddressMissing, RemindedToday.
    """
    if not is_in_force(_locked(basis), clock.now()):
        raise AgreementOver
    if not basis.sent_to:
        raise AddressMissing
    if was_reminded(basis.reminded_at, clock.today()):
        raise RemindedToday
    basis.reminded_at = clock.now()
    _ask_for_link(basis, by)
    journal.record(basis, "agreement.link_sent", by=by)


def confirm_agreement(basis: LegalBasis, *, by: Actor) -> None:
    """The entrepreneur confirms by the link; twice is as good as once. Raises AgreementOver."""
    state = basis_state(_locked(basis), clock.now())
    if state in ("withdrawn", "lapsed"):
        raise AgreementOver
    if state == "active":
        return
    basis.confirmed_at, basis.valid_until = clock.now(), None
    journal.record(basis, "agreement.confirmed", by=by)
    enqueue(TELL_CONFIRMED, key=f"{basis.id}:confirmed", by=by, agreement_id=basis.id)


def withdraw_agreement(basis: LegalBasis, *, withdrawn_by: str, by: Actor) -> None:
    """End it at once: accesses, links and queued messages that rest on it stop the same second.

    ``withdrawn_by`` says in a few words who took it back. Raises AgreementOver.
    """
    if _locked(basis).withdrawn_at is not None:
        raise AgreementOver
    if by.is_member:
        _tell(basis, f"Accord de partage retiré ({withdrawn_by}).", by)
    _end(basis, withdrawn_by, by)


def lapse_unconfirmed_agreements() -> int:
    """End agreements by phone that nobody confirmed in time; a predicate, so it catches up."""
    lapsed = list_unconfirmed_agreements(clock.now())
    for basis in lapsed:
        _end(basis, "sans confirmation dans les huit jours", SYSTEM)
    return len(lapsed)


def _end(basis: LegalBasis, withdrawn_by: str, by: Actor) -> None:
    basis.withdrawn_at, basis.withdrawn_by = clock.now(), withdrawn_by
    action = "agreement.lapsed" if by.is_system else "agreement.withdrawn"
    journal.record(basis, action, by=by)
    db.session.flush()
    enqueue(TELL_WITHDRAWN, key=f"{basis.id}:withdrawn", by=by, agreement_id=basis.id)
    hooks.fire("consent_withdrawn", basis, by)


def _add_basis(
    case: CaseFile,
    seat_ids: Sequence[uuid.UUID],
    sections: Sequence[Section],
    by: Actor,
    **facts: object,
) -> LegalBasis:
    if not case.is_open:
        raise CaseIsClosed
    basis = LegalBasis(
        id=uuid7(),
        case_id=case.id,
        seat_ids=list(dict.fromkeys(seat_ids)),
        sections=[section.value for section in sections],
        given_at=clock.now(),
        recorded_by=by.membership_id,
        recorded_seat_id=by.seat_id,
        **facts,
    )
    db.session.add(basis)
    return basis


def _ask_for_link(basis: LegalBasis, by: Actor) -> None:
    key = f"{basis.id}:{uuid.uuid4()}"
    enqueue(SEND_LINK, key=key, by=by, basis_id=basis.id, agreement_id=basis.id)


def _locked(basis: LegalBasis) -> LegalBasis:
    columns = ["confirmed_at", "valid_until", "withdrawn_at", "reminded_at"]
    db.session.refresh(basis, attribute_names=columns, with_for_update=True)
    return basis


def _tell(basis: LegalBasis, text: str, by: Actor) -> None:
    """To the helping side, or to the seat itself when a creditor records it."""
    audience = default_audience(by) if by.is_member else Audience.AID
    add_line(basis.case_id, EntryKind.CONSENT, text, audience=audience, object_id=basis.id, by=by)
