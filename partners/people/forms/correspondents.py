"""Form that names who answers for a service."""

from wtforms import SelectMultipleField
from wtforms.fields.choices import SelectChoice

from app.web.forms import BaseForm


class CorrespondentsForm(BaseForm):
    """Any number of colleagues, none included."""

    members = SelectMultipleField("Qui répond pour ce service")

    def offer(self, people: list[tuple[str, str]]) -> None:
        """The members one may choose, by name."""
        self.members.choices = [SelectChoice(key, name) for key, name in people]
