"""Partners of the demonstration: organisations, seats, units, services and routing rules."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from app.actors import CASE_ROLES, Side
from app.days_off import PARIS
from app.folding import fold
from cases.demo.people import Member, hire
from cases.demo.randomness import Dice
from cases.demo.rows import Rows
from cases.demo.texts import content
from partners.organisations.enums import (
    OrganisationKind,
    RuleEffect,
    RuleField,
    RuleOperator,
    Subject,
    TerritoryKind,
    UnitLevel,
)
from partners.organisations.models import (
    OpeningPeriod,
    Organisation,
    RoutingRule,
    Seat,
    Service,
    Unit,
    UnitTerritory,
)
from partners.organisations.rules import COUNTRY_CODE

#: How a note calls a partner of this kind; the others are called by their name.
CALLED = {
    OrganisationKind.URSSAF: "l’Urssaf",
    OrganisationKind.CCI: "la CCI",
    OrganisationKind.CMA: "la chambre de métiers",
    OrganisationKind.ACCOUNTANCY: "le cabinet comptable",
    OrganisationKind.DREETS: "la DREETS",
    OrganisationKind.BANQUE_DE_FRANCE: "la Banque de France",
    OrganisationKind.DGFIP: "le service des impôts",
    OrganisationKind.MEDIATION_BODY: "le Médiateur des entreprises",
    OrganisationKind.LOCAL_AUTHORITY: "l’agglomération",
}


@dataclass
class Partner:
    """A seat with everything that the stories need of its organisation."""

    key: str
    organisation: Organisation
    seat: Seat
    units: list[Unit] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)
    rules: list[RoutingRule] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)

    @property
    def workers(self) -> list[Member]:
        """Members whose role reads cases."""
        return [one for one in self.members if one.role in CASE_ROLES]

    @property
    def called(self) -> str:
        """As a note names it."""
        return CALLED.get(self.organisation.kind, self.organisation.name)

    def serves(self, subject: Subject) -> bool:
        """Does it offer a service on this subject?"""
        return any(one.subject is subject for one in self.services)


def make_partners(rows: Rows, at: datetime) -> list[Partner]:
    """Every seat, its people hired; ``at`` is the day they all came to the platform."""
    file = content("organisations")
    found: list[Partner] = []
    for facts in file["organisation"]:
        found += make_organisation(facts, file["hours"], rows, at)
    return found


def make_organisation(
    facts: dict[str, Any], hours: dict[str, Any], rows: Rows, at: datetime
) -> Iterator[Partner]:
    """One organisation as the file tells it: a partner for each of its seats."""
    dice = Dice(f"organisation:{facts['key']}")
    organisation = rows.add(
        Organisation(
            id=dice.identifier(at),
            kind=OrganisationKind(facts["kind"]),
            name=facts["name"],
            folded_name=fold(facts["name"]),
            purpose=facts["purpose"],
            phone=f"0199{dice.between(0, 999999):06}",
            email=f"contact@{facts['key']}.example",
            website=f"https://{facts['key']}.example",
            is_active=True,
            checked_at=at + timedelta(days=dice.between(30, 300)),
            created_at=at,
        )
    )
    units = [_unit(organisation, one, hours, dice, rows, at) for one in facts["units"]]
    services = [_service(organisation, one, dice, rows, at) for one in facts.get("services", ())]
    rules = [_rule(organisation, one, dice, rows, at) for one in facts.get("rules", ())]
    for side in Side:
        if staff := facts["staff"].get(side.value):
            seat = Seat(id=dice.identifier(at), organisation_id=organisation.id, side=side)
            seat.organisation = organisation
            partner = Partner(facts["key"], organisation, rows.add(seat), units, services, rules)
            partner.members = hire(facts["key"], organisation, seat, units, staff, rows, at)
            yield partner


def _unit(
    organisation: Organisation,
    facts: dict[str, Any],
    hours: dict[str, Any],
    dice: Dice,
    rows: Rows,
    at: datetime,
) -> Unit:
    made = Unit(
        id=dice.identifier(at),
        organisation_id=organisation.id,
        level=UnitLevel(facts["level"]),
        name=facts["name"],
        address=f"{dice.between(1, 90)} {dice.pick(content('names')['streets'])}",
        commune_code=facts["commune"],
        phone=organisation.phone,
        email=organisation.email,
        zone=facts.get("zone", PARIS),
        is_active=True,
        created_at=at,
    )
    made.territories = [_place(made, one, dice, at) for one in facts["places"]]
    made.opening_periods = list(_periods(made, hours[facts["hours"]], dice, at))
    for row in (made, *made.territories, *made.opening_periods):
        rows.add(row)
    return made


def _place(unit: Unit, text: str, dice: Dice, at: datetime) -> UnitTerritory:
    kind, _, code = text.partition(":")
    return UnitTerritory(
        id=dice.identifier(at),
        unit_id=unit.id,
        kind=TerritoryKind(kind),
        code=code or COUNTRY_CODE,
    )


def _periods(
    unit: Unit, hours: dict[str, Any], dice: Dice, at: datetime
) -> Iterator[OpeningPeriod]:
    for day in hours["days"]:
        for opens, closes in hours["periods"]:
            yield OpeningPeriod(
                id=dice.identifier(at),
                unit_id=unit.id,
                weekday=day,
                opens_at=time.fromisoformat(opens),
                closes_at=time.fromisoformat(closes),
            )


def _service(
    organisation: Organisation, facts: list[str], dice: Dice, rows: Rows, at: datetime
) -> Service:
    subject, name, description = facts
    return rows.add(
        Service(
            id=dice.identifier(at),
            organisation_id=organisation.id,
            unit_id=None,
            subject=Subject(subject),
            name=name,
            description=description,
            is_active=True,
            checked_at=at + timedelta(days=dice.between(30, 300)),
            created_at=at,
        )
    )


def _rule(
    organisation: Organisation, facts: dict[str, Any], dice: Dice, rows: Rows, at: datetime
) -> RoutingRule:
    return rows.add(
        RoutingRule(
            id=dice.identifier(at),
            organisation_id=organisation.id,
            unit_id=None,
            field=RuleField(facts["field"]),
            operator=RuleOperator(facts["operator"]),
            value=facts.get("value"),
            effect=RuleEffect(facts["effect"]),
            weight=facts.get("weight", 10),
            reason=facts["reason"],
            source=facts.get("source", ""),
            created_at=at,
        )
    )
