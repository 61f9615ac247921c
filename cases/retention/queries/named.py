"""Whose records are erased, and which part of the journal."""

import uuid
from collections.abc import Collection
from typing import Any

from sqlalchemy import select, text

from app.db import db
from cases.casework.models import LegalBasis
from cases.companies.models import Company, Person
from cases.referrals.models import AccessRequest, Referral
from cases.retention.enums import Kind
from cases.retention.models import AgreementProof
from partners.organisations.models import Seat
from partners.people.models import Invitation, Membership

JOURNAL_DUE = text("SELECT begun, stop FROM journal_due(:limit)")
#: The seat that a record belongs to.
SEATS: dict[Kind, tuple[Any, Any]] = {
    Kind.AGREEMENT: (LegalBasis.id, LegalBasis.recorded_seat_id),
    Kind.ACCESS_REQUEST: (AccessRequest.id, AccessRequest.seat_id),
    Kind.REFERRAL_SHEET: (Referral.id, Referral.sender_seat_id),
    Kind.COMPANY: (Company.id, Company.first_seat_id),
    Kind.PERSON: (Person.id, Person.first_seat_id),
    Kind.INVITATION: (Invitation.id, Invitation.seat_id),
}


def owners_of(kind: Kind, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """The organisation of each record: its own line in the log is for that auditor."""
    found = {row[0]: row[1] for row in db.session.execute(_owners(kind, ids))}
    if kind is Kind.AGREEMENT:
        proofs = select(AgreementProof.id, AgreementProof.organisation_id)
        proofs = proofs.where(AgreementProof.id.in_(ids))
        found |= {row[0]: row[1] for row in db.session.execute(proofs)}
    return found


def _owners(kind: Kind, ids: Collection[uuid.UUID]) -> Any:
    if kind is Kind.FORMER_MEMBER:
        statement = select(Membership.user_id, Seat.organisation_id)
        statement = statement.join(Seat, Seat.id == Membership.seat_id)
        return statement.where(Membership.user_id.in_(ids)).order_by(Membership.ended_at)
    key, seat_id = SEATS[kind]
    return select(key, Seat.organisation_id).join(Seat, Seat.id == seat_id).where(key.in_(ids))


def journal_range(limit: int) -> tuple[int, int]:
    """The seals whose events are due: after the first position, up to the second included."""
    row = db.session.execute(JOURNAL_DUE, {"limit": limit}).one_or_none()
    return (int(row.begun), int(row.stop)) if row else (0, 0)
