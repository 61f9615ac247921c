"""Opening a case: at most one open case per company, and nothing told to strangers."""

import secrets

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app import journal
from app.actors import Actor
from app.db import db
from cases.casework.commands.writing import tell
from cases.casework.enums import CaseStatus, ChangeKind, EntryKind, ParticipantRole, Phase
from cases.casework.errors import (
    CaseAlreadyOpen,
    KnownElsewhere,
    RecoveryOpensNoCase,
    SecondCaseNotAllowed,
    TooManyOpenings,
)
from cases.casework.models import CaseChange, CaseFile, Participation
from cases.casework.queries import find_open_case
from cases.casework.rules import can_open_case, opening_limit
from cases.companies.models import Company, Person
from partners.people.commands.entering import count_attempts

#: Neither 0 nor 1, neither O nor I: a reference is read aloud on the phone.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
TRIES = 5


def open_case(
    company: Company | None,
    person: Person | None,
    phase: Phase,
    *,
    by: Actor,
    second_reason: str | None = None,
) -> CaseFile:
    """Open a case led by the actor's seat and member.

    Raises RecoveryOpensNoCase before anything is asked, CaseAlreadyOpen (the actor reads the open
    case and gave no ``second_reason``) or KnownElsewhere (others follow it: the blind answer,
    ``domain.md`` §4).
    """
    if not can_open_case(by):
        raise RecoveryOpensNoCase
    answer = _ask(company, person)
    if answer == "blind":
        raise KnownElsewhere
    if answer == "visible" and not second_reason:
        raise CaseAlreadyOpen(_visible_case(company, person, by))
    if answer == "free" and second_reason is not None:
        raise SecondCaseNotAllowed("Aucun autre dossier n’est ouvert : n’indiquez pas de motif.")
    case = _insert(company, person, phase, second_reason, by)
    _start(case, by)
    return case


def count_opening(*, by: Actor) -> None:
    """Count this opening, in a transaction of its own. Raises TooManyOpenings."""
    if count_attempts([opening_limit(by)]):
        raise TooManyOpenings


def new_reference() -> str:
    """« D-7K3Q9F »."""
    return "D-" + "".join(secrets.choice(ALPHABET) for _ in range(6))


def ask_if_open(company: Company | None, person: Person | None) -> str:
    """``free``, ``visible`` (to the acting seat) or ``blind``; decided inside the database."""
    return _ask(company, person)


def _ask(company: Company | None, person: Person | None) -> str:
    asked = func.open_case_answer(
        company.id if company else None, person.id if person and not company else None
    )
    return str(db.session.scalar(select(asked)))


def _visible_case(company: Company | None, person: Person | None, by: Actor) -> CaseFile:
    case = find_open_case(company, person, by)
    if case is None:
        raise KnownElsewhere
    return case


def _insert(
    company: Company | None,
    person: Person | None,
    phase: Phase,
    second_reason: str | None,
    by: Actor,
) -> CaseFile:
    """A reference taken already is drawn again; an open case that appeared meanwhile is blind."""
    for _ in range(TRIES):
        case = CaseFile(
            reference=new_reference(),
            company=company,
            person=person,
            lead_seat_id=by.seat_id,
            lead_member_id=by.membership_id,
            phase=phase,
            second_reason=second_reason,
        )
        try:
            with db.session.begin_nested():
                db.session.add(case)
        except IntegrityError as error:
            if "uq_case_file_open" in str(error.orig):
                raise KnownElsewhere from error
            continue
        return case
    raise RuntimeError("no free case reference")


def _start(case: CaseFile, by: Actor) -> None:
    """The lead takes part; the first phase and status begin the history."""
    assert by.seat_id is not None
    db.session.add(
        Participation(
            case_id=case.id,
            seat_id=by.seat_id,
            role=ParticipantRole.LEAD,
            member_id=by.membership_id,
        )
    )
    for kind, after in ((ChangeKind.PHASE, case.phase), (ChangeKind.STATUS, CaseStatus.OPEN)):
        db.session.add(
            CaseChange(case_id=case.id, kind=kind, after=after.value, member_id=by.membership_id)
        )
    db.session.flush()
    tell(case.id, EntryKind.CASE_OPENED, f"Dossier ouvert en phase « {case.phase.label} ».", by=by)
    journal.record(case, "case.opened", by=by, details={"second": case.second_reason is not None})
