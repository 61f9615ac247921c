"""Forms of the directory: organisation, unit, service, routing rule."""

from datetime import time

from wtforms import BooleanField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Email, Length, Regexp, ValidationError

from app.reference.labels import region_choices
from app.web.forms import BaseForm, CheckedBy, EnumField, EnumRadioField, required
from partners.organisations.conditions import operators_of, read_value
from partners.organisations.enums import (
    OrganisationKind,
    RuleEffect,
    RuleField,
    RuleOperator,
    Subject,
    UnitLevel,
)
from partners.organisations.errors import RuleUnreadable
from partners.organisations.opening import WEEKDAYS, read_hours
from partners.organisations.places import read_departments

EMAIL_WRONG = "Cette adresse électronique n’est pas complète. Exemple : contact@structure.fr."
PHONE = Regexp(
    r"^$|^[0-9+ .()-]{2,20}$",
    message="Écrivez un numéro de téléphone, par exemple 05 56 00 00 00.",
)
WEBSITE = Regexp(
    r"^$|^https?://[^\s]+$", message="Écrivez l’adresse entière, par exemple https://structure.fr."
)


class Mail(Email):
    """An address, when there is one."""

    def __call__(self, form: object, field: StringField) -> None:
        """Let an empty answer through."""
        if field.data:
            super().__call__(form, field)


def _short(number: int) -> Length:
    return Length(max=number, message=f"{number} caractères au plus.")


def _check_departments(text: str) -> str:
    read_departments(text)
    return text


def _check_hours(text: str) -> str:
    read_hours(text)
    return text


class OrganisationForm(BaseForm):
    """What the directory says of an organisation."""

    purpose = TextAreaField(
        "Ce que vous faites, en une ou deux phrases",
        validators=[_short(600)],
        description="Pour qui, à quel moment, avec quel résultat.",
    )
    phone = StringField("Téléphone", validators=[PHONE])
    email = StringField("Adresse électronique", validators=[Mail(EMAIL_WRONG)])
    website = StringField("Site internet", validators=[WEBSITE, _short(200)])


class NewOrganisationForm(BaseForm):
    """A partner that joins the platform."""

    name = StringField(
        "Nom de la structure",
        validators=[required("Donnez le nom de la structure."), _short(120)],
    )
    kind = EnumField(
        "Nature",
        OrganisationKind,
        blank="Choisissez",
        validators=[required("Choisissez la nature de la structure.")],
    )
    has_recovery = BooleanField(
        "Ouvrir aussi le versant recouvrement",
        description=(
            "Pour un organisme créancier seulement. Ses membres du recouvrement ne lisent jamais"
            " ce que les accompagnants s’écrivent."
        ),
    )


class UnitForm(BaseForm):
    """A unit: where, what territory, which hours."""

    name = StringField(
        "Nom de l’antenne", validators=[required("Donnez un nom à l’antenne."), _short(120)]
    )
    level = EnumField("Niveau", UnitLevel, validators=[required()])
    address = StringField("Adresse", validators=[_short(200)], description="Numéro et rue.")
    commune = StringField(
        "Commune",
        validators=[_short(80)],
        description="Nom ou code postal. Elle fixe les jours fériés et le fuseau horaire.",
    )
    phone = StringField("Téléphone", validators=[PHONE])
    email = StringField("Adresse électronique", validators=[Mail(EMAIL_WRONG)])
    is_everywhere = BooleanField("Toute la France")
    regions = SelectMultipleField("Régions entières")
    departments = StringField(
        "Départements",
        validators=[CheckedBy(_check_departments), _short(400)],
        description="Numéros ou noms, séparés par des virgules : 33, 40, Dordogne.",
    )
    communes = TextAreaField(
        "Communes",
        validators=[_short(2000)],
        description="Une par ligne, par son nom ou son code postal suivi du nom.",
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.regions.choices = [SelectChoice(code, name) for code, name in region_choices()]

    @property
    def hour_fields(self) -> list[StringField]:
        """The seven fields of the opening hours, Monday first."""
        return [self[f"hours_{weekday}"] for weekday in range(7)]

    @property
    def hours(self) -> dict[int, list[tuple[time, time]]]:
        """Periods by weekday, once validated."""
        return {day: read_hours(field.data or "") for day, field in enumerate(self.hour_fields)}


for _day, _name in enumerate(WEEKDAYS):
    setattr(
        UnitForm,
        f"hours_{_day}",
        StringField(_name.capitalize(), validators=[CheckedBy(_check_hours), _short(60)]),
    )


class ServiceForm(BaseForm):
    """What is offered on a subject."""

    subject = EnumField(
        "Besoin auquel ce service répond",
        Subject,
        blank="Choisissez",
        validators=[required("Choisissez un besoin.")],
    )
    name = StringField(
        "Nom du service", validators=[required("Donnez un nom au service."), _short(120)]
    )
    description = TextAreaField(
        "Ce que la personne obtient",
        validators=[_short(600)],
        description="Concrètement : un entretien, un délai, une écoute, un financement.",
    )
    unit = SelectField("Proposé par", description="Toutes vos antennes, ou une seule.")


class RuleForm(BaseForm):
    """A rule on one field: the comparison, the value, what it changes, and why, in words."""

    operator = EnumRadioField("Comparaison", RuleOperator, validators=[required()])
    value = StringField("Valeur", validators=[_short(400)])
    effect = EnumRadioField("Effet", RuleEffect, validators=[required()])
    reason = StringField(
        "La règle en une phrase",
        validators=[required("Écrivez la règle en une phrase."), _short(200)],
        description="Par exemple : « Moins de 25 salariés ». Les partenaires liront cette phrase.",
    )

    def __init__(self, about: RuleField, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.about = about
        members = operators_of(about)
        self.operator.choices = [SelectChoice(one.value, one.label) for one in members]
        self.value.description = VALUE_HELP.get(about, "")

    def validate_value(self, field: StringField) -> None:
        """The value must suit the comparison."""
        if self.operator.data is None:
            return
        try:
            self.kept_value = read_value(self.about, self.operator.data, field.data or "")
        except RuleUnreadable as refusal:
            raise ValidationError(refusal.message) from refusal


VALUE_HELP = {
    RuleField.HEADCOUNT: "Un nombre de salariés, par exemple 25.",
    RuleField.BUDGET_EUROS: "Un montant en euros, par exemple 200 000.",
    RuleField.AGE_MONTHS: "Un nombre de mois, par exemple 18.",
    RuleField.PHASE: (
        "Une ou plusieurs phases, séparées par des virgules : anticipation, difficulté, urgence,"
        " procédure collective, rebond."
    ),
    RuleField.NAF: "Un ou plusieurs codes, séparés par des virgules : 56.10A, 43.",
    RuleField.LEGAL_FORM: "Un ou plusieurs codes de l’Insee : 9220, 5710.",
}
