"""The form every page derives from: French sentences, trimmed text, dates, enums, checks."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    Field,
    Form,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.i18n import get_translations
from wtforms.validators import DataRequired, ValidationError

from app.errors import Refusal

E = TypeVar("E", bound=StrEnum)

REQUIRED = "Ce renseignement est obligatoire."
CHOOSE_ONE = "Choisissez une réponse dans la liste."
DATE_FORMATS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y")
NO_SUCH_DATE = (
    "Cette date n’existe pas. Écrivez le jour, le mois et l’année, par exemple 26/11/2026."
)
YEARS = range(1900, 2101)


@cache
def _translations(locales: tuple[str, ...]) -> Any:
    """A catalogue, read from its file once: every form asks for it."""
    return get_translations(locales)


def strip_text(value: Any) -> Any:
    """Return text without the spaces around it and without null characters."""
    return value.replace("\x00", "").strip() if isinstance(value, str) else value


class BaseForm(FlaskForm):
    """A form in French whose text fields are trimmed; passwords are left as typed."""

    class Meta(FlaskForm.Meta):
        """WTForms settings shared by all forms."""

        locales = ("fr",)

        def get_translations(self, form: Form) -> Any:
            """Use the French catalogue of WTForms, whatever the browser asks for."""
            return _translations(self.locales)

        def bind_field(self, form: Form, unbound_field: Any, options: Any) -> Field:
            """Trim every text field that is not a password."""
            kind = unbound_field.field_class
            if issubclass(kind, StringField) and not issubclass(kind, PasswordField):
                filters = (strip_text, *unbound_field.kwargs.get("filters", ()))
                options = {**options, "filters": filters}
            return unbound_field.bind(form=form, **options)


class Required(DataRequired):
    """Refuse an empty answer; one that could not be read keeps its own sentence."""

    def __call__(self, form: Form, field: Field) -> None:
        """Raise when nothing was typed."""
        if not field.process_errors or not any(field.raw_data or ()):
            super().__call__(form, field)


def required(sentence: str = REQUIRED) -> Required:
    """Return the validator of a field that must be filled in; ``sentence`` is shown at it."""
    return Required(message=sentence)


class CheckedBy:
    """Validate with a function of the domain that raises a refusal (or ``ValueError``).

    The field shows the refusal's own sentence, so a rule and its words stay in one place:
    ``StringField(validators=[CheckedBy(check_siren)])``. An empty field is not checked. The
    value the function returns (bare digits, for instance) replaces what was typed.
    """

    def __init__(self, check: Callable[[str], Any]) -> None:
        self.check = check

    def __call__(self, form: Form, field: Field) -> None:
        """Raise ``ValidationError`` with the refusal's sentence."""
        if not field.data:
            return
        try:
            field.data = self.check(field.data)
        except Refusal as refusal:
            raise ValidationError(refusal.message) from refusal
        except ValueError as refusal:
            raise ValidationError(str(refusal)) from refusal


def choices_of(members: Iterable[E], labels: Mapping[E, str] | None = None) -> list[SelectChoice]:
    """Return the choices of an enum; labels come from ``labels`` or from ``member.label``."""
    return [SelectChoice(member.value, _label(member, labels)) for member in members]


def _label(member: E, labels: Mapping[E, str] | None) -> str:
    return labels[member] if labels is not None else str(getattr(member, "label", member.value))


def coerce_to(enum: type[E]) -> Callable[[Any], E | None]:
    """Return a WTForms ``coerce``: the member, or ``None`` for an empty answer."""

    def coerce(value: Any) -> E | None:
        return enum(value) if value not in (None, "", "None") else None

    return coerce


class _EnumChoices:
    """What select and radio fields over an enum share."""

    def __init__(self, label: str, enum: type[E], **options: Any) -> None:
        choices = choices_of(options.pop("members", enum), options.pop("labels", None))
        blank = options.pop("blank", None)
        options["choices"] = choices if blank is None else [SelectChoice("", blank), *choices]
        super().__init__(label, coerce=coerce_to(enum), **options)  # type: ignore[call-arg]

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the member, or refuse with our own sentence."""
        try:
            super().process_formdata(valuelist)  # type: ignore[misc]
        except ValueError as refusal:
            raise ValueError(CHOOSE_ONE) from refusal

    def pre_validate(self, form: Form) -> None:
        """Let an empty answer through: ``required`` refuses it when it must."""
        if self.data is not None:  # type: ignore[attr-defined]
            super().pre_validate(form)  # type: ignore[misc]


class EnumField(_EnumChoices, SelectField):
    """A select over an enum: ``EnumField("Motif", DeclineReason, blank="Choisissez")``."""


class EnumRadioField(_EnumChoices, RadioField):
    """Radio buttons over an enum, one of which may be chosen beforehand with ``default``."""


class FrenchDateField(DateField):
    """A day typed or picked, as 2026-11-26 or 26/11/2026; the refusal is a French sentence."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day, or refuse it while keeping what was typed."""
        text = valuelist[0].strip() if valuelist else ""
        if text:
            self.data = parse_day(text)

    def _value(self) -> str:
        """Give back what was typed, so that nothing is lost; else the day in ISO form."""
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.isoformat() if self.data else ""


def parse_day(text: str) -> date:
    """Return the day written in ``text``; ``ValueError`` with a French sentence otherwise."""
    for pattern in DATE_FORMATS:
        try:
            day = datetime.strptime(text, pattern).date()
        except ValueError:
            continue
        if day.year in YEARS:
            return day
    raise ValueError(NO_SUCH_DATE)
