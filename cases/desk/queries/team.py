"""What a manager sees of the team: load, absences, invitations that wait."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ScalarSelect, Select, func, select
from sqlalchemy.orm import aliased, contains_eager

from app import clock
from app.actors import CASE_ROLES, Actor
from app.db import db
from cases.casework.enums import CaseStatus
from cases.casework.models import CaseFile
from cases.referrals.enums import ReferralState
from cases.referrals.models import Referral
from partners.organisations.models import Seat
from partners.people.models import Absence, Invitation, Membership, UserAccount

RUNNING = (ReferralState.ACCEPTED, ReferralState.FIRST_CONTACT, ReferralState.IN_PROGRESS)
ABSENCES_AHEAD = timedelta(days=14)


@dataclass(frozen=True)
class MemberLoad:
    """One colleague of the seat: open cases led, referrals accepted and not ended."""

    membership: Membership
    cases: int
    referrals: int

    @property
    def total(self) -> int:
        """What they carry in all."""
        return self.cases + self.referrals


def list_loads(actor: Actor) -> list[MemberLoad]:
    """Active members of the actor's seat who follow cases, the most loaded first."""
    cases = _count(
        select(CaseFile.id).where(
            CaseFile.lead_member_id == Membership.id, CaseFile.status != CaseStatus.CLOSED
        )
    )
    referrals = _count(
        select(Referral.id).where(
            Referral.receiver_member_id == Membership.id, Referral.state.in_(RUNNING)
        )
    )
    statement = (
        select(Membership, cases, referrals)
        .join(Membership.user)
        .where(Membership.seat_id == actor.seat_id, Membership.ended_at.is_(None))
        .where(Membership.role.in_(CASE_ROLES))
        .options(contains_eager(Membership.user))
        .order_by(UserAccount.folded_name)
    )
    found = [MemberLoad(*row) for row in db.session.execute(statement)]
    return sorted(found, key=lambda load: -load.total)


def _count(ids: Select[UUID]) -> ScalarSelect[int]:
    counted = ids.with_only_columns(func.count())
    return counted.correlate(Membership).scalar_subquery()


def list_absences(actor: Actor) -> list[Absence]:
    """Absences of the seat, today and in the next two weeks, with names and deputies."""
    today, deputy, deputy_user = clock.today(), aliased(Membership), aliased(UserAccount)
    statement = (
        select(Absence)
        .join(Membership, Absence.membership_id == Membership.id)
        .join(UserAccount, Membership.user_id == UserAccount.id)
        .outerjoin(deputy, Absence.deputy_id == deputy.id)
        .outerjoin(deputy_user, deputy.user_id == deputy_user.id)
        .where(Membership.seat_id == actor.seat_id, Membership.ended_at.is_(None))
        .where(Absence.ends_on >= today, Absence.starts_on <= today + ABSENCES_AHEAD)
        .options(
            contains_eager(Absence.membership).contains_eager(Membership.user),
            contains_eager(Absence.deputy.of_type(deputy)).contains_eager(
                deputy.user.of_type(deputy_user)
            ),
        )
        .order_by(Absence.starts_on, UserAccount.folded_name)
    )
    return list(db.session.scalars(statement))


def count_waiting_invitations(actor: Actor) -> int:
    """Invitations to the actor's organisation that nobody accepted nor revoked."""
    statement = select(func.count()).select_from(Invitation).join(Invitation.seat)
    waiting = statement.where(
        Seat.organisation_id == actor.organisation_id,
        Invitation.accepted_at.is_(None),
        Invitation.revoked_at.is_(None),
    )
    return db.session.scalar(waiting) or 0
