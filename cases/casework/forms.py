"""Shapes of what is typed in a case."""

from collections.abc import Sequence
from typing import Any

from wtforms import (
    EmailField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, NumberRange, Optional, ValidationError

from app import clock
from app.web.forms import (
    BaseForm,
    EnumField,
    EnumRadioField,
    FrenchDateField,
    choices_of,
    required,
)
from cases.casework.amounts import parse_euros, write_euros
from cases.casework.enums import (
    WRITTEN_KINDS,
    ActionAnswer,
    AgreementMode,
    Audience,
    CaseStatus,
    EntryKind,
    Outcome,
    OutsideReason,
    Permission,
    Phase,
    Section,
)
from cases.casework.errors import NoDayProposed, ReasonMissing
from cases.companies.forms import check_email

LONGEST_TEXT = 10_000
TOO_LONG = Length(max=LONGEST_TEXT, message="Ce texte est trop long.")
SHORT = Length(max=500, message="Ce texte est trop long.")
NO_REASON = "Choisissez une raison."
NO_ANSWER = "Choisissez une réponse."
DEBT_LINES = 6
DUE_CHOICES = [SelectChoice("1", "Échue"), SelectChoice("0", "À venir")]
#: Health travels in a sealed channel of its own, never in the shared file.
SHARED_SECTIONS = (Section.IDENTITY, Section.SITUATION, Section.FIGURES, Section.DOCUMENTS)
OFFERED_MODES = (AgreementMode.PHONE, AgreementMode.WRITING)


class EurosField(StringField):
    """An amount typed in euros; its data are cents."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the amount, or refuse it while keeping what was typed."""
        text = valuelist[0].strip() if valuelist else ""
        self.data = parse_euros(text) if text else None

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else write_euros(self.data)


def _check_address(field: EmailField) -> None:
    try:
        field.data = check_email(field.data or "")
    except ValueError as refusal:
        raise ValidationError(str(refusal)) from refusal


class AudienceForm(BaseForm):
    """A form with a text whose readers are chosen among ``audiences``."""

    audience = EnumRadioField("Qui pourra lire", Audience)

    def __init__(
        self, *args: Any, audiences: Sequence[Audience], chosen: Audience, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.audience.choices = choices_of(audiences)
        if self.audience.data is None and not self.is_submitted():
            self.audience.data = chosen

    def validate_audience(self, field: EnumRadioField) -> None:
        """Somebody reads."""
        if field.data is None:
            raise ValidationError("Choisissez qui pourra lire.")


class EntryForm(AudienceForm):
    """A line of the timeline."""

    kind = EnumField("Nature", EntryKind, members=WRITTEN_KINDS, default=EntryKind.NOTE)
    happened_on = FrenchDateField("Date", [required()], default=clock.today)
    body = TextAreaField("Texte", [required("Écrivez ce qui s’est passé."), TOO_LONG])

    def validate_happened_on(self, field: FrenchDateField) -> None:
        """The timeline tells what happened."""
        if field.data and field.data > clock.today():
            raise ValidationError("Cette date est à venir. Le fil raconte ce qui a eu lieu.")


class CorrectEntryForm(BaseForm):
    """Another text for a line already written."""

    body = TextAreaField("Texte corrigé", [required("Écrivez le texte corrigé."), TOO_LONG])


class ActionForm(AudienceForm):
    """Something to do."""

    objective = StringField("Objectif", [required("Dites ce qu’il faut faire."), SHORT])
    owner = SelectField("Confiée à", choices=[])
    owner_name = StringField(
        "Ou une autre personne", [SHORT], description="Son comptable, un proche…"
    )
    owner_email = EmailField(
        "Son adresse électronique",
        [Optional()],
        description="Un lien lui est envoyé pour répondre. Sans adresse, rien ne part.",
    )
    due_on = FrenchDateField("À faire avant le", [required("Indiquez une échéance.")])

    def validate_owner_name(self, field: StringField) -> None:
        """A mail is sent to somebody."""
        if self.owner_email.data and not field.data:
            raise ValidationError("Indiquez le nom de cette personne.")

    def validate_owner_email(self, field: EmailField) -> None:
        """A wrong address would leave the action without answer."""
        _check_address(field)


class ReplyForm(BaseForm):
    """What somebody without account answers about an action."""

    answer = EnumRadioField("Votre réponse", ActionAnswer, validators=[required(NO_ANSWER)])
    proposed_on = FrenchDateField("Si ce n’est pas encore fait : pour quel jour ?")
    text = TextAreaField("Un mot, si vous le souhaitez", [TOO_LONG])

    def validate_proposed_on(self, field: FrenchDateField) -> None:
        """« Not yet » comes with a day to come; the other answers need none."""
        if self.answer.data is not ActionAnswer.NOT_YET or field.errors:
            return
        if field.data is None:
            raise ValidationError(NoDayProposed.message)
        if field.data < clock.today():
            raise ValidationError("Ce jour est passé : proposez un jour à venir.")


class PhaseForm(BaseForm):
    """Another phase of the difficulty."""

    phase = EnumRadioField("Phase", Phase)
    reason = TextAreaField("Pourquoi", [TOO_LONG])
    version = HiddenField()


class StatusForm(BaseForm):
    """Open, watched or paused."""

    status = EnumRadioField(
        "Statut", CaseStatus, members=(CaseStatus.OPEN, CaseStatus.WATCH, CaseStatus.PAUSED)
    )
    until = FrenchDateField(
        "Reprise prévue le", [Optional()], description="Seulement pour une mise en pause."
    )
    reason = TextAreaField("Pourquoi", [TOO_LONG], description="Obligatoire pour une pause.")
    version = HiddenField()


class CloseForm(BaseForm):
    """How the case ends."""

    outcome = EnumRadioField("Issue", Outcome)
    reason = TextAreaField("En quelques mots", [TOO_LONG])
    version = HiddenField()

    def validate_outcome(self, field: EnumRadioField) -> None:
        """A case is never closed without an outcome."""
        if field.data is None:
            raise ValidationError("Choisissez l’issue du dossier.")


class ReopenForm(BaseForm):
    """Why the case is opened again."""

    reason = TextAreaField("Pourquoi rouvrir", [required("Dites pourquoi."), TOO_LONG])
    version = HiddenField()


class OpenCaseForm(BaseForm):
    """A new case for a company or a person."""

    phase = EnumRadioField("Où en est l’entreprise ?", Phase, default=Phase.DIFFICULTY)
    person = SelectField("Dirigeant·e suivi·e", choices=[], default="")
    second_reason = TextAreaField("Pourquoi un second dossier", [TOO_LONG])


class AssignForm(BaseForm):
    """The colleague who follows the case."""

    member = SelectField("Suivi par", choices=[])


class LeaveForm(BaseForm):
    """Why a seat leaves."""

    reason = TextAreaField("En quelques mots", [TOO_LONG])


class DebtForm(Form):
    """One creditor."""

    creditor = StringField("Créancier", [SHORT])
    amount = EurosField("Montant dû (€)")
    is_overdue = SelectField("Échéance", choices=DUE_CHOICES, default="1")

    def validate_amount(self, field: EurosField) -> None:
        """A creditor and an amount go together, and nobody owes less than nothing."""
        if field.data is not None and field.data < 0:
            raise ValidationError("Une dette n’est pas négative.")
        if (field.data is None) != (not (self.creditor.data or "").strip()):
            raise ValidationError("Indiquez le créancier et le montant.")


class AssessmentForm(AudienceForm):
    """The *état des lieux*; nothing but its day is needed."""

    done_on = FrenchDateField("Fait le", [required()], default=clock.today)
    treasury_cents = EurosField("Trésorerie (€)", description="Négative si le compte est débiteur.")
    headcount = IntegerField(
        "Effectif",
        [Optional(), NumberRange(0, 1_000_000, "Indiquez un nombre de salariés.")],
    )
    debts = FieldList(FormField(DebtForm), label="Dettes par créancier", min_entries=DEBT_LINES)
    order_book = TextAreaField("Carnet de commandes", [TOO_LONG])
    staff = TextAreaField("Salariés", [TOO_LONG])
    legal_deadlines = TextAreaField("Échéances légales", [TOO_LONG])
    personal_situation = TextAreaField(
        "Situation personnelle", [TOO_LONG], description="Jamais de santé ici."
    )
    moral_strand = TextAreaField("Soutien moral et comportemental", [TOO_LONG])
    technical_strand = TextAreaField("Soutien technique et logistique", [TOO_LONG])


class SharingForm(BaseForm):
    """Which organisations may read which sections."""

    seats = SelectMultipleField("Organisations", choices=[])
    sections = SelectMultipleField(
        "Rubriques partagées",
        choices=choices_of(SHARED_SECTIONS),
        default=[Section.IDENTITY.value, Section.SITUATION.value],
    )

    def validate_seats(self, field: SelectMultipleField) -> None:
        """An agreement names organisations."""
        if not field.data:
            raise ValidationError("Choisissez au moins une organisation.")

    def validate_sections(self, field: SelectMultipleField) -> None:
        """And what they may read."""
        if not field.data:
            raise ValidationError("Choisissez au moins une rubrique.")


class AgreementForm(SharingForm):
    """The entrepreneur agrees."""

    given_by = StringField(
        "Accord donné par", [required("Indiquez qui a donné son accord."), SHORT]
    )
    mode = EnumRadioField(
        "Comment", AgreementMode, members=OFFERED_MODES, default=AgreementMode.PHONE
    )
    email = EmailField(
        "Adresse électronique de l’entrepreneur",
        [Optional()],
        description="Le lien de confirmation lui est envoyé. Inutile pour un accord écrit.",
    )

    def validate_email(self, field: EmailField) -> None:
        """A wrong address would leave the agreement without confirmation."""
        _check_address(field)

    def validate_mode(self, field: EnumRadioField) -> None:
        """By phone, an address is needed."""
        if field.data is None:
            raise ValidationError("Dites comment l’accord a été donné.")


class PermissionForm(SharingForm):
    """A law allows it; managers only."""

    permission = EnumRadioField("Permission de la loi", Permission)
    reason = TextAreaField("Motif", [required("Dites pourquoi elle s’applique."), TOO_LONG])

    def validate_permission(self, field: EnumRadioField) -> None:
        """One of the closed list."""
        if field.data is None:
            raise ValidationError("Choisissez une permission dans la liste.")


class OutsideForm(BaseForm):
    """Why a case outside one's usual territory is opened."""

    reason = EnumRadioField(
        "Pourquoi ouvrez-vous ce dossier ?", OutsideReason, validators=[required(NO_REASON)]
    )
    text = TextAreaField(
        "Précisez",
        [SHORT],
        description="Obligatoire pour une autre raison. Rien sur la santé ni sur la situation.",
    )

    def validate_text(self, field: TextAreaField) -> None:
        """Another reason is told in words."""
        if self.reason.data is OutsideReason.OTHER and not field.data:
            raise ValidationError(ReasonMissing.message)


class WithdrawForm(BaseForm):
    """Take an agreement back: nothing to type."""
