"""Cases closed long ago, told in words found nowhere else, and their neighbours."""

from datetime import datetime, timedelta
from typing import Any

from app import clock
from cases.casework.enums import CaseStatus, Outcome
from cases.casework.models import CaseFile
from partners.organisations.models import Seat
from partners.people.models import Membership
from tests.factories.casework import make_case
from tests.factories.companies import make_company
from tests.factories.people import make_member
from tests.support.acting import seeding

FOUR_YEARS = timedelta(days=4 * 366)


def make_closed_case(
    member: Membership | None = None,
    closed_at: datetime | None = None,
    company: dict[str, Any] | None = None,
    **more: Any,
) -> CaseFile:
    """A case closed four years ago, on a company of its own (in Bordeaux, restaurants, 1 or 2)."""
    member = member or make_member()
    closed_at = closed_at or clock.now() - FOUR_YEARS
    facts = {"naf": "56.10A", "headcount_band": "01", **(company or {})}
    return make_case(
        member,
        make_company(Seat(id=member.seat_id), **facts),
        status=CaseStatus.CLOSED,
        outcome=Outcome.RECOVERED,
        opened_at=closed_at - timedelta(days=100),
        moved_at=closed_at,
        created_at=closed_at - timedelta(days=100),
        closed_at=closed_at,
        **more,
    )


def close(case: CaseFile, closed_at: datetime) -> None:
    """A case of the world, closed then: what was in it stays."""
    with seeding() as session:
        kept = session.get_one(CaseFile, case.id)
        kept.status, kept.outcome, kept.closed_at = CaseStatus.CLOSED, Outcome.SOLD, closed_at
