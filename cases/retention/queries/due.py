"""What is past its time, kind by kind: predicates over what stands, never « since last time »."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, text
from sqlalchemy.orm import InstrumentedAttribute

from app.db import Base, db
from app.jobs import Outbox, OutboxStatus
from app.links import Link
from app.notices import Notice
from app.schedule import JobRun
from cases.casework.enums import CaseStatus
from cases.casework.models import CaseFile, LegalBasis
from cases.companies.models import Company, CompanyPerson, CompanyUse, Person
from cases.referrals.enums import ReferralState
from cases.referrals.models import AccessRequest, Printout, Referral, ReferralSheet
from cases.retention.enums import Kind
from cases.retention.models import AgreementProof
from cases.retention.rules import Duration, Durations
from partners.organisations.models import Seat
from partners.people.models import (
    Absence,
    Invitation,
    MemberSession,
    Membership,
    Pledge,
    Throttle,
    UserAccount,
)

#: Address of an account whose contact details are gone: it is unique, and nobody's.
CLEARED = "relais.invalid"
#: A referral in one of these states led nowhere.
WITHOUT_SEQUEL = (
    ReferralState.DECLINED,
    ReferralState.REDIRECTED,
    ReferralState.EXPIRED,
    ReferralState.REVOKED,
)
JOURNAL_DUE = text("SELECT stop - begun FROM journal_due(:limit)")
MOST_COUNTED = 1_000_000


@dataclass(frozen=True)
class Past:
    """Which instants are past the time of a kind, in SQL; see ``rules.Durations.is_due``."""

    durations: Durations
    now: datetime

    def before(self, kind: Kind) -> datetime:
        """Earlier than this is past the default time."""
        return self.durations.of(kind).before(self.now)

    def time(self, kind: Kind, since: Any, organisation: Any = None) -> ColumnElement[bool]:
        """Is ``since`` past its time, for whoever decides of it (a column, or nobody)?"""
        usual = since < self.before(kind)
        if organisation is None:
            return usual
        shorter = [
            and_(organisation == one, since < self.durations.of(kind, one).before(self.now))
            for one in self.durations.reduced.get(kind, {})
        ]
        return or_(usual, *shorter)


def due_cases(past: Past) -> Select[Any]:
    """Cases closed long enough ago, as their lead decides."""
    led = select(Seat.organisation_id).where(Seat.id == CaseFile.lead_seat_id).scalar_subquery()
    is_over = and_(CaseFile.status == CaseStatus.CLOSED, CaseFile.anonymised_at.is_(None))
    return select(CaseFile.id).where(is_over, past.time(Kind.CASE, CaseFile.closed_at, led))


def due_agreements(past: Past) -> Select[Any]:
    """Agreements that ended long ago, and whose words stand in a case that is not anonymised."""
    end = func.coalesce(LegalBasis.withdrawn_at, LegalBasis.valid_until, CaseFile.closed_at)
    has_words = or_(
        *(column != "" for column in (LegalBasis.given_by, LegalBasis.about, LegalBasis.sent_to)),
        *(column != "" for column in (LegalBasis.reason, LegalBasis.withdrawn_by)),
    )
    return (
        select(LegalBasis.id)
        .join(CaseFile, CaseFile.id == LegalBasis.case_id)
        .join(Seat, Seat.id == LegalBasis.recorded_seat_id)
        .where(CaseFile.anonymised_at.is_(None), has_words)
        .where(past.time(Kind.AGREEMENT, end, Seat.organisation_id))
    )


def due_proofs(past: Past) -> Select[Any]:
    """Proofs kept apart from cases that were anonymised."""
    owner = AgreementProof.organisation_id
    is_past = past.time(Kind.AGREEMENT, AgreementProof.ended_at, owner)
    return select(AgreementProof.id).where(is_past)


def due_requests(past: Past) -> Select[Any]:
    """Access requests."""
    statement = select(AccessRequest.id).join(Seat, Seat.id == AccessRequest.seat_id)
    since = AccessRequest.created_at
    return statement.where(past.time(Kind.ACCESS_REQUEST, since, Seat.organisation_id))


def due_sheets(past: Past) -> Select[Any]:
    """Referrals that led nowhere and still hold what was copied for their receiver."""
    has_sheet = exists().where(ReferralSheet.referral_id == Referral.id)
    ended = func.coalesce(Referral.ended_at, Referral.answered_at, Referral.sent_at)
    return select(Referral.id).where(
        Referral.state.in_(WITHOUT_SEQUEL),
        or_(has_sheet, Referral.message != ""),
        past.time(Kind.REFERRAL_SHEET, ended),
    )


def due_companies(past: Past) -> Select[Any]:
    """Companies without any case, that no seat looked for lately."""
    before = past.before(Kind.COMPANY)
    used = exists().where(CompanyUse.company_id == Company.id, CompanyUse.used_at >= before)
    followed = exists().where(CaseFile.company_id == Company.id)
    checked = func.coalesce(Company.checked_at, Company.created_at)
    latest = func.greatest(Company.created_at, checked)
    return select(Company.id).where(latest < before, ~used, ~followed)


def due_persons(past: Past) -> Select[Any]:
    """Persons without any case, written down long ago, as was their tie to a company."""
    before = past.before(Kind.PERSON)
    followed = exists().where(CaseFile.person_id == Person.id)
    tied = exists().where(CompanyPerson.person_id == Person.id, CompanyPerson.created_at >= before)
    return select(Person.id).where(Person.created_at < before, ~tied, ~followed)


def due_former_members(past: Past) -> Select[Any]:
    """People who left every seat long enough ago, as each of their organisations decides."""
    is_past = past.time(Kind.FORMER_MEMBER, Membership.ended_at, Seat.organisation_id)
    left = (
        select(Membership.user_id)
        .join(Seat, Seat.id == Membership.seat_id)
        .group_by(Membership.user_id)
        .having(func.bool_and(and_(Membership.ended_at.is_not(None), is_past)))
    )
    return select(UserAccount.id).where(
        UserAccount.id.in_(left), UserAccount.email.not_like(f"%@{CLEARED}")
    )


def due_invitations(past: Past) -> Select[Any]:
    """Invitations answered, withdrawn, or left without answer and without a link that opens."""
    opens = exists().where(Link.object_id == Invitation.id, Link.expires_at > past.now)
    since = func.coalesce(Invitation.accepted_at, Invitation.revoked_at, Invitation.created_at)
    return select(Invitation.id).where(past.time(Kind.INVITATION, since), ~opens)


@dataclass(frozen=True)
class Trace:
    """A technical table, swept by a condition: its rows are counted, not named."""

    model: type[Base]
    is_due: Callable[[Past], ColumnElement[bool]]


SETTLED = (OutboxStatus.SENT, OutboxStatus.CANCELLED)
TRACES: dict[Kind, Trace] = {
    Kind.ABSENCE: Trace(Absence, lambda past: Absence.ends_on < past.before(Kind.ABSENCE).date()),
    Kind.PLEDGE: Trace(Pledge, lambda past: past.time(Kind.PLEDGE, Pledge.signed_at)),
    Kind.SESSION: Trace(
        MemberSession,
        lambda past: past.time(
            Kind.SESSION, func.least(MemberSession.revoked_at, MemberSession.ends_at)
        ),
    ),
    Kind.LINK: Trace(
        Link,
        lambda past: past.time(
            Kind.LINK, func.least(Link.used_at, Link.revoked_at, Link.expires_at)
        ),
    ),
    Kind.NOTICE: Trace(Notice, lambda past: past.time(Kind.NOTICE, Notice.created_at)),
    Kind.OUTBOX: Trace(
        Outbox,
        lambda past: and_(
            Outbox.status.in_(SETTLED),
            past.time(Kind.OUTBOX, func.coalesce(Outbox.sent_at, Outbox.available_at)),
        ),
    ),
    Kind.THROTTLE: Trace(Throttle, lambda past: past.time(Kind.THROTTLE, Throttle.window_start)),
    Kind.PRINTOUT: Trace(Printout, lambda past: Printout.expires_at <= past.now),
    Kind.JOB_RUN: Trace(JobRun, lambda past: past.time(Kind.JOB_RUN, JobRun.started_at)),
}
#: Records with a name of their own, one line of the log each: (what is due, where they stand).
NAMED: dict[Kind, tuple[tuple[Callable[[Past], Select[Any]], InstrumentedAttribute[Any]], ...]] = {
    Kind.CASE: ((due_cases, CaseFile.id),),
    Kind.AGREEMENT: ((due_agreements, LegalBasis.id), (due_proofs, AgreementProof.id)),
    Kind.ACCESS_REQUEST: ((due_requests, AccessRequest.id),),
    Kind.REFERRAL_SHEET: ((due_sheets, Referral.id),),
    Kind.COMPANY: ((due_companies, Company.id),),
    Kind.PERSON: ((due_persons, Person.id),),
    Kind.FORMER_MEMBER: ((due_former_members, UserAccount.id),),
    Kind.INVITATION: ((due_invitations, Invitation.id),),
}


def count_due(kind: Kind, past: Past) -> int:
    """How many records of a kind are past their time, as the system."""
    if kind is Kind.JOURNAL:
        return int(db.session.scalar(JOURNAL_DUE, {"limit": MOST_COUNTED}) or 0)
    if trace := TRACES.get(kind):
        return _count(select(*_keys(trace.model)).where(trace.is_due(past)))
    return sum(_count(due(past)) for due, _ in NAMED[kind])


def count_all(kind: Kind) -> int:
    """How many records of a kind there are, past their time or not."""
    if kind is Kind.JOURNAL:
        return int(db.session.scalar(text("SELECT count(*) FROM journal_event")) or 0)
    if trace := TRACES.get(kind):
        return _count(select(*_keys(trace.model)))
    if kind is Kind.CASE:
        return _count(select(CaseFile.id).where(CaseFile.anonymised_at.is_(None)))
    return sum(_count(select(key)) for _, key in NAMED[kind])


def trace_keys_due(trace: Trace, past: Past, limit: int) -> Select[Any]:
    """Primary keys of a batch of technical rows past their time."""
    return select(*_keys(trace.model)).where(trace.is_due(past)).limit(limit)


def _keys(model: type[Base]) -> list[Any]:
    return list(Base.metadata.tables[model.__tablename__].primary_key)


def _count(statement: Select[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(statement.subquery())) or 0


def count_cases_due_with(months: int, organisation_id: uuid.UUID, now: datetime) -> int:
    """Closed cases led by an organisation that such a duration would make due at once.

    Among those the actor reads: the policies apply.
    """
    statement = (
        select(CaseFile.id)
        .join(Seat, Seat.id == CaseFile.lead_seat_id)
        .where(Seat.organisation_id == organisation_id, CaseFile.status == CaseStatus.CLOSED)
        .where(CaseFile.closed_at < Duration(months).before(now))
    )
    return _count(statement)
