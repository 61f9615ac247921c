"""Routing rules in words, and as they are typed. Pure."""

from typing import Any

from app.folding import fold
from app.reference.labels import legal_form_label, naf_label
from partners.organisations.enums import PHASE_LABELS, RuleField, RuleOperator
from partners.organisations.errors import RuleUnreadable
from partners.organisations.models import RoutingRule
from partners.organisations.places import pieces

NUMBER_OPERATORS = (RuleOperator.BELOW, RuleOperator.ABOVE)
FACT_OPERATORS = (RuleOperator.IS_TRUE, RuleOperator.IS_FALSE)
CHOICE_OPERATORS = (RuleOperator.ONE_OF, RuleOperator.NONE_OF)
CODE_OPERATORS = (*CHOICE_OPERATORS, RuleOperator.STARTS_WITH)
#: What is said after the name of the field; true and false say it by their label.
IN_WORDS = {
    RuleOperator.ONE_OF: "{}",
    RuleOperator.NONE_OF: "sauf {}",
    RuleOperator.BELOW: "moins de {}",
    RuleOperator.ABOVE: "plus de {}",
    RuleOperator.STARTS_WITH: "commence par {}",
}


def operators_of(field: RuleField) -> tuple[RuleOperator, ...]:
    """The comparisons that make sense for a field."""
    if field.is_number:
        return NUMBER_OPERATORS
    if field.is_fact:
        return FACT_OPERATORS
    return CHOICE_OPERATORS if field is RuleField.PHASE else CODE_OPERATORS


def read_value(field: RuleField, operator: RuleOperator, text: str) -> Any:
    """The value as the rule keeps it: a number, a list of codes, or nothing.

    Raises ``RuleUnreadable`` when the comparison does not suit the field or the value is missing.
    """
    if operator not in operators_of(field):
        raise RuleUnreadable()
    if field.is_fact:
        return None
    if field.is_number:
        return _number(text)
    values = [_phase(part) for part in pieces(text)] if field is RuleField.PHASE else _codes(text)
    if not values:
        raise RuleUnreadable("Indiquez au moins une valeur.")
    return values


def _number(text: str) -> int:
    digits = text.replace(" ", "").replace("\u00a0", "").replace("€", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        raise RuleUnreadable("Écrivez un nombre entier, par exemple 25.")
    return int(digits)


def _phase(text: str) -> str:
    for code, label in PHASE_LABELS.items():
        if fold(text) in (code, fold(label)):
            return code
    known = ", ".join(label.lower() for label in PHASE_LABELS.values())
    raise RuleUnreadable(f"« {text} » n’est pas une phase. Choisissez parmi : {known}.")


def _codes(text: str) -> list[str]:
    return [part.upper() for part in pieces(text)]


def rule_in_words(rule: RoutingRule) -> str:
    """« Nombre de salariés : moins de 25 », « Phase de la difficulté : urgence ou rebond »,
    « Économie sociale et solidaire : oui »."""
    said = IN_WORDS.get(rule.operator, rule.operator.label)
    return f"{rule.field.label} : {said.format(_value_in_words(rule.field, rule.value))}"


def _value_in_words(field: RuleField, value: Any) -> str:
    if field.is_number:
        return f"{value:,}".replace(",", "\u00a0")
    words = [_word(field, str(one)) for one in value or ()]
    return f"{', '.join(words[:-1])} ou {words[-1]}" if len(words) > 1 else "".join(words)


def _word(field: RuleField, code: str) -> str:
    if field is RuleField.PHASE:
        return PHASE_LABELS.get(code, code).lower()
    if field is RuleField.LEGAL_FORM:
        return legal_form_label(code)
    return naf_label(code) if field is RuleField.NAF else code
