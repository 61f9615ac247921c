"""*À qui adresser*: partners ranked for a need, each with its reasons in plain words. Pure.

Rules are data of the directory (``RoutingRule``): ``require`` bars where it fails, ``prefer`` ranks
higher where it holds. A fact nobody knows neither bars nor prefers: it is shown as to be checked.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from app.reference.labels import headcount_bounds
from app.reference.models import Commune
from app.web.formatting import datetime_near, number, plural
from cases.casework.enums import Phase
from cases.companies.models import Company
from cases.referrals.rules.gate import can_receive
from partners.organisations.enums import (
    RuleEffect,
    RuleField,
    RuleOperator,
    Subject,
    TerritoryKind,
)
from partners.organisations.models import RoutingRule, Seat, Service, Unit
from partners.organisations.opening import is_open_at, next_opening
from partners.organisations.rules import places_holding
from partners.people.correspondents import CorrespondentLine

#: Points by the precision of the territory that covers the place.
PRECISION = {
    TerritoryKind.COMMUNE: 30,
    TerritoryKind.DEPARTEMENT: 25,
    TerritoryKind.REGION: 15,
    TerritoryKind.COUNTRY: 8,
}
COVERS = {
    TerritoryKind.COMMUNE: "Couvre la commune",
    TerritoryKind.DEPARTEMENT: "Couvre le département",
    TerritoryKind.REGION: "Couvre la région",
    TerritoryKind.COUNTRY: "Intervient dans toute la France",
}
OPEN_NOW, TO_CHECK, AWAY, REPLACED, KNOWN = 5, -5, -15, -3, -20
MOST_LOAD, MOST_DAYS = 20, 5
OUT_OF_TERRITORY = "Hors territoire"

Range = tuple[float, float]


@dataclass(frozen=True)
class Question:
    """What is asked: a subject, a place, facts on the company by the field a rule looks at.

    A number is a pair, lowest and highest; a field that is absent is unknown.
    """

    subject: Subject
    commune_code: str | None = None
    facts: Mapping[RuleField, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Partner:
    """A seat that serves the subject, with what the directory says of it.

    ``units`` carry their territories and hours. ``answer_hours`` is the average answer delay.
    ``bar`` says why it cannot be asked, ``note`` what to know before asking it.
    """

    seat: Seat
    services: Sequence[Service] = ()
    units: Sequence[Unit] = ()
    rules: Sequence[RoutingRule] = ()
    correspondents: Sequence[CorrespondentLine] = ()
    open_count: int = 0
    answer_hours: float | None = None
    bar: str = ""
    note: str = ""


@dataclass(frozen=True)
class Reason:
    """One reason, as it is shown."""

    text: str
    points: float = 0
    tone: str = "neutral"


@dataclass(frozen=True)
class Candidate:
    """A partner with its reasons; ``bars`` says why it cannot be chosen, empty when it can."""

    partner: Partner
    unit: Unit | None
    reasons: tuple[Reason, ...] = ()
    bars: tuple[str, ...] = ()

    @property
    def seat(self) -> Seat:
        """Where the referral would go."""
        return self.partner.seat

    @property
    def score(self) -> float:
        """Sum of the reasons' points."""
        return sum(reason.points for reason in self.reasons)


@dataclass(frozen=True)
class Ranking:
    """Who may be asked, best first, and who not, by name."""

    candidates: tuple[Candidate, ...]
    barred: tuple[Candidate, ...]


def rank(question: Question, partners: Iterable[Partner], now: datetime) -> Ranking:
    """Rank partners for a question; equal scores go by name, so that the order never wavers."""
    judged = [judge(question, partner, now) for partner in partners]
    by_name = sorted(judged, key=lambda one: one.seat.organisation.folded_name)
    best_first = sorted(by_name, key=lambda one: -one.score)
    return Ranking(
        tuple(one for one in best_first if not one.bars),
        tuple(one for one in by_name if one.bars),
    )


def judge(question: Question, partner: Partner, now: datetime) -> Candidate:
    """One partner: the unit that covers the place, reasons for, bars against."""
    unit, kind = covering_unit(_units_of(partner), question.commune_code)
    bars = [partner.bar] if partner.bar else []
    if not can_receive(question.subject, partner.seat.organisation.kind):
        bars.append("La santé ne s’adresse qu’aux organismes de soutien psychologique et de santé")
    if question.commune_code and kind is None:
        bars.append(OUT_OF_TERRITORY)
    reasons = [_territory_reason(question, kind, unit), *_service_reasons(partner)]
    for rule in partner.rules:
        if rule.unit_id is None or (unit is not None and rule.unit_id == unit.id):
            _weigh(rule, question, reasons, bars)
    reasons += [Reason(partner.note, KNOWN, "warning")] if partner.note else []
    reasons += [*_opening_reasons(unit, now), *_people_reasons(partner), *_load_reasons(partner)]
    return Candidate(partner, unit, tuple(reasons), tuple(bars))


def covering_unit(
    units: Iterable[Unit], commune_code: str | None
) -> tuple[Unit | None, TerritoryKind | None]:
    """The unit that covers a commune most closely, and how; any unit when the place is unknown."""
    open_units = [unit for unit in units if unit.is_active]
    if commune_code is None:
        return (open_units[0] if open_units else None), None
    places = set(places_holding(commune_code))
    found = [
        (PRECISION[one.kind], index, one.kind)
        for index, unit in enumerate(open_units)
        for one in unit.territories
        if (one.kind, one.code) in places
    ]
    if not found:
        return None, None
    _, index, kind = max(found, key=lambda one: (one[0], -one[1]))
    return open_units[index], kind


