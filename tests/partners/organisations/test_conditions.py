"""Routing rules, typed and in words; territories, typed and in words. No database."""

from typing import Any

import pytest

from partners.organisations.conditions import operators_of, read_value, rule_in_words
from partners.organisations.enums import RuleField, RuleOperator, TerritoryKind
from partners.organisations.errors import PlaceUnknown, RuleUnreadable
from partners.organisations.models import RoutingRule, UnitTerritory
from partners.organisations.places import places_from, read_departments, territories_in_words


@pytest.mark.parametrize("field", list(RuleField))
def test_every_field_can_be_compared(field: RuleField) -> None:
    assert operators_of(field)


@pytest.mark.parametrize(
    ("field", "operator", "typed", "expected"),
    [
        (RuleField.HEADCOUNT, RuleOperator.BELOW, "25", 25),
        (RuleField.BUDGET_EUROS, RuleOperator.ABOVE, "200 000 €", 200_000),
        (RuleField.IS_ESS, RuleOperator.IS_TRUE, "ignoré", None),
        (RuleField.PHASE, RuleOperator.ONE_OF, "Urgence, rebond", ["emergency", "rebound"]),
        (RuleField.NAF, RuleOperator.STARTS_WITH, "56.10a; 43", ["56.10A", "43"]),
    ],
)
def test_read_value(field: RuleField, operator: RuleOperator, typed: str, expected: Any) -> None:
    assert read_value(field, operator, typed) == expected


@pytest.mark.parametrize(
    ("field", "operator", "typed"),
    [
        (RuleField.HEADCOUNT, RuleOperator.BELOW, "beaucoup"),
        (RuleField.HEADCOUNT, RuleOperator.BELOW, "-3"),
        (RuleField.HEADCOUNT, RuleOperator.ONE_OF, "25"),
        (RuleField.PHASE, RuleOperator.ONE_OF, "tempête"),
        (RuleField.NAF, RuleOperator.STARTS_WITH, " "),
        (RuleField.IS_CRAFT, RuleOperator.BELOW, "1"),
    ],
)
def test_read_value_refused(field: RuleField, operator: RuleOperator, typed: str) -> None:
    with pytest.raises(RuleUnreadable):
        read_value(field, operator, typed)


@pytest.mark.parametrize(
    ("field", "operator", "value", "words"),
    [
        (RuleField.HEADCOUNT, RuleOperator.BELOW, 25, "Nombre de salariés : moins de 25"),
        (
            RuleField.BUDGET_EUROS,
            RuleOperator.ABOVE,
            200_000,
            "Budget de l’entreprise, en euros : plus de 200\u00a0000",
        ),
        (RuleField.IS_ESS, RuleOperator.IS_TRUE, None, "Économie sociale et solidaire : oui"),
        (
            RuleField.PHASE,
            RuleOperator.ONE_OF,
            ["procedure", "emergency", "rebound"],
            "Phase de la difficulté : procédure collective, urgence ou rebond",
        ),
        (
            RuleField.PHASE,
            RuleOperator.NONE_OF,
            ["rebound"],
            "Phase de la difficulté : sauf rebond",
        ),
    ],
)
def test_rule_in_words(field: RuleField, operator: RuleOperator, value: Any, words: str) -> None:
    assert rule_in_words(RoutingRule(field=field, operator=operator, value=value)) == words


def test_read_departments_by_number_or_name() -> None:
    typed = "33, landes; 2a\nAin, la réunion, 33"
    assert read_departments(typed) == ["33", "40", "2A", "01", "974"]
    with pytest.raises(PlaceUnknown, match="Atlantide"):
        read_departments("33, Atlantide")


def test_the_whole_country_makes_the_rest_needless() -> None:
    assert places_from(True, ["75"], ["33"], []) == [(TerritoryKind.COUNTRY, "FR")]
    assert places_from(False, ["75"], ["33", "33"], ["33063"]) == [
        (TerritoryKind.REGION, "75"),
        (TerritoryKind.DEPARTEMENT, "33"),
        (TerritoryKind.COMMUNE, "33063"),
    ]


def test_territories_in_words_the_widest_first() -> None:
    kinds = [("commune", "33063"), ("departement", "40"), ("region", "75"), ("country", "FR")]
    places = [UnitTerritory(kind=TerritoryKind(kind), code=code) for kind, code in kinds]
    assert territories_in_words(places, {"33063": "Bordeaux"}) == [
        "Toute la France",
        "Région Nouvelle-Aquitaine",
        "Landes (40)",
        "Bordeaux",
    ]
