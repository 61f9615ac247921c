"""What is known of the cases that are due, and what was kept of earlier ones."""

import uuid
from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from app.days_off import PARIS
from app.db import db
from app.reference.models import Commune
from cases.casework.enums import CaseStatus
from cases.casework.models import CaseFile, LegalBasis
from cases.companies.models import Company, Person
from cases.retention.anonymity import Traits, section_of
from cases.retention.models import CaseRemains
from partners.organisations.models import Seat

KEPT = (
    CaseRemains.department,
    CaseRemains.region,
    CaseRemains.naf_section,
    CaseRemains.headcount_band,
    CaseRemains.closed_year,
)


def traits_of(case_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Traits]:
    """The traits of closed cases, as fine as they are known."""
    commune = func.coalesce(Company.commune_code, Person.commune_code)
    statement = (
        select(
            CaseFile.id,
            CaseFile.closed_at,
            Company.naf,
            Company.headcount_band,
            Commune.department_code,
            Commune.region_code,
        )
        .outerjoin(Company, Company.id == CaseFile.company_id)
        .outerjoin(Person, Person.id == CaseFile.person_id)
        .outerjoin(Commune, Commune.code == commune)
        .where(CaseFile.id.in_(case_ids))
    )
    return {row.id: _traits(row) for row in db.session.execute(statement)}


def _traits(row: Any) -> Traits:
    return Traits(
        department=row.department_code,
        region=row.region_code,
        naf_section=section_of(row.naf),
        headcount_band=row.headcount_band,
        closed_year=year_of(row.closed_at),
    )


def year_of(instant: datetime) -> int:
    """The year in Paris."""
    return instant.astimezone(ZoneInfo(PARIS)).year


def kept_traits() -> Counter[Traits]:
    """How many anonymised cases were left with each set of traits."""
    found = db.session.execute(select(*KEPT, func.count()).group_by(*KEPT))
    return Counter({Traits(*row[:5]): row[5] for row in found})


def lock_cases(statement: Any, limit: int) -> list[CaseFile]:
    """A batch of closed cases, oldest first, for this transaction; company and person loaded."""
    locked = select(CaseFile).where(CaseFile.id.in_(statement))
    locked = locked.options(
        joinedload(CaseFile.company),
        joinedload(CaseFile.person),
        joinedload(CaseFile.lead_seat).load_only(Seat.organisation_id),
    )
    ordered = locked.order_by(CaseFile.closed_at, CaseFile.id).limit(limit)
    return list(db.session.scalars(ordered.with_for_update(of=CaseFile, skip_locked=True)))


def agreements_of(case_ids: Collection[uuid.UUID]) -> list[LegalBasis]:
    """The agreements of cases, with who recorded them."""
    statement = select(LegalBasis).where(LegalBasis.case_id.in_(case_ids))
    return list(db.session.scalars(statement.options(joinedload(LegalBasis.recorded_seat))))


def closed_among(case_ids: Collection[uuid.UUID]) -> Select[uuid.UUID]:
    """Those of these cases that are closed and not anonymised."""
    is_closed = CaseFile.status == CaseStatus.CLOSED
    return _standing(case_ids).where(is_closed)


def open_among(case_ids: Collection[uuid.UUID]) -> Select[uuid.UUID]:
    """Those of these cases that are not closed."""
    return _standing(case_ids).where(CaseFile.status != CaseStatus.CLOSED)


def _standing(case_ids: Collection[uuid.UUID]) -> Select[uuid.UUID]:
    named = CaseFile.id.in_(case_ids)
    return select(CaseFile.id).where(named, CaseFile.anonymised_at.is_(None))
