"""Until when a record is kept, how much one run may erase, who decides. Pure."""

import calendar
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.actors import Actor, Side
from app.reference.models import RetentionRule
from cases.retention.enums import Kind
from partners.organisations.rules import can_run_organisation, runs_platform

SHORTEST_REASON = 20


@dataclass(frozen=True)
class Duration:
    """How long: months of the calendar, then days."""

    months: int = 0
    days: int = 0

    def before(self, now: datetime) -> datetime:
        """The instant so long before ``now``: what happened earlier is past its time.

        The 31st becomes the last day of a shorter month.
        """
        index = now.year * 12 + now.month - 1 - self.months
        year, month = divmod(index, 12)
        day = min(now.day, calendar.monthrange(year, month + 1)[1])
        return now.replace(year=year, month=month + 1, day=day) - timedelta(days=self.days)


@dataclass(frozen=True)
class Durations:
    """The durations in force: defaults by kind, and what organisations reduced.

    ``reduced`` maps a kind to months by organisation. It only shortens: a reduction longer than the
    default counts for nothing.
    """

    defaults: Mapping[Kind, Duration]
    reduced: Mapping[Kind, Mapping[uuid.UUID, int]] = field(default_factory=dict)

    def of(self, kind: Kind, organisation_id: uuid.UUID | None = None) -> Duration:
        """How long this organisation keeps a kind of record."""
        usual = self.defaults[kind]
        own = self.reduced.get(kind, {}).get(organisation_id) if organisation_id else None
        return usual if own is None or own >= usual.months else Duration(own)

    def is_due(
        self,
        kind: Kind,
        since: datetime | None,
        now: datetime,
        organisation_id: uuid.UUID | None = None,
    ) -> bool:
        """Is a record that began to count at ``since`` past its time? Never before it counts."""
        return since is not None and since < self.of(kind, organisation_id).before(now)


@dataclass(frozen=True)
class Ceiling:
    """What one run may erase by itself: so many, or this share of what is there."""

    least: int
    percent: int

    def allowed(self, total: int) -> int:
        """How many of ``total``."""
        return max(self.least, total * self.percent // 100)

    def stops(self, due: int, total: int) -> bool:
        """Must a human look first?"""
        return due > self.allowed(total)


#: Kinds that cannot be made again. A clock set wrong, a duration typed wrong or a state lost would
#: show as more than this. The others are technical traces, which come and go by themselves.
CEILINGS: dict[Kind, Ceiling] = {
    **dict.fromkeys((Kind.CASE, Kind.COMPANY, Kind.PERSON, Kind.FORMER_MEMBER), Ceiling(20, 5)),
    **dict.fromkeys((Kind.AGREEMENT, Kind.ACCESS_REQUEST), Ceiling(50, 10)),
    Kind.JOURNAL: Ceiling(10_000, 50),
}


def can_reduce(actor: Actor, organisation_id: uuid.UUID, rule: RetentionRule) -> bool:
    """May this member shorten a duration? Its manager, on the helping side, or the administration.

    The helping side leads the cases: the recovery side does not decide how long they last.
    """
    if rule.least_months is None or not can_run_organisation(actor, organisation_id):
        return False
    return runs_platform(actor) or actor.side is Side.AID


def is_within(rule: RetentionRule, months: int) -> bool:
    """Is this reduction between the floor and the default?"""
    return rule.least_months is not None and rule.least_months <= months <= rule.months


def can_extend(actor: Actor) -> bool:
    """The journal may be kept longer by the administration of the platform only."""
    return runs_platform(actor)
