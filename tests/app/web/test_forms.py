"""The base form: French sentences, trimmed text, days and enums."""

from enum import StrEnum

import pytest
from flask import Flask
from wtforms import PasswordField, StringField

from app.errors import Refusal
from app.web.forms import (
    CHOOSE_ONE,
    NO_SUCH_DATE,
    REQUIRED,
    BaseForm,
    CheckedBy,
    EnumField,
    EnumRadioField,
    FrenchDateField,
    required,
)


class Phase(StrEnum):
    """A short enum with its French labels."""

    REBOUND = "rebound"
    PROCEDURE = "procedure"

    @property
    def label(self) -> str:
        """French label."""
        return {"rebound": "Rebond", "procedure": "Procédure"}[self]


def check_code(text: str) -> str:
    """Return the digits of ``text``, or refuse."""
    digits = text.replace(" ", "")
    if not digits.isdigit():
        raise Refusal("Écrivez des chiffres seulement.")
    return digits


class SampleForm(BaseForm):
    """One field of each kind."""

    name = StringField("Nom", validators=[required()])
    code = StringField("Code", validators=[CheckedBy(check_code)])
    password = PasswordField("Mot de passe")
    due = FrenchDateField("Date", validators=[required()])
    phase = EnumField("Phase", Phase, blank="Choisissez")
    kind = EnumRadioField("Nature", Phase, validators=[required(CHOOSE_ONE)])


GOOD = {"name": " Ana ", "code": "12 3", "password": " x ", "due": "26/11/2026", "kind": "rebound"}


def fill(app: Flask, **data: str) -> SampleForm:
    with app.test_request_context("/", method="POST", data={**GOOD, **data}):
        form = SampleForm(meta={"csrf": False})
        form.validate()
        return form


def test_good_answers_are_cleaned(app: Flask) -> None:
    form = fill(app)
    assert form.errors == {}
    assert (form.name.data, form.code.data, form.password.data) == ("Ana", "123", " x ")
    assert form.due.data is not None and form.due.data.isoformat() == "2026-11-26"
    assert form.kind.data is Phase.REBOUND
    assert form.phase.data is None


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("name", "   ", REQUIRED),
        ("code", "12a", "Écrivez des chiffres seulement."),
        ("due", "31/02/2026", NO_SUCH_DATE),
        ("due", "26/11/0026", NO_SUCH_DATE),
        ("phase", "other", CHOOSE_ONE),
        ("kind", "", CHOOSE_ONE),
    ],
)
def test_wrong_answers_get_a_sentence(app: Flask, field: str, typed: str, sentence: str) -> None:
    assert sentence in fill(app, **{field: typed}).errors[field]


def test_impossible_date_is_given_back_as_typed(app: Flask) -> None:
    assert fill(app, due="31/02/2026").due._value() == "31/02/2026"


def test_choices_carry_labels_and_the_chosen_one(app: Flask) -> None:
    chosen = [choice[:3] for choice in fill(app, phase="procedure").phase.iter_choices()]
    assert chosen == [
        ("", "Choisissez", False),
        ("rebound", "Rebond", False),
        ("procedure", "Procédure", True),
    ]


def test_a_field_keeps_its_own_filters_from_form_to_form(app: Flask) -> None:
    class Shouted(BaseForm):
        text = StringField("Texte", filters=[lambda text: f"{text}!"])

    for _ in range(2):
        with app.test_request_context(method="POST", data={"text": " oui "}):
            assert Shouted().text.data == "oui!"
