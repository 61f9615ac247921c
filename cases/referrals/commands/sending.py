"""Sending a need to a seat, taking a sending back."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm.attributes import set_committed_value
from uuid_utils.compat import uuid7

from app import clock
from app.actors import Actor
from app.db import db
from app.reference.models import Commune
from cases.casework.commands import add_line
from cases.casework.enums import Audience, EntryKind, Section
from cases.casework.models import LegalBasis
from cases.casework.queries import latest_assessment_for
from cases.referrals.commands.linking import offer_answer_link
from cases.referrals.commands.steps import add_step, lock_referral, take_step, tell_seats
from cases.referrals.enums import ReferralKind, ReferralState
from cases.referrals.errors import (
    AlreadyInside,
    AlreadyWaiting,
    BasisMissing,
    CaseIsOver,
    ReceiverNotPossible,
    RecoveryNeverLeads,
    ReferralNotWaiting,
)
from cases.referrals.models import Need, Referral, ReferralSheet
from cases.referrals.queries.referrals import find_sending
from cases.referrals.queries.sending import Standing, read_standings
from cases.referrals.rules.gate import can_lead, can_receive, missing_basis_reason
from cases.referrals.rules.states import WAITING
from cases.referrals.sheets import frozen_names, sheet_content
from partners.organisations.models import Seat, Unit
from partners.organisations.opening import calendar_of_unit

#: Promise ``first_answer``: a referral is answered within 48 working hours (``domain.md`` §7).
ANSWER_HOURS = 48
#: No answer after so long ends it (``domain.md`` §5).
EXPIRES_AFTER = timedelta(days=30)
TELL_RECEIVER = "cases.referrals.tell_receiver"
TELL_REVOKED = "cases.referrals.tell_revoked"


@dataclass(frozen=True)
class Receiver:
    """Where a referral goes: a seat, its organisation loaded, and the unit that covers the place.

    The unit's opening periods are loaded: its working hours make the answer due. ``standing`` was
    read in this transaction, for the key under which the referral is sent; else it is read.
    """

    seat: Seat
    unit: Unit | None = None
    standing: Standing | None = None


def send_referral(
    need: Need,
    receiver: Receiver,
    kind: ReferralKind,
    *,
    basis: LegalBasis | None = None,
    sections: Collection[str] = (),
    message: str = "",
    commune: Commune | None = None,
    redirected_from: uuid.UUID | None = None,
    client_key: str,
    by: Actor,
) -> Referral:
    """Send a need (its case loaded) to a seat, and freeze what it may read.

    The same ``client_key`` gives the referral that was sent already. Raises CaseIsOver,
    ReceiverNotPossible, RecoveryNeverLeads, AlreadyInside, AlreadyWaiting, BasisMissing.
    """
    seat = receiver.seat
    standing = receiver.standing or read_standings(need, {seat.id: client_key}, by)[seat.id]
    if standing.was_sent and (sent := find_sending(client_key, by)):
        return sent
    _refuse_receiver(need, seat, standing, kind, by)
    _refuse_without_basis(need, seat, kind, basis, sections)
    referral = _draft(
        need, receiver, kind, basis, message, commune, redirected_from, client_key, by
    )
    if kind is ReferralKind.SIGNPOST:
        return _give_details(referral, by)
    _freeze_sheet(referral, need, message, sections, commune, by)
    step = add_step(referral, ReferralState.SENT, by=by)
    tell_seats(TELL_RECEIVER, step, referral, [seat.id], by=by)
    if not standing.is_staffed:
        offer_answer_link(referral, step, by=by)
    _tell_own_seat(referral, f"Orientation envoyée à {_name(referral)}", by)
    return referral


def revoke_referral(referral: Referral, *, by: Actor) -> None:
    """Take back what was not answered; its sheet closes at once. Raises ReferralNotWaiting."""
    lock_referral(referral)
    if referral.state not in WAITING:
        raise ReferralNotWaiting
    referral.ended_at = clock.now()
    step = take_step(referral, ReferralState.REVOKED, by=by)
    tell_seats(TELL_REVOKED, step, referral, [referral.receiver_seat_id], by=by)


def _refuse_receiver(
    need: Need, seat: Seat, standing: Standing, kind: ReferralKind, by: Actor
) -> None:
    if not need.case.is_open:
        raise CaseIsOver
    is_other = seat.id != by.seat_id and seat.organisation.is_active
    if not is_other or not can_receive(need.subject, seat.organisation.kind):
        raise ReceiverNotPossible
    if kind is ReferralKind.HANDOVER and not can_lead(seat.side):
        raise RecoveryNeverLeads
    if kind is ReferralKind.JOINT and standing.is_inside:
        raise AlreadyInside
    if standing.is_waiting:
        raise AlreadyWaiting


def _refuse_without_basis(
    need: Need,
    seat: Seat,
    kind: ReferralKind,
    basis: LegalBasis | None,
    sections: Collection[str],
) -> None:
    reason = missing_basis_reason(kind, basis, seat.id, sections, clock.now(), need.subject)
    if reason is None and (basis is None or basis.case_id == need.case_id):
        return
    raise BasisMissing(reason.label if reason else None)


def _draft(
    need: Need,
    receiver: Receiver,
    kind: ReferralKind,
    basis: LegalBasis | None,
    message: str,
    commune: Commune | None,
    redirected_from: uuid.UUID | None,
    client_key: str,
    by: Actor,
) -> Referral:
    """A signpost keeps its message on its row, which the partner never reads; not the others."""
    now, unit = clock.now(), receiver.unit
    calendar = calendar_of_unit(unit) if unit else clock.WorkingCalendar()
    due = clock.add_working_hours(now, ANSWER_HOURS, calendar)
    is_signpost = kind is ReferralKind.SIGNPOST
    lead = need.case.lead_seat.organisation.name
    referral = Referral(
        id=uuid7(),
        case_id=need.case_id,
        need_id=need.id,
        kind=kind,
        state=ReferralState.DRAFT,
        subject=need.subject,
        sender_seat_id=by.seat_id,
        sender_member_id=by.membership_id,
        receiver_seat=receiver.seat,
        receiver_seat_id=receiver.seat.id,
        receiver_unit_id=unit.id if unit else None,
        basis=basis if not is_signpost else None,
        basis_id=basis.id if basis and not is_signpost else None,
        redirected_from_id=redirected_from,
        message=message if is_signpost else "",
        frozen=frozen_names(by, lead, receiver.seat, unit, commune, ANSWER_HOURS),
        client_key=client_key,
        sent_at=now,
        answer_by=None if is_signpost else due,
        expires_at=None if is_signpost else now + EXPIRES_AFTER,
    )
    db.session.add(referral)
    return referral


def _freeze_sheet(
    referral: Referral,
    need: Need,
    message: str,
    sections: Collection[str],
    commune: Commune | None,
    by: Actor,
) -> None:
    side, assessment = referral.receiver_seat.side, None
    if Section.FIGURES.value in sections:
        assessment = latest_assessment_for(side, need.case_id, by)
    content = sheet_content(
        need.case,
        need,
        message,
        sections,
        assessment=assessment,
        commune=commune,
        side=side,
    )
    sheet = ReferralSheet(referral_id=referral.id, sections=list(content), content=content)
    db.session.add(sheet)
    set_committed_value(referral, "sheet", sheet)  # which is written after it, with its step


def _give_details(referral: Referral, by: Actor) -> Referral:
    """A signpost ends when it is given: the partner is told nothing."""
    referral.ended_at = clock.now()
    add_step(referral, ReferralState.COMPLETED, by=by)
    _tell_own_seat(referral, f"Coordonnées de {_name(referral)} remises à l’entrepreneur", by)
    return referral


def _tell_own_seat(referral: Referral, fact: str, by: Actor) -> None:
    """In the timeline for the sending seat alone: receivers of a need do not see one another."""
    text = f"{fact} : {referral.subject.label} ({referral.kind.label.lower()})."
    add_line(
        referral.case_id,
        EntryKind.REFERRAL,
        text,
        audience=Audience.OWN,
        object_id=referral.id,
        by=by,
    )


def _name(referral: Referral) -> str:
    return referral.receiver_seat.organisation.name
