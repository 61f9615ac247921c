"""Forms of whoever runs people, and of one's own profile."""

from typing import Any

from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, ValidationError

from app import clock
from app.actors import Role
from app.web.forms import BaseForm, CheckedBy, EnumField, FrenchDateField, PasswordField, required
from partners.people.enums import ROLE_LABELS
from partners.people.forms.entry import PASSWORD_HELP, PasswordForm
from partners.people.rules import LONGEST_PASSWORD, read_email

ORDER = "Le dernier jour vient avant le premier. Vérifiez les deux dates."
OVER = "Ces jours sont déjà passés."
NOBODY = "Personne"


def choices_with(blank: str, options: list[tuple[Any, str]]) -> list[SelectChoice]:
    """Choices of identifiers, an empty one first."""
    return [SelectChoice("", blank), *(SelectChoice(str(value), label) for value, label in options)]


class MemberForm(BaseForm):
    """Role, unit and function of a member."""

    role = EnumField("Rôle", Role, labels=ROLE_LABELS, validators=[required("Choisissez un rôle.")])
    unit = SelectField(
        "Antenne", choices=[], default="", description="Le territoire de la personne."
    )
    job_title = StringField(
        "Fonction", [Length(max=120)], description="Par exemple « chargée de mission prévention »."
    )

    def offer(self, roles: list[Role], units: list[tuple[Any, str]]) -> None:
        """The roles and units that may be chosen here."""
        self.role.choices = [SelectChoice(role.value, ROLE_LABELS[role]) for role in roles]
        self.unit.choices = choices_with("Toute la structure", units)


class PlaceForm(MemberForm):
    """The place of a member who is there already, and who takes their cases over."""

    successor = SelectField(
        "Qui reprend ses dossiers et ses orientations\u00a0?",
        choices=[],
        default="",
        description="À choisir quand le nouveau rôle ne suit plus de dossier ; possible aussi quand"
        " la personne change d’antenne.",
    )


class InviteForm(MemberForm):
    """Whom to invite, on which side."""

    email = StringField(
        "Adresse électronique professionnelle",
        [required("Indiquez son adresse."), CheckedBy(read_email)],
    )
    full_name = StringField("Prénom et nom", [required("Indiquez son nom."), Length(max=120)])
    seat = SelectField(
        "Versant", choices=[], default="", validators=[required("Choisissez un versant.")]
    )
    job_title = None


class SuccessorForm(BaseForm):
    """Who takes the cases over."""

    successor = SelectField(
        "Qui reprend ses dossiers et ses orientations\u00a0?",
        choices=[],
        default="",
        description="La personne choisie en devient l’interlocutrice dès maintenant.",
    )


class AbsenceForm(BaseForm):
    """Days away, and who answers instead."""

    starts_on = FrenchDateField("Premier jour", [required("Indiquez le premier jour.")])
    ends_on = FrenchDateField("Dernier jour", [required("Indiquez le dernier jour, compris.")])
    deputy = SelectField(
        "Qui répond à la place\u00a0?",
        choices=[],
        default="",
        description="Les partenaires voient ce nom pendant l’absence.",
    )

    def validate_ends_on(self, field: FrenchDateField) -> None:
        """The end comes after the beginning, and is not over."""
        if not (field.data and self.starts_on.data):
            return
        if field.data < self.starts_on.data:
            raise ValidationError(ORDER)
        if field.data < clock.today():
            raise ValidationError(OVER)


class MemberAbsenceForm(AbsenceForm):
    """The same, noted by the manager for a member."""

    member = SelectField(
        "Personne absente", choices=[], default="", validators=[required("Choisissez.")]
    )


class ProfileForm(BaseForm):
    """One's name and telephone."""

    full_name = StringField("Votre nom", [required("Indiquez votre nom."), Length(max=120)])
    phone = StringField(
        "Téléphone", [Length(max=30)], description="Celui que vos partenaires peuvent appeler."
    )


class ChangePasswordForm(PasswordForm):
    """The password one has, then the new one twice."""

    password = PasswordField(
        "Nouveau mot de passe",
        [required("Choisissez un mot de passe."), Length(max=4 * LONGEST_PASSWORD)],
        description=PASSWORD_HELP,
    )
    current = PasswordField(
        "Mot de passe actuel", [required("Indiquez votre mot de passe actuel.")]
    )
