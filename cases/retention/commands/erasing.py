"""Erasing a batch of what is past its time, kind by kind; safe twice, whatever happened before."""

import uuid
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import delete, func, text, tuple_, update

from app.db import Base, db
from app.links import Link
from app.notices import Notice
from app.saved_views import SavedView
from app.verifying import verify_part
from cases.casework.commands.forgetting import forget_agreements
from cases.companies.models import Company, CompanyPerson, CompanyUse, Person
from cases.referrals.commands.forgetting import forget_requests, forget_sheets
from cases.retention.commands.anonymising import anonymise_cases
from cases.retention.commands.noting import note_erasures
from cases.retention.enums import Kind
from cases.retention.errors import JournalBroken
from cases.retention.models import AgreementProof
from cases.retention.queries import due
from cases.retention.queries.due import CLEARED, NAMED, TRACES, Past, Trace
from cases.retention.queries.named import journal_range, owners_of
from cases.retention.queries.traits import lock_cases
from partners.people.models import (
    Invitation,
    MemberSession,
    Membership,
    RecoveryCode,
    UserAccount,
    UserSecret,
)

BATCH = 200
#: One at a time, whoever runs: batches are short.
LOCK = 7_305_006
UNSYNCHRONISED = {"synchronize_session": False}


def erase_batch(kind: Kind, past: Past) -> int:
    """Erase a batch of one kind, and write the log; how many were erased, 0 when none is due."""
    db.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    if kind is Kind.JOURNAL:
        return _erase_journal(past)
    if kind is Kind.CASE:
        cases = lock_cases(due.due_cases(past), BATCH)
        if cases:
            anonymise_cases(cases, past.durations)
        return len(cases)
    return _sweep(kind, TRACES[kind], past) if kind in TRACES else _erase_named(kind, past)


def erase_named(kind: Kind, ids: Sequence[uuid.UUID]) -> None:
    """Erase these records of a kind other than cases; those that are gone are let be."""
    ERASERS[kind](list(ids))


def _erase_named(kind: Kind, past: Past) -> int:
    done = 0
    for is_due, _key in NAMED[kind]:
        ids = list(db.session.scalars(is_due(past).limit(BATCH)))
        if ids:
            owners = owners_of(kind, ids)
            erase_named(kind, ids)
            for object_id in ids:
                owner = owners.get(object_id)
                note_erasures(kind, past.durations.of(kind, owner), [(object_id, owner)])
        done += len(ids)
    return done


def _sweep(kind: Kind, trace: Trace, past: Past) -> int:
    keys = list(Base.metadata.tables[trace.model.__tablename__].primary_key)
    doomed = tuple_(*keys).in_(due.trace_keys_due(trace, past, BATCH))
    done = int(_run(delete(trace.model).where(doomed)).rowcount)
    if done:
        note_erasures(kind, past.durations.of(kind), [(None, None)], count=done)
    return done


def _erase_journal(past: Past) -> int:
    """The oldest events, once their part of the chain was read back whole.

    Raises JournalBroken: what was tampered with is not erased, a human looks.
    """
    begun, stop = journal_range(BATCH * 10)
    if breaks := verify_part(begun, stop):
        raise JournalBroken("; ".join(map(str, breaks[:3])))
    done = int(db.session.scalar(func.erase_journal(BATCH * 10)) or 0)
    if done:
        duration = past.durations.of(Kind.JOURNAL)
        note_erasures(Kind.JOURNAL, duration, [(None, None)], count=done)
    return done


def _erase_agreements(ids: list[uuid.UUID]) -> None:
    forget_agreements(ids)
    _run(delete(AgreementProof).where(AgreementProof.id.in_(ids)))


def _erase_companies(ids: list[uuid.UUID]) -> None:
    for model in (CompanyUse, CompanyPerson):
        _run(delete(model).where(model.company_id.in_(ids)))
    _run(delete(Company).where(Company.id.in_(ids)))


def _erase_persons(ids: list[uuid.UUID]) -> None:
    _run(delete(CompanyPerson).where(CompanyPerson.person_id.in_(ids)))
    _run(delete(Person).where(Person.id.in_(ids)))


def _clear_accounts(ids: list[uuid.UUID]) -> None:
    """The name stays as the author of what stands; nothing else does."""
    for model in (MemberSession, RecoveryCode, SavedView, UserSecret, Notice):
        _run(delete(model).where(model.user_id.in_(ids)))
    _run(delete(Link).where(Link.object_id.in_(ids)))
    _run(update(Membership).where(Membership.user_id.in_(ids)).values(job_title=""))
    address = func.concat("ancien-", UserAccount.id, f"@{CLEARED}")
    blank = {"email": address, "phone": "", "is_active": False}
    _run(update(UserAccount).where(UserAccount.id.in_(ids)).values(**blank))


def _erase_invitations(ids: list[uuid.UUID]) -> None:
    _run(delete(Link).where(Link.object_id.in_(ids)))
    _run(delete(Invitation).where(Invitation.id.in_(ids)))


def _run(statement: Any) -> Any:
    return db.session.execute(statement, execution_options=UNSYNCHRONISED)


ERASERS: dict[Kind, Callable[[list[uuid.UUID]], None]] = {
    Kind.AGREEMENT: _erase_agreements,
    Kind.ACCESS_REQUEST: forget_requests,
    Kind.REFERRAL_SHEET: forget_sheets,
    Kind.COMPANY: _erase_companies,
    Kind.PERSON: _erase_persons,
    Kind.FORMER_MEMBER: _clear_accounts,
    Kind.INVITATION: _erase_invitations,
}
