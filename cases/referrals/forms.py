"""Shape of what is typed about needs and referrals."""

from uuid import uuid4

from wtforms import (
    BooleanField,
    EmailField,
    Field,
    HiddenField,
    IntegerField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from app.web.forms import BaseForm, CheckedBy, EnumField, EnumRadioField, required
from cases.casework.enums import AgreementMode, Permission, Phase, Section
from cases.companies.forms import check_email
from cases.referrals.enums import DeclineCode, ReferralState
from partners.organisations.enums import Subject

LONGEST_TEXT = 4000
TOO_LONG = "Ce texte est trop long."
WITHIN = Length(max=LONGEST_TEXT, message=TOO_LONG)
WITHIN_A_LINE = Length(max=200, message=TOO_LONG)
MODES = (AgreementMode.WRITING, AgreementMode.PHONE)


def new_key() -> str:
    """Names one sending of a form: posted twice, it acts once."""
    return str(uuid4())


class CheckboxesField(SelectMultipleField):
    """Boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class NeedForm(BaseForm):
    """A situation and what it needs."""

    client_key = HiddenField(default=new_key)
    subject = EnumRadioField(
        "De quoi s’agit-il ?", Subject, validators=[required("Choisissez le sujet.")]
    )
    description = TextAreaField(
        "La situation, en quelques mots",
        [required("Décrivez la situation en une phrase."), WITHIN],
        description="Ce qui se passe, depuis quand, ce qui presse.",
    )
    phase = EnumField("Où en est l’entreprise ?", Phase, default=Phase.DIFFICULTY)
    person_name = StringField("Prénom et nom de l’entrepreneur", [Length(max=200)])
    phone = StringField("Téléphone", [Length(max=30)])
    email = EmailField("Adresse électronique", [Optional(), CheckedBy(check_email)])
    budget_euros = IntegerField(
        "Budget annuel en euros, si vous le connaissez",
        [Optional(), NumberRange(min=0, max=2_000_000_000, message="Écrivez un montant entier.")],
    )


class SendForm(BaseForm):
    """The consent gate and the message; which fields count depends on what is missing."""

    client_key = HiddenField(default=new_key)
    given_by = StringField("Qui a donné son accord ?", [Length(max=200)])
    mode = EnumRadioField("Comment ?", AgreementMode, members=MODES)
    email = EmailField(
        "Adresse pour confirmer l’accord",
        [Optional(), CheckedBy(check_email)],
        description="Pour un accord par téléphone : un lien de confirmation y est envoyé, "
        "valable huit jours.",
    )
    sections = CheckboxesField("Ce que l’entrepreneur accepte de partager", choices=[])
    permission = EnumField("Permission de la loi", Permission, blank="Aucune")
    permission_reason = StringField("Pourquoi s’applique-t-elle ?", [Length(max=500)])
    message = TextAreaField("Votre message", [WITHIN])

    def offer(self, sections: tuple[Section, ...]) -> None:
        """The sections that may be ticked."""
        self.sections.choices = [SelectChoice(one.value, one.label) for one in sections]

    def require_agreement(self) -> bool:
        """Check a new agreement, or a permission of the law; False when something is missing."""
        if self.permission.data is not None:
            return _filled(self.permission_reason, "Dites pourquoi cette permission s’applique.")
        checks = [
            _filled(self.given_by, "Écrivez le nom de la personne qui a donné son accord."),
            _filled(self.mode, "Dites comment l’accord a été donné."),
        ]
        if self.mode.data is AgreementMode.PHONE:
            checks.append(_filled(self.email, "Indiquez où envoyer le lien de confirmation."))
        return all(checks)


class DeclineForm(BaseForm):
    """Why a partner declines."""

    code = EnumRadioField("Motif", DeclineCode, validators=[required("Choisissez un motif.")])
    text = TextAreaField(
        "En une phrase",
        [required("Expliquez en une phrase : c’est ce que l’expéditeur lira."), WITHIN],
    )
    can_entrepreneur_read = BooleanField("L’entrepreneur peut lire cette phrase")


class RedirectForm(BaseForm):
    """Who should be asked instead."""

    seat = HiddenField(validators=[required("Choisissez l’organisation que vous proposez.")])
    others = SelectMultipleField("Une autre structure", choices=[])
    reason = TextAreaField(
        "Pourquoi cette organisation ?",
        [required("Dites en une phrase pourquoi vous la proposez."), WITHIN],
    )


class SignedForm(BaseForm):
    """Who answers by a link: nobody's account, so they say who they are."""

    full_name = StringField(
        "Votre nom",
        [required("Écrivez votre prénom et votre nom."), WITHIN_A_LINE],
    )
    function = StringField(
        "Votre fonction",
        [required("Écrivez votre fonction dans la structure."), WITHIN_A_LINE],
        description="Par exemple : bénévole, directrice, conseiller.",
    )


class DeclineByLinkForm(SignedForm, DeclineForm):
    """A decline, signed."""


class RedirectByLinkForm(SignedForm, RedirectForm):
    """A redirection, signed."""


class EndForm(BaseForm):
    """How the work ended."""

    outcome = EnumRadioField(
        "Comment cela s’est-il terminé ?",
        ReferralState,
        members=(ReferralState.COMPLETED, ReferralState.GIVEN_UP),
        validators=[required("Choisissez une réponse.")],
    )
    note = TextAreaField("En une phrase", [WITHIN])

    def require_note(self) -> bool:
        """Giving up says why."""
        if self.outcome.data is ReferralState.COMPLETED:
            return True
        return _filled(self.note, "Dites en une phrase pourquoi l’accompagnement s’arrête.")


class AccessForm(BaseForm):
    """A company one works with, and why one asks to be let in."""

    siren = StringField(
        "SIREN", [Length(max=20)], description="Neuf chiffres ; laissez vide s’il n’y en a pas."
    )
    company_name = StringField(
        "Nom de l’entreprise", [required("Écrivez le nom de l’entreprise."), Length(max=300)]
    )
    subject = EnumField(
        "Sujet", Subject, blank="Choisissez", validators=[required("Choisissez le sujet.")]
    )
    reason = TextAreaField(
        "Pourquoi souhaitez-vous y accéder ?",
        [required("Dites en une phrase pourquoi vous demandez cet accès."), WITHIN],
    )


def _filled(field: Field, sentence: str) -> bool:
    if field.data:
        return True
    field.errors = [*field.errors, sentence]
    return False
