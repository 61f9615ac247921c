"""A case past its time becomes a figure: no name, no word, no document, at least three alike."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import String, cast, func, update

from app import clock, hooks, journal
from app.actors import SYSTEM
from app.db import db, moved
from cases.casework.models import CaseFile, LegalBasis
from cases.retention.anonymity import Traits, coarsen
from cases.retention.commands.noting import note_erasures
from cases.retention.enums import Kind
from cases.retention.models import AgreementProof, CaseRemains
from cases.retention.queries.traits import agreements_of, kept_traits, traits_of
from cases.retention.rules import Durations

#: Where the dates of a case go when not even its year is kept.
NO_YEAR = 2000


def anonymise_cases(cases: Sequence[CaseFile], durations: Durations) -> None:
    """Anonymise closed, locked cases (company, person and lead's organisation loaded).

    All the dates of a case move by one delay, so that it closes on the first of January of the
    year that is kept: how long things took stays exact, when they happened does not.
    """
    found = traits_of([case.id for case in cases])
    whose = [case.company_id or case.person_id for case in cases]
    results = coarsen([found[case.id] for case in cases], kept_traits(), whose)
    delays: dict[object, timedelta] = {}
    for case, (traits, level) in zip(cases, results, strict=True):
        assert case.closed_at is not None
        db.session.add(_remains(case, traits, level))
        delays[case.id] = closing_of(traits) - case.closed_at
    _keep_proofs(cases, durations)
    db.session.flush()
    hooks.fire("cases_anonymised", delays)
    for case in cases:
        _forget(case, delays[case.id])
        journal.record(case, "case.anonymised", by=SYSTEM)
        owner = case.lead_seat.organisation_id
        note_erasures(Kind.CASE, durations.of(Kind.CASE, owner), [(case.id, owner)])
    db.session.expire_all()


def closing_of(traits: Traits) -> datetime:
    """The instant at which an anonymised case is said to be closed."""
    return datetime(traits.closed_year or NO_YEAR, 1, 1, 12, tzinfo=UTC)


def _remains(case: CaseFile, traits: Traits, level: int) -> CaseRemains:
    return CaseRemains(
        case_id=case.id,
        department=traits.department,
        region=traits.region,
        naf_section=traits.naf_section,
        headcount_band=traits.headcount_band,
        closed_year=traits.closed_year,
        level=level,
    )


def _forget(case: CaseFile, delay: timedelta) -> None:
    """The case itself: whom it was about, who followed it, its number."""
    nobody = {
        "company_id": None,
        "person_id": None,
        "lead_member_id": None,
        "paused_until": None,
        "paused_reason": None,
        "second_reason": None,
        "reference": func.concat("A-", cast(CaseFile.id, String)),
    }
    values = {**moved(CaseFile, delay), **nobody, "anonymised_at": clock.now()}
    db.session.execute(
        update(CaseFile).where(CaseFile.id == case.id).values(**values),
        execution_options={"synchronize_session": False},
    )


def _keep_proofs(cases: Sequence[CaseFile], durations: Durations) -> None:
    """Agreements may be opposed for longer than their case stands: kept apart, without a link."""
    by_id = {case.id: case for case in cases}
    for basis in agreements_of(list(by_id)):
        case, owner = by_id[basis.case_id], basis.recorded_seat.organisation_id
        ended = ending_of(basis, case)
        if not durations.is_due(Kind.AGREEMENT, ended, clock.now(), owner):
            db.session.add(_proof(basis, concerns=_concerns(case), ended_at=ended, owner=owner))


def ending_of(basis: LegalBasis, case: CaseFile) -> datetime:
    """When an agreement ended: withdrawn, never confirmed, else with its case."""
    ended = basis.withdrawn_at or basis.valid_until or case.closed_at
    assert ended is not None
    return ended


COPIED = (
    *("given_by", "about", "sent_to", "reason", "given_at", "confirmed_at", "withdrawn_at"),
    *("withdrawn_by", "seat_ids", "sections", "kind", "mode", "permission"),
)


def _proof(
    basis: LegalBasis, *, concerns: str, ended_at: datetime, owner: object
) -> AgreementProof:
    copied: Mapping[str, object] = {name: getattr(basis, name) for name in COPIED}
    return AgreementProof(**copied, concerns=concerns, ended_at=ended_at, organisation_id=owner)


def _concerns(case: CaseFile) -> str:
    """The company and the person, in words."""
    company, person = case.company, case.person
    words = (
        company.name if company else "",
        company.siren if company else "",
        person.full_name if person else "",
    )
    return " · ".join(word for word in words if word)
