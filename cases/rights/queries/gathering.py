"""What a seat reads of a case, gathered for the copy that is given to its person.

Each part is read with the actor's own rights; health is left out whatever the actor reads
(``domain.md`` §5: it travels in its own channel, and is asked of whoever received it).
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from app.actors import Actor, ActorKind, Side
from app.days_off import PARIS
from app.db import db
from app.journal import JournalEvent
from cases.casework import queries as casework
from cases.casework.enums import READINGS, Section
from cases.casework.models import (
    Assessment,
    CaseAction,
    CaseChange,
    CaseFile,
    LegalBasis,
    Participation,
    TimelineEntry,
)
from cases.referrals.models import Need, Referral
from cases.referrals.queries.needs import list_needs
from partners.organisations.enums import Subject
from partners.organisations.models import Organisation, Seat

#: More lines than any case has: the copy is whole, and bounded.
LONGEST = 5_000


@dataclass(frozen=True)
class Reading:
    """Readings of one page in one day by one seat; nobody when the person read by their link."""

    day: date
    action: str
    organisation: str | None
    side: Side | None
    times: int


@dataclass(frozen=True)
class Held:
    """What the platform holds of a case, as one seat reads it; names of seats by identifier."""

    case: CaseFile
    changes: Sequence[CaseChange]
    needs: Sequence[Need]
    referrals: Sequence[Referral]
    assessments: Sequence[Assessment]
    agreements: Sequence[LegalBasis]
    participations: Sequence[Participation]
    entries: Sequence[TimelineEntry]
    actions: Sequence[CaseAction]
    readings: Sequence[Reading]
    seats: dict[uuid.UUID, Seat]


def gather(case_id: uuid.UUID, actor: Actor) -> Held:
    """Everything the actor's seat reads of a case but health. Raises NotVisible."""
    case = casework.get_case(case_id, actor)
    needs = [one for one in list_needs(case_id, actor) if one.subject is not Subject.HEALTH]
    agreements = [
        one for one in casework.list_bases(case_id, actor) if Section.HEALTH not in one.sections
    ]
    sealed = _sealed_ids(case_id)
    entries = casework.list_entries(case_id, actor, limit=LONGEST)
    return Held(
        case=case,
        changes=casework.list_changes(case_id, actor),
        needs=needs,
        referrals=[
            one for need in needs for one in need.referrals if one.subject is not Subject.HEALTH
        ],
        assessments=casework.list_assessments(case_id, actor),
        agreements=agreements,
        participations=casework.list_participations(case_id, actor),
        entries=[one for one in entries if one.object_id not in sealed],
        actions=casework.list_actions(case_id, actor),
        readings=list_readings(case_id, sealed),
        seats=casework.seats_by_id(one for basis in agreements for one in basis.seat_ids),
    )


def list_readings(case_id: uuid.UUID, sealed: set[uuid.UUID]) -> list[Reading]:
    """Who opened what, day by day and by seat, the latest first; rows come for the lead only."""
    day = func.date(func.timezone(PARIS, JournalEvent.at))
    statement = (
        select(day, JournalEvent.action, Organisation.name, Seat.side, func.count())
        .outerjoin(Seat, Seat.id == JournalEvent.seat_id)
        .outerjoin(Organisation, Organisation.id == Seat.organisation_id)
        .where(JournalEvent.case_id == case_id, JournalEvent.action.in_(READINGS))
        .where(JournalEvent.principal.in_((ActorKind.MEMBER, ActorKind.LINK)))
        .where(JournalEvent.object_id.not_in(sealed))
        .group_by(day, JournalEvent.action, Organisation.name, Seat.side)
        .order_by(day.desc(), Organisation.name, JournalEvent.action)
        .limit(LONGEST)
    )
    return [Reading(*row) for row in db.session.execute(statement)]


def _sealed_ids(case_id: uuid.UUID) -> set[uuid.UUID]:
    """Referrals and agreements on health that the acting seat may read, hence must leave out."""
    referrals = select(Referral.id).where(
        Referral.case_id == case_id, Referral.subject == Subject.HEALTH
    )
    bases = select(LegalBasis.id).where(
        LegalBasis.case_id == case_id, LegalBasis.sections.contains([Section.HEALTH.value])
    )
    return {*db.session.scalars(referrals), *db.session.scalars(bases)}
