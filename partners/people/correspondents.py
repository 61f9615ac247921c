"""Who answers for a service: the members named for it, and their deputies while they are away.

Handles the hook ``service_correspondents``, because organisations do not know people.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import aliased, contains_eager

from app import clock
from app.db import db
from partners.people.models import Absence, Correspondent, Membership


@dataclass(frozen=True)
class CorrespondentLine:
    """A correspondent as the directory shows it; ``absence`` holds while away."""

    membership_id: uuid.UUID
    name: str
    job_title: str
    phone: str
    email: str
    absence: Absence | None = None

    @property
    def is_away(self) -> bool:
        """Absent today."""
        return self.absence is not None

    @property
    def deputy_name(self) -> str:
        """Who answers meanwhile; empty for nobody."""
        deputy = self.absence.deputy if self.absence else None
        return deputy.user.full_name if deputy else ""


def correspondents_of(
    service_ids: Collection[uuid.UUID],
) -> dict[uuid.UUID, list[CorrespondentLine]]:
    """Correspondents by service, active members only, by name: one statement."""
    found: dict[uuid.UUID, list[CorrespondentLine]] = {}
    for row, absence in _named_for(service_ids):
        found.setdefault(row.service_id, []).append(_line(row.membership, absence))
    return found


def _named_for(service_ids: Collection[uuid.UUID]) -> list[tuple[Correspondent, Absence | None]]:
    """Who is named, by name, with the absence that holds today (the one that ends last)."""
    if not service_ids:
        return []
    away, deputy = is_away_on(clock.today()), aliased(Membership)
    statement = (
        select(Correspondent, Absence)
        .join(Correspondent.membership)
        .join(Membership.user)
        .outerjoin(Absence, and_(Absence.membership_id == Membership.id, away))
        .outerjoin(deputy, Absence.deputy_id == deputy.id)
        .where(Correspondent.service_id.in_(service_ids), Membership.ended_at.is_(None))
        .options(
            contains_eager(Correspondent.membership).contains_eager(Membership.user),
            contains_eager(Absence.deputy.of_type(deputy)).joinedload(deputy.user),
        )
        .order_by(Absence.ends_on)
    )
    named = {row.id: (row, absence) for row, absence in db.session.execute(statement)}
    return sorted(named.values(), key=lambda found: found[0].membership.user.folded_name)


def is_away_on(day: date) -> ColumnElement[bool]:
    """The absence of the row holds on this day."""
    return and_(Absence.starts_on <= day, Absence.ends_on >= day)


def absences_today(membership_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Absence]:
    """The absence that holds today by membership, with its deputy's name."""
    if not membership_ids:
        return {}
    deputy = aliased(Membership)
    statement = (
        select(Absence)
        .outerjoin(deputy, Absence.deputy_id == deputy.id)
        .where(Absence.membership_id.in_(membership_ids), is_away_on(clock.today()))
        .options(contains_eager(Absence.deputy.of_type(deputy)).joinedload(deputy.user))
        .order_by(Absence.ends_on)
    )
    return {absence.membership_id: absence for absence in db.session.scalars(statement)}


def _line(membership: Membership, absence: Absence | None) -> CorrespondentLine:
    user = membership.user
    return CorrespondentLine(
        membership_id=membership.id,
        name=user.full_name,
        job_title=membership.job_title,
        phone=user.phone,
        email=user.email,
        absence=absence,
    )


def list_correspondents(service_id: uuid.UUID) -> list[Correspondent]:
    """Rows that name the correspondents of a service, former members included."""
    statement = select(Correspondent).where(Correspondent.service_id == service_id)
    return list(db.session.scalars(statement))
