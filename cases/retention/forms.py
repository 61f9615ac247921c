"""Forms of durations."""

from wtforms import IntegerField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from app.reference.models import RetentionRule
from app.web.forms import BaseForm, required
from cases.retention.errors import DurationOutOfBounds, ReasonMissing
from cases.retention.rules import SHORTEST_REASON

NUMBER = "Indiquez un nombre de mois."


class DurationForm(BaseForm):
    """A number of months between bounds."""

    months = IntegerField("Durée, en mois", [InputRequired(NUMBER)])

    def bound(self, least: int, longest: int) -> None:
        """Between these months, both included."""
        sentence = DurationOutOfBounds(least, longest).message
        self.months.description = f"De {least} à {longest} mois."
        self.months.validators = [InputRequired(NUMBER), NumberRange(least, longest, sentence)]


class ReductionForm(DurationForm):
    """Fewer months than the default, for one organisation."""

    def bound_by(self, rule: RetentionRule) -> None:
        """From the floor to the default."""
        self.bound(rule.least_months or 0, rule.months)


class ExtensionForm(DurationForm):
    """A longer journal, and the documented need."""

    reason = TextAreaField(
        "Besoin de contrôle interne",
        [
            required(ReasonMissing.message),
            Length(SHORTEST_REASON, 2000, ReasonMissing.message),
        ],
        description="Qui contrôle quoi, et pourquoi un an ne suffit pas. Ce texte reste.",
    )

    def bound_by(self, rule: RetentionRule) -> None:
        """From the default to the limit."""
        self.bound(rule.months, rule.longest_months or rule.months)
