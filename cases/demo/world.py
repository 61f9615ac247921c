"""Everything the stories of the demonstration happen in: days, partners, companies, rows."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from app import clock
from app.actors import Side
from cases.demo.companies import Firm
from cases.demo.organisations import Partner
from cases.demo.rows import Rows
from cases.referrals.commands.sending import ANSWER_HOURS
from cases.referrals.routing import covering_unit, holds
from cases.referrals.rules.gate import can_receive
from partners.organisations.enums import OrganisationKind, RuleEffect, RuleField, Subject
from partners.organisations.models import Unit
from partners.organisations.opening import calendar_of_unit

#: Who opens cases.
LEADING = frozenset(
    {
        OrganisationKind.URSSAF,
        OrganisationKind.CCI,
        OrganisationKind.CMA,
        OrganisationKind.ASSOCIATION,
        OrganisationKind.ESS_NETWORK,
        OrganisationKind.DREETS,
    }
)
#: Nothing of theirs is late or due within days: what was just sent to them comes first.
UNHURRIED = frozenset({"entraide"})
#: Volunteers promise an answer within five working days.
VOLUNTEERS_HOURS = 120
WAITING_BY_SEAT, WAITING_OF = 2, {"urssaf-aquitaine": 5, "entraide": 3, "cci-aquitaine": 3}
Facts = dict[RuleField, Any]


@dataclass
class World:
    """``now`` is the last instant at which something may have happened.

    ``in_trays`` says how many referrals each seat should still find waiting.
    """

    today: date
    now: datetime
    partners: list[Partner]
    rows: Rows
    firms: list[Firm] = field(default_factory=list)
    in_trays: dict[UUID, int] = field(default_factory=dict)
    _calendars: dict[UUID, clock.WorkingCalendar] = field(default_factory=dict)

    def receivers(
        self, subject: Subject, commune_code: str, facts: Facts, without: Iterable[UUID]
    ) -> list[tuple[Partner, Unit]]:
        """Seats that may be asked for this, with the unit that covers the place."""
        left_out = set(without)
        return [
            (one, unit)
            for one in self.partners
            if one.serves(subject) and one.seat.id not in left_out and one.workers
            if can_receive(subject, one.organisation.kind) and _claims_only_debts(one, subject)
            if (unit := self.unit_for(one, commune_code)) and _is_fit(one, facts)
        ]

    def leads(self, commune_code: str, facts: Facts) -> list[Partner]:
        """Seats that could open a case there."""
        return [
            one
            for one in self.partners
            if one.organisation.kind in LEADING and one.seat.side is Side.AID and one.workers
            if self.unit_for(one, commune_code) and _is_fit(one, facts)
        ]

    def waited_for(self, commune_code: str, facts: Facts, without: Iterable[UUID]) -> list[Partner]:
        """Seats that could be asked for something there and whose tray is not full yet."""
        left_out = set(without)
        return [
            one
            for one in self.partners
            if self.in_trays.get(one.seat.id, 0) > 0 and one.seat.id not in left_out
            if self.unit_for(one, commune_code) and _is_fit(one, facts)
        ]

    def unit_for(self, partner: Partner, commune_code: str) -> Unit | None:
        """The unit that covers a commune."""
        return covering_unit(partner.units, commune_code)[0]

    def answer_hours(self, partner: Partner) -> int:
        """What the partner promises, in working hours."""
        is_volunteer = partner.organisation.kind is OrganisationKind.ASSOCIATION
        return VOLUNTEERS_HOURS if is_volunteer else ANSWER_HOURS

    def answer_by(self, partner: Partner, unit: Unit, sent_at: datetime) -> datetime:
        """When the answer to a referral is due."""
        if unit.id not in self._calendars:
            self._calendars[unit.id] = calendar_of_unit(unit)
        hours = self.answer_hours(partner)
        return clock.add_working_hours(sent_at, hours, self._calendars[unit.id])


def fill_trays(world: World) -> None:
    """How many referrals should wait for each seat."""
    for one in world.partners:
        if one.workers and one.services:
            world.in_trays[one.seat.id] = WAITING_OF.get(one.key, WAITING_BY_SEAT)


def _is_fit(partner: Partner, facts: Facts) -> bool:
    """No rule of the partner bars the company."""
    required = (rule for rule in partner.rules if rule.effect is RuleEffect.REQUIRE)
    return all(holds(rule, facts) is not False for rule in required)


def _claims_only_debts(partner: Partner, subject: Subject) -> bool:
    """The recovery side is asked for delays and for nothing else."""
    is_debt = subject in (Subject.SOCIAL_DEBTS, Subject.TAX_DEBTS)
    return partner.seat.side is Side.AID or is_debt
