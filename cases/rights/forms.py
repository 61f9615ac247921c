"""Shapes of what is asked and answered."""

from collections.abc import Iterable

from wtforms import EmailField, StringField, TextAreaField
from wtforms.validators import Length, Optional, ValidationError

from app import clock
from app.web.forms import (
    BaseForm,
    EnumField,
    EnumRadioField,
    FrenchDateField,
    choices_of,
    required,
)
from cases.casework.enums import Labelled
from cases.companies.forms import check_email
from cases.rights.enums import (
    NOTED_CHANNELS,
    Channel,
    LeftOutReason,
    RefusalReason,
    RightsKind,
)
from cases.rights.rules import REFUSALS

TOO_LONG = Length(max=5_000, message="Ce texte est trop long.")
SHORT = Length(max=200, message="Ce texte est trop long.")


class AskForm(BaseForm):
    """What the person asks, in their own words."""

    text = TextAreaField("En quelques mots", [TOO_LONG])


class AskWithWordsForm(AskForm):
    """A correction, an objection: without words nobody could answer."""

    text = TextAreaField("En quelques mots", [required("Écrivez ce que vous demandez."), TOO_LONG])


class NoteForm(BaseForm):
    """A request that came by post or by phone."""

    kind = EnumRadioField("Ce qui est demandé", RightsKind)
    channel = EnumField("Reçue comment", Channel, members=NOTED_CHANNELS, default=Channel.POST)
    received_on = FrenchDateField(
        "Reçue le", [required("Indiquez le jour où elle est arrivée.")], default=clock.today
    )
    asked_by = StringField("Qui demande", [required("Indiquez qui demande."), SHORT])
    answer_to = EmailField(
        "Adresse électronique pour la réponse",
        [Optional()],
        description="Sans adresse, vous répondrez par courrier.",
    )
    text = TextAreaField("Ce qui est demandé, en quelques mots", [TOO_LONG])

    def validate_kind(self, field: EnumRadioField) -> None:
        """A request asks for something."""
        if field.data is None:
            raise ValidationError("Choisissez ce qui est demandé.")

    def validate_received_on(self, field: FrenchDateField) -> None:
        """It arrived already."""
        if field.data and field.data > clock.today():
            raise ValidationError("Cette date est à venir.")

    def validate_answer_to(self, field: EmailField) -> None:
        """A wrong address would send the answer to somebody else."""
        try:
            field.data = check_email(field.data or "")
        except ValueError as refusal:
            raise ValidationError(str(refusal)) from refusal


class AnswerForm(BaseForm):
    """What was done."""

    answer = TextAreaField(
        "Votre réponse",
        [required("Dites ce qui a été fait."), TOO_LONG],
        description="Elle part par courriel : n’y mettez ni chiffre ni nom d’une autre personne.",
    )


class RefuseForm(BaseForm):
    """Why it is refused."""

    reason = EnumRadioField("Motif", RefusalReason)
    answer = TextAreaField(
        "Votre explication",
        [required("Expliquez ce refus : la personne doit pouvoir le comprendre."), TOO_LONG],
        description="Elle part par courriel, avec le droit de saisir la CNIL et le tribunal.",
    )

    def __init__(self, kind: RightsKind) -> None:
        super().__init__()
        self.reason.choices = choices_of(REFUSALS[kind])

    def validate_reason(self, field: EnumRadioField) -> None:
        """One of the closed list."""
        if field.data is None:
            raise ValidationError("Choisissez un motif dans la liste.")


class ExtendForm(BaseForm):
    """Why more time is needed."""

    reason = TextAreaField(
        "Pourquoi il faut plus de temps",
        [required("Dites pourquoi : la personne le lira."), TOO_LONG],
        description="Demande complexe, ou plusieurs demandes à la fois (RGPD art. 12-3).",
    )


class GiveForm(BaseForm):
    """A copy read again: what stays behind, and a word with the rest."""

    answer = TextAreaField("Un mot pour accompagner la copie", [TOO_LONG])


def give_form(keys: Iterable[str]) -> GiveForm:
    """The form of a copy, with one choice for each of its entries (``laisser_`` and the key)."""
    fields = {
        f"laisser_{key}": EnumField("Cet élément", LeftOutReason, blank="Remis", labels=_LABELS)
        for key in keys
    }
    made: GiveForm = type("GiveForm", (GiveForm,), fields)()
    return made


def left_out_of(form: GiveForm) -> dict[str, LeftOutReason]:
    """Reasons chosen in the form, by key of the entry."""
    chosen = {f.name.removeprefix("laisser_"): f.data for f in form if f.name != "answer"}
    return {key: one for key, one in chosen.items() if isinstance(one, LeftOutReason)}


_LABELS: dict[Labelled, str] = {one: f"Laissé : {one.label}" for one in LeftOutReason}
