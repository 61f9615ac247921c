"""Shapes of what is typed about companies and persons."""

from wtforms import BooleanField, EmailField, HiddenField, SelectField, StringField
from wtforms.validators import Length, Optional

from app.reference.labels import headcount_choices, is_known, legal_form_choices
from app.web.forms import BaseForm, CheckedBy, FrenchDateField, required
from cases.companies.identifiers import check_siren

LONGEST_NAME = 200
TOO_LONG = "Ce texte est trop long."
WRONG_EMAIL = "Cette adresse ne ressemble pas à une adresse électronique."


def check_naf(text: str) -> str:
    """A known NAF code, written 43.32A, 4332A or 4332a. Raises ValueError in French."""
    bare = text.replace(".", "").replace(" ", "").upper()
    code = f"{bare[:2]}.{bare[2:]}"
    if not is_known("naf", code):
        raise ValueError("Ce code n’existe pas. Un code NAF s’écrit par exemple 43.32A.")
    return code


def check_email(text: str) -> str:
    """Something before and after one @, with a dot after. Raises ValueError in French."""
    name, at, host = text.partition("@")
    if not (name and at and "." in host) or " " in text or "@" in host:
        raise ValueError(WRONG_EMAIL)
    return text.lower()


class CompanyForm(BaseForm):
    """A company typed by hand; only its name is needed."""

    name = StringField(
        "Nom de l’entreprise",
        [required("Indiquez le nom de l’entreprise."), Length(max=LONGEST_NAME, message=TOO_LONG)],
    )
    siren = StringField(
        "SIREN",
        [Optional(), CheckedBy(check_siren)],
        description="9 chiffres. Laissez vide si l’entreprise n’est pas encore créée.",
    )
    trade_name = StringField("Enseigne ou nom commercial", [Length(max=LONGEST_NAME)])
    commune = StringField(
        "Commune",
        [Length(max=80)],
        description="Son nom, avec le code postal si plusieurs communes le portent.",
    )
    address = StringField("Adresse", [Length(max=300, message=TOO_LONG)])
    naf = StringField(
        "Code d’activité (NAF)",
        [Optional(), CheckedBy(check_naf)],
        description="Par exemple 43.32A.",
    )
    legal_form = SelectField("Forme juridique", choices=[], default="")
    headcount_band = SelectField("Effectif", choices=[], default="")
    created_on = FrenchDateField("Date de création", [Optional()])
    is_craft = BooleanField("Entreprise artisanale")
    is_ess = BooleanField("Économie sociale et solidaire")
    is_checked = HiddenField()

    def __init__(self, *args: object, **more: object) -> None:
        super().__init__(*args, **more)
        self.legal_form.choices = [("", "Non renseignée"), *legal_form_choices()]
        self.headcount_band.choices = [("", "Non renseigné"), *headcount_choices()]


class PersonForm(BaseForm):
    """The entrepreneur; only the family name is needed."""

    given_name = StringField("Prénom", [Length(max=100, message=TOO_LONG)])
    family_name = StringField(
        "Nom", [required("Indiquez le nom de la personne."), Length(max=100, message=TOO_LONG)]
    )
    email = EmailField("Adresse électronique", [Optional(), CheckedBy(check_email)])
    phone = StringField("Téléphone", [Length(max=30, message=TOO_LONG)])
    position = StringField(
        "Fonction", [Length(max=100, message=TOO_LONG)], description="Gérante, président, artisan…"
    )
    is_checked = HiddenField()


class PickForm(BaseForm):
    """Take a company of the public registry: its number only, the rest is read again."""

    siren = HiddenField(validators=[required(), CheckedBy(check_siren)])
