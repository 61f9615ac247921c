"""Forms of whoever comes in: signing in, codes, passwords, the pledge."""

from wtforms import BooleanField, HiddenField, PasswordField, StringField
from wtforms.validators import EqualTo, Length, ValidationError

from app.web.forms import BaseForm, CheckedBy, required
from partners.people.rules import LONGEST_PASSWORD, password_refusal, read_email

SAME_TWICE = "Les deux saisies ne sont pas identiques."
PASSWORD_HELP = (
    "12 caractères au moins. Quatre ou cinq mots sans rapport entre eux font un bon mot de passe."
)


class EntryForm(BaseForm):
    """A step of signing in: where it leads, and what was being typed before."""

    next = HiddenField()
    kept = HiddenField()


class SignInForm(EntryForm):
    """Address and password."""

    email = StringField("Adresse électronique", [required("Indiquez votre adresse électronique.")])
    password = PasswordField("Mot de passe", [required("Indiquez votre mot de passe.")])


class CodeForm(EntryForm):
    """The six figures of the authenticator."""

    totp_code = StringField(
        "Code à six chiffres",
        [required("Saisissez le code affiché par votre application."), Length(max=12)],
    )


class RecoveryForm(EntryForm):
    """A recovery code."""

    recovery_code = StringField(
        "Code de secours",
        [required("Saisissez l’un de vos codes de secours."), Length(max=40)],
        description="Douze lettres et chiffres, comme abcd-efgh-jkmn. Il ne sert qu’une fois.",
    )


class EnrolForm(CodeForm):
    """The first code of a new authenticator, whose secret is sealed in the page."""

    sealed = HiddenField()


class ForgottenForm(BaseForm):
    """Whose password was forgotten."""

    email = StringField(
        "Adresse électronique",
        [required("Indiquez votre adresse électronique."), CheckedBy(read_email)],
    )


class PasswordForm(BaseForm):
    """A new password, typed twice; ``context`` holds the words it may not contain."""

    context: tuple[str, ...] = ()
    password = PasswordField(
        "Mot de passe",
        [required("Choisissez un mot de passe."), Length(max=4 * LONGEST_PASSWORD)],
        description=PASSWORD_HELP,
    )
    again = PasswordField(
        "Le même, une seconde fois",
        [required("Saisissez-le une seconde fois."), EqualTo("password", message=SAME_TWICE)],
    )

    def validate_password(self, field: PasswordField) -> None:
        """Refuse what is easily guessed."""
        refusal = password_refusal(field.data or "", self.context)
        if refusal:
            raise ValidationError(refusal)


class AcceptInvitationForm(PasswordForm):
    """One's name as colleagues will read it, and a password."""

    full_name = StringField(
        "Votre nom",
        [required("Indiquez votre nom."), Length(max=120)],
        description="Tel que vos partenaires le liront, par exemple Camille Durand.",
    )


class ConfirmForm(EntryForm):
    """The password again, before a sensitive page."""

    password = PasswordField("Votre mot de passe", [required("Indiquez votre mot de passe.")])


class PledgeForm(EntryForm):
    """The confidentiality pledge."""

    is_agreed = BooleanField(
        "Je m’engage à respecter ces règles pendant les trois prochains mois.",
        [required("Cochez la case pour continuer.")],
    )


class BareForm(EntryForm):
    """A button and its token."""
