"""One case while it is being told: who took part when, what was said, what may still happen."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from app.actors import Actor, ActorKind, Side
from app.journal import JournalEvent
from app.reference.models import Commune
from cases.casework.enums import Audience, CaseStatus, EntryKind, Phase
from cases.casework.models import Assessment, CaseFile, Participation, TimelineEntry
from cases.demo.companies import Firm
from cases.demo.organisations import Partner
from cases.demo.people import Member
from cases.demo.randomness import Dice
from cases.demo.texts import Voice
from cases.demo.world import World
from cases.referrals.routing import facts_of
from partners.organisations.enums import Subject


@dataclass
class Stay:
    """A seat in the case, from its arrival to its departure."""

    partner: Partner
    member: Member
    participation: Participation

    def is_in(self, at: datetime) -> bool:
        """Did it take part at that instant?"""
        row = self.participation
        return row.started_at <= at and (row.ended_at is None or at < row.ended_at)


@dataclass
class Story:
    """``end`` is the closing, or the present."""

    world: World
    number: int
    dice: Dice
    firm: Firm
    case: CaseFile
    voice: Voice
    end: datetime
    first_phase: Phase = Phase.ANTICIPATION
    stays: list[Stay] = field(default_factory=list)
    subjects: list[Subject] = field(default_factory=list)
    assessments: list[Assessment] = field(default_factory=list)

    @property
    def lead(self) -> Stay:
        """The first lead, who opened the case."""
        return self.stays[0]

    @property
    def commune(self) -> Commune:
        """Where the company is."""
        return self.firm.commune

    @property
    def is_open(self) -> bool:
        """Not closed today."""
        return self.case.status is not CaseStatus.CLOSED

    def facts(self, phase: Phase | None = None) -> dict[Any, Any]:
        """What a routing rule looks at."""
        wanted = phase or self.case.phase
        return facts_of(wanted, self.firm.company, None, self.world.today)

    def present(self, at: datetime) -> list[Stay]:
        """Who took part at that instant."""
        return [stay for stay in self.stays if stay.is_in(at)]

    def helping(self, at: datetime) -> list[Stay]:
        """Those of the aid side."""
        return [stay for stay in self.present(at) if stay.partner.seat.side is Side.AID]

    def seat_ids(self) -> Iterator[UUID]:
        """Every seat that ever took part."""
        return (stay.partner.seat.id for stay in self.stays)

    def tell(
        self,
        kind: EntryKind,
        body: str,
        at: datetime,
        member: Member | None,
        *,
        audience: Audience = Audience.ALL,
        object_id: UUID | None = None,
    ) -> TimelineEntry:
        """A line of the timeline."""
        author = member or self.lead.member
        return self.world.rows.add(
            TimelineEntry(
                id=self.dice.identifier(at),
                case_id=self.case.id,
                kind=kind,
                audience=audience,
                seat_id=author.seat.id,
                author_id=author.membership.id,
                body=body,
                happened_at=at,
                object_id=object_id,
                created_at=at,
            )
        )

    def record(
        self, action: str, obj: Any, at: datetime, member: Member | None, **details: Any
    ) -> None:
        """A line of the journal; by the system when there is no member."""
        kind = ActorKind.MEMBER if member else ActorKind.SYSTEM
        self.world.rows.add(
            JournalEvent(
                id=self.dice.identifier(at),
                at=at,
                principal=kind,
                user_id=member.user.id if member else None,
                seat_id=member.seat.id if member else None,
                action=action,
                object_type=obj.__tablename__,
                object_id=obj.id,
                case_id=self.case.id,
                details=details,
            )
        )


def actor_of(member: Member) -> Actor:
    """The member, as the functions of the product know them."""
    return Actor(
        kind=ActorKind.MEMBER,
        user_id=member.user.id,
        membership_id=member.membership.id,
        seat_id=member.seat.id,
        organisation_id=member.organisation.id,
        unit_id=member.membership.unit_id,
        side=member.seat.side,
        role=member.role,
        user_name=member.user.full_name,
        organisation_name=member.organisation.name,
        organisation_kind=member.organisation.kind.value,
    )
