"""For the worker: what messages are about, and who receives them."""

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.actors import CASE_ROLES
from app.db import db
from cases.casework.models import CaseFile
from cases.companies.models import Person
from cases.referrals.models import Printout, Referral, ReferralStep
from partners.organisations.enums import Subject
from partners.organisations.models import Seat, Service
from partners.people.correspondents import absences_today
from partners.people.models import Correspondent, Membership

#: A seat without correspondent is told through so many of its members at most.
MOST_TOLD = 5


def find_step(step_id: uuid.UUID) -> ReferralStep | None:
    """One transition."""
    return db.session.get(ReferralStep, step_id)


def load_referral(referral_id: uuid.UUID) -> Referral | None:
    """One referral with the names of its two organisations, and what it rests on."""
    statement = select(Referral).where(Referral.id == referral_id)
    return db.session.scalars(
        statement.options(
            joinedload(Referral.sender_seat).joinedload(Seat.organisation),
            joinedload(Referral.receiver_seat).joinedload(Seat.organisation),
            joinedload(Referral.basis),
        )
    ).one_or_none()


def find_referral_of_basis(basis_id: uuid.UUID, seat_id: uuid.UUID) -> Referral | None:
    """The last referral of a seat that rested on a basis."""
    statement = select(Referral).where(
        Referral.basis_id == basis_id, Referral.receiver_seat_id == seat_id
    )
    return db.session.scalars(statement.order_by(Referral.sent_at.desc()).limit(1)).first()


def find_entrepreneur(case_id: uuid.UUID) -> Person | None:
    """The person whom a case is about."""
    statement = select(Person).join(CaseFile, CaseFile.person_id == Person.id)
    return db.session.scalars(statement.where(CaseFile.id == case_id)).one_or_none()


def list_correspondents(seat_id: uuid.UUID, subject: Subject) -> Sequence[Membership]:
    """Who answers for a subject: correspondents there today, else their deputies, else members."""
    statement = (
        _members_of(seat_id)
        .join(Correspondent, Correspondent.membership_id == Membership.id)
        .join(Service, Service.id == Correspondent.service_id)
        .where(Service.subject == subject, Service.is_active)
    )
    named = db.session.scalars(statement).unique().all()
    away = absences_today([one.id for one in named])
    there = [one for one in named if one.id not in away]
    deputies = [absence.deputy for absence in away.values() if absence.deputy]
    return there or deputies or list_members(seat_id)


def list_members(seat_id: uuid.UUID) -> Sequence[Membership]:
    """Members of a seat who read cases."""
    return db.session.scalars(_members_of(seat_id).limit(MOST_TOLD)).unique().all()


def find_member(membership_id: uuid.UUID) -> Membership | None:
    """A member who still sits there, with their account."""
    statement = select(Membership).options(joinedload(Membership.user))
    statement = statement.where(Membership.id == membership_id, Membership.ended_at.is_(None))
    return db.session.scalars(statement).one_or_none()


def find_answering(membership_id: uuid.UUID) -> Membership | None:
    """Who answers for a member today: their deputy while they are away, else themselves."""
    member = find_member(membership_id)
    absence = absences_today([membership_id]).get(membership_id) if member else None
    deputy = find_member(absence.deputy_id) if absence and absence.deputy_id else None
    return deputy or member


def find_printout(printout_id: uuid.UUID) -> Printout | None:
    """A document being made."""
    return db.session.get(Printout, printout_id)


def _members_of(seat_id: uuid.UUID):
    statement = select(Membership).options(joinedload(Membership.user))
    return statement.where(
        Membership.seat_id == seat_id,
        Membership.ended_at.is_(None),
        Membership.role.in_(CASE_ROLES),
    ).order_by(Membership.created_at, Membership.id)