def holds(rule: RoutingRule, facts: Mapping[RuleField, Any]) -> bool | None:
    """Is the condition met? None when the fact is unknown."""
    fact = facts.get(rule.field)
    if fact is None:
        return None
    match rule.operator:
        case RuleOperator.IS_TRUE | RuleOperator.IS_FALSE:
            return bool(fact) is (rule.operator is RuleOperator.IS_TRUE)
        case RuleOperator.BELOW:
            return _compare(fact, float(rule.value), is_below=True)
        case RuleOperator.ABOVE:
            return _compare(fact, float(rule.value), is_below=False)
        case RuleOperator.STARTS_WITH:
            return any(_bare(fact).startswith(_bare(start)) for start in rule.value)
        case _:
            is_one = _bare(fact) in {_bare(one) for one in rule.value}
            return is_one is (rule.operator is RuleOperator.ONE_OF)


def facts_of(
    phase: Phase,
    company: Company | None,
    budget_euros: int | None,
    today: date,
) -> dict[RuleField, Any]:
    """What is known of a company, by the field that a rule looks at."""
    known: dict[RuleField, Any] = {RuleField.PHASE: phase.value}
    if budget_euros is not None:
        known[RuleField.BUDGET_EUROS] = (budget_euros, budget_euros)
    if company is None:
        return known
    known |= {RuleField.IS_ESS: company.is_ess, RuleField.IS_CRAFT: company.is_craft}
    if company.legal_form:
        known[RuleField.LEGAL_FORM] = company.legal_form
    if company.naf:
        known[RuleField.NAF] = company.naf
    if bounds := headcount_bounds(company.headcount_band):
        low, high = bounds
        known[RuleField.HEADCOUNT] = (low, float("inf") if high is None else high)
    if company.created_on:
        months = (today.year - company.created_on.year) * 12 + today.month
        age = months - company.created_on.month
        known[RuleField.AGE_MONTHS] = (age, age)
    return known


def place_of(commune: Commune | None) -> str:
    """Name of the place, in words."""
    return commune.name if commune else "commune inconnue"


def _units_of(partner: Partner) -> list[Unit]:
    """Units that serve the subject: all of them when one service is the whole organisation's."""
    only = {service.unit_id for service in partner.services}
    if not only or None in only:
        return list(partner.units)
    return [unit for unit in partner.units if unit.id in only]


def _weigh(rule: RoutingRule, question: Question, reasons: list[Reason], bars: list[str]) -> None:
    answer = holds(rule, question.facts)
    if rule.effect is RuleEffect.PREFER:
        if answer:
            reasons.append(Reason(rule.reason, rule.weight, "success"))
    elif answer is None:
        reasons.append(Reason(f"À vérifier : {rule.reason}", TO_CHECK, "warning"))
    elif answer:
        reasons.append(Reason(rule.reason, 0, "success"))
    else:
        bars.append(rule.reason)


def _territory_reason(question: Question, kind: TerritoryKind | None, unit: Unit | None) -> Reason:
    if kind is None:
        return Reason("Commune inconnue : territoire à vérifier", 0, "warning")
    return Reason(COVERS[kind], PRECISION[kind], "success")


def _service_reasons(partner: Partner) -> list[Reason]:
    return [Reason(service.name, 0, "success") for service in partner.services[:2]]


def _opening_reasons(unit: Unit | None, now: datetime) -> list[Reason]:
    if unit is None:
        return []
    if is_open_at(unit, now):
        return [Reason("Ouvert en ce moment", OPEN_NOW, "success")]
    opens = next_opening(unit, now)
    return [Reason(f"Ouvre {datetime_near(opens)}")] if opens else []


def _people_reasons(partner: Partner) -> list[Reason]:
    """Somebody must be there: an absence counts when every correspondent is away."""
    if not partner.correspondents or not all(one.is_away for one in partner.correspondents):
        return []
    first = partner.correspondents[0]
    if deputy := next((one.deputy_name for one in partner.correspondents if one.deputy_name), ""):
        return [Reason(f"{first.name} est absent·e, {deputy} répond à sa place", REPLACED)]
    until = f" jusqu’au {first.absence.ends_on:%d/%m}" if first.absence else ""
    return [Reason(f"Correspondant absent{until}", AWAY, "warning")]


def _load_reasons(partner: Partner) -> list[Reason]:
    count = partner.open_count
    points = -min(count, MOST_LOAD) / 2
    reasons = [Reason(f"{plural(count, 'orientation')} en cours", points)]
    if partner.answer_hours is not None:
        days = min(partner.answer_hours / 24, MOST_DAYS)
        reasons.append(
            Reason(f"Répond en {delay_in_words(partner.answer_hours)} en moyenne", -days)
        )
    return reasons


def delay_in_words(hours: float) -> str:
    """« 6 heures », « 2 jours »: rounded up, a promise rather than a measure."""
    if hours < 24:
        return plural(max(1, round(hours)), "heure")
    return f"{number(max(1, round(hours / 24)))}\u00a0jours" if hours >= 36 else "un jour"


def _compare(fact: Range, limit: float, *, is_below: bool) -> bool | None:
    low, high = fact
    if is_below:
        return True if high < limit else (False if low >= limit else None)
    return True if low > limit else (False if high <= limit else None)


def _bare(value: object) -> str:
    return str(value).replace(".", "").upper()
