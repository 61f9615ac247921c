"""Ranking partners: reasons, bars, unknown facts; then the same statements for any number."""

import uuid
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from app import clock
from app.actors import Role, Side
from cases.casework.enums import Phase
from cases.companies.models import Company
from cases.referrals.queries.routing import find_coordination, list_partners
from cases.referrals.routing import (
    Candidate,
    Partner,
    Question,
    Ranking,
    delay_in_words,
    facts_of,
    holds,
    rank,
)
from partners.organisations.enums import (
    OrganisationKind,
    RuleEffect,
    RuleField,
    RuleOperator,
    Subject,
    TerritoryKind,
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
from partners.people.correspondents import CorrespondentLine
from partners.people.models import Absence
from tests.cases.referrals.story import make_story
from tests.factories.organisations import make_organisation, make_seat, make_service, make_unit
from tests.factories.people import make_member
from tests.support.acting import act_as_member
from tests.support.counting import recorded_statements

#: A Monday, 11 h in Paris.
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
BORDEAUX = "33063"


def unit(*places: tuple[TerritoryKind, str]) -> Unit:
    return Unit(
        id=uuid.uuid4(),
        name="Antenne",
        is_active=True,
        zone="Europe/Paris",
        territories=[UnitTerritory(kind=kind, code=code) for kind, code in places],
        opening_periods=[
            OpeningPeriod(weekday=day, opens_at=time(9), closes_at=time(17)) for day in range(5)
        ],
    )


def rule(field: RuleField, operator: RuleOperator, value: Any = None, **more: Any) -> RoutingRule:
    values = {"effect": RuleEffect.REQUIRE, "weight": 10, "reason": "Règle"}
    return RoutingRule(field=field, operator=operator, value=value, **{**values, **more})


def partner(name: str, *places: tuple[TerritoryKind, str], **more: Any) -> Partner:
    kind = more.pop("kind", OrganisationKind.ASSOCIATION)
    organisation = Organisation(name=name, folded_name=name.lower(), kind=kind, is_active=True)
    where = places or ((TerritoryKind.DEPARTEMENT, "33"),)
    values = {
        "services": [Service(name="Écoute", unit_id=None)],
        "units": [unit(*where)],
        "open_count": 0,
    }
    return Partner(seat=Seat(id=uuid.uuid4(), organisation=organisation), **{**values, **more})


def ask(*partners: Partner, subject: Subject = Subject.CASH_FLOW, **facts: Any) -> Ranking:
    known = {RuleField(name): value for name, value in facts.items()}
    return rank(Question(subject, BORDEAUX, known), partners, NOW)


def names(candidates: tuple[Candidate, ...]) -> list[str]:
    return [one.seat.organisation.name for one in candidates]


def texts(candidate: Candidate) -> list[str]:
    return [reason.text for reason in candidate.reasons]


def test_the_closest_territory_comes_first() -> None:
    ranking = ask(
        partner("France", (TerritoryKind.COUNTRY, "FR")),
        partner("Région", (TerritoryKind.REGION, "75")),
        partner("Commune", (TerritoryKind.COMMUNE, BORDEAUX)),
        partner("Département"),
        partner("Ailleurs", (TerritoryKind.DEPARTEMENT, "31")),
    )
    assert names(ranking.candidates) == ["Commune", "Département", "Région", "France"]
    assert [(one.seat.organisation.name, one.bars) for one in ranking.barred] == [
        ("Ailleurs", ("Hors territoire",))
    ]


def test_reasons_are_plain_words() -> None:
    [found] = ask(partner("Entraide", answer_hours=14.0, open_count=2)).candidates
    assert texts(found) == [
        "Couvre le département",
        "Écoute",
        "Ouvert en ce moment",
        "2\u00a0orientations en cours",
        "Répond en 14\u00a0heures en moyenne",
    ]


def test_a_requirement_bars_where_it_fails() -> None:
    small = rule(RuleField.HEADCOUNT, RuleOperator.BELOW, 25, reason="Moins de 25 salariés")
    entraide = partner("Entraide", rules=[small])
    assert names(ask(entraide, headcount=(10, 19)).candidates) == ["Entraide"]
    assert ask(entraide, headcount=(50, 99)).barred[0].bars == ("Moins de 25 salariés",)
    [unknown] = ask(entraide).candidates
    assert "À vérifier : Moins de 25 salariés" in texts(unknown)


def test_a_preference_never_bars() -> None:
    large = rule(
        RuleField.BUDGET_EUROS,
        RuleOperator.ABOVE,
        200_000,
        effect=RuleEffect.PREFER,
        reason="Particulièrement au-dessus de 200 k€",
    )
    preferred, other = partner("Zèbre", rules=[large]), partner("Abeille")
    assert names(ask(preferred, other, budget_euros=(300_000, 300_000)).candidates) == [
        "Zèbre",
        "Abeille",
    ]
    assert names(ask(preferred, other, budget_euros=(9, 9)).candidates) == ["Abeille", "Zèbre"]


def test_absence_counts_and_a_deputy_makes_up_for_it() -> None:
    absence = Absence(ends_on=date(2026, 12, 1))
    away = CorrespondentLine(uuid.uuid4(), "Alix Ici", "", "", "", absence)
    [alone] = ask(partner("A", correspondents=[away])).candidates
    assert "Correspondant absent jusqu’au 01/12" in texts(alone)
    [there] = ask(partner("B")).candidates
    assert there.score - alone.score == 15


def test_load_and_slow_answers_rank_lower() -> None:
    free, busy = partner("Zen", open_count=0), partner("Affairé", open_count=12)
    slow = partner("Lent", answer_hours=96.0)
    assert names(ask(busy, slow, free).candidates) == ["Zen", "Lent", "Affairé"]


def test_health_bars_everybody_else() -> None:
    support = partner("Soutien", kind=OrganisationKind.HEALTH_SUPPORT)
    ranking = ask(partner("Chambre"), support, subject=Subject.HEALTH)
    assert (names(ranking.candidates), names(ranking.barred)) == (["Soutien"], ["Chambre"])


@pytest.mark.parametrize(
    ("one", "facts", "expected"),
    [
        (rule(RuleField.IS_ESS, RuleOperator.IS_TRUE), {"is_ess": True}, True),
        (rule(RuleField.IS_ESS, RuleOperator.IS_FALSE), {"is_ess": True}, False),
        (rule(RuleField.IN_LIQUIDATION, RuleOperator.IS_FALSE), {}, None),
        (rule(RuleField.PHASE, RuleOperator.ONE_OF, ["rebound"]), {"phase": "rebound"}, True),
        (rule(RuleField.PHASE, RuleOperator.NONE_OF, ["rebound"]), {"phase": "rebound"}, False),
        (rule(RuleField.NAF, RuleOperator.STARTS_WITH, ["43"]), {"naf": "43.32A"}, True),
        (rule(RuleField.NAF, RuleOperator.ONE_OF, ["4332A"]), {"naf": "43.32A"}, True),
        (
            rule(RuleField.LEGAL_FORM, RuleOperator.STARTS_WITH, ["92"]),
            {"legal_form": "5499"},
            False,
        ),
        (rule(RuleField.HEADCOUNT, RuleOperator.BELOW, 25), {"headcount": (20, 49)}, None),
        (rule(RuleField.HEADCOUNT, RuleOperator.ABOVE, 19), {"headcount": (20, 49)}, True),
        (rule(RuleField.AGE_MONTHS, RuleOperator.BELOW, 18), {"age_months": (18, 18)}, False),
    ],
)
def test_conditions(one: RoutingRule, facts: dict[str, Any], expected: bool | None) -> None:
    assert holds(one, {RuleField(name): value for name, value in facts.items()}) is expected


def test_facts_of_a_company() -> None:
    company = Company(
        is_ess=True, is_craft=False, naf="43.32A", headcount_band="12", created_on=date(2025, 5, 1)
    )
    facts = facts_of(Phase.DIFFICULTY, company, 1000, date(2026, 11, 23))
    assert facts[RuleField.HEADCOUNT] == (20, 49)
    assert facts[RuleField.AGE_MONTHS] == (18, 18)
    assert facts[RuleField.BUDGET_EUROS] == (1000, 1000)
    assert RuleField.LEGAL_FORM not in facts and RuleField.IN_LIQUIDATION not in facts


@pytest.mark.parametrize(
    ("hours", "expected"),
    [(0.2, "1\u00a0heure"), (6, "6\u00a0heures"), (30, "un jour"), (60, "2\u00a0jours")],
)
def test_delays_in_words(hours: float, expected: str) -> None:
    assert delay_in_words(hours) == expected


def offering(name: str) -> Seat:
    organisation = make_organisation(name)
    make_unit(organisation)
    make_service(organisation, Subject.CASH_FLOW)
    return make_seat(organisation)


@pytest.mark.parametrize("count", [1, 3])
def test_partners_are_read_in_the_same_statements(app, count: int) -> None:
    seats = {offering(f"Partenaire {count} {number}").id for number in range(count)}
    silent = make_seat()
    organisation = make_organisation("Créancier", OrganisationKind.URSSAF)
    make_service(organisation, Subject.CASH_FLOW)
    recovery = make_seat(organisation, Side.RECOVERY)
    actor = act_as_member(make_member(Seat(id=next(iter(seats)))))
    other = act_as_member(make_member(silent))
    for reader, expected in ((actor, seats - {actor.seat_id}), (other, seats)):
        act_as_member(make_member(Seat(id=reader.seat_id)))
        found = list_partners(Subject.CASH_FLOW, reader, clock.now())
        assert {one.seat.id for one in found} == expected
        assert recovery.id not in {one.seat.id for one in found}
    with recorded_statements() as statements:
        list_partners(Subject.CASH_FLOW, other, clock.now())
    assert len(statements) == 4


def test_load_is_counted_and_few_answers_are_not_averaged(app) -> None:
    story = make_story()
    story.send()
    organisation_id = _organisation_of(story.partner.seat_id)
    make_service(Organisation(id=organisation_id), Subject.CASH_FLOW)
    actor = act_as_member(story.adviser)
    [found] = list_partners(Subject.CASH_FLOW, actor, clock.now())
    assert (found.open_count, found.answer_hours) == (1, None)


def test_nobody_left_means_the_coordination(app) -> None:
    organisation = make_organisation("Préfecture Exemple", OrganisationKind.PREFECTURE)
    seat, where = make_seat(organisation), make_unit(organisation)
    make_member(seat, role=Role.COORDINATOR, unit_id=where.id)
    actor = act_as_member(make_member())
    found = find_coordination(BORDEAUX, actor)
    assert found is not None and found.id == seat.id
    assert find_coordination("31555", actor) is None


def _organisation_of(seat_id: uuid.UUID) -> uuid.UUID:
    from tests.support.acting import seeding

    with seeding() as session:
        return session.get(Seat, seat_id).organisation_id
