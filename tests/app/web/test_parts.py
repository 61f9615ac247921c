"""Parts: valid HTML, names for everything, no inline script or style."""

import re
from datetime import UTC, datetime
from types import SimpleNamespace

import html5lib
import pytest
from flask import Flask, render_template_string
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, SelectMultipleField, TextAreaField
from wtforms.fields.choices import SelectChoice

from app.web.forms import BaseForm, EnumRadioField, required
from app.web.tables import ListRequest, Page
from tests.app.web.test_forms import Phase

IMPORTS = "".join(
    f'{{% import "parts/{name}.html" as {name} %}}' for name in ("ui", "forms", "lists", "story")
)
PIECES = {
    "badge": "{{ ui.badge('Acceptée', 'success', 'check') }}",
    "card": "{% call ui.card('Titre', icon_name='users', url='/x') %}<p>a</p>{% endcall %}",
    "stat": "{{ ui.stat(3, 'à répondre', 'inbox', 'dont 1', '/x') }}",
    "empty": "{{ ui.empty_state('Rien', 'Commencez ici', '/x', 'Commencer') }}",
    "definitions": "{{ ui.definition_list([('Forme', 'SARL'), ('Effectif', None)]) }}",
    "explain": "{% call ui.explain('Qu’est-ce ?') %}<p>b</p>{% endcall %}",
    "flash": "{{ ui.flash('success', {'text': 'Fait', 'undo_url': '/x'}) }}"
    "{{ ui.flash('message', 'Texte seul') }}",
    "links": "{{ ui.breadcrumb([('A', '/a')]) }}{{ ui.tabs([('A', '/a', true, none)]) }}",
    "person": "{{ ui.person('Ana Sol', 'Relais') }}{{ ui.emergency() }}",
    "form": "{% call forms.post(form, keep='x') %}"
    "{{ forms.field(form.note, readers_from=form.audience) }}"
    "{{ forms.field(form.other, readers='vous.', size='short') }}"
    "{{ forms.audience_picker(form.audience, {'rebound': 'a', 'procedure': 'b'}) }}"
    "{{ forms.radio_cards(form.kind, help={'rebound': 'c'}) }}"
    "{{ forms.checkboxes(form.sections) }}{{ forms.checkbox(form.agreed) }}"
    "{{ forms.submit('Envoyer', 'send', cancel_url='/') }}{% endcall %}",
    "list": "{% call lists.filters(listing) %}"
    "{{ lists.select('p', 'Phase', [('a', 'A')], 'a') }}{% endcall %}"
    "{{ lists.total(page, 'dossier') }}{{ lists.pagination(page) }}"
    "{% call lists.table('Dossiers') %}<thead><tr><th scope='col'>"
    "{{ lists.sort_link('Nom', 'name', listing) }}</th></tr></thead>"
    "<tbody><tr><td data-label='Nom'>x</td></tr></tbody>{% endcall %}",
    "story": "{% call story.timeline() %}{% call story.timeline_item('Appel', when, 'Ana') %}"
    "<p>c</p>{% endcall %}{% endcall %}{{ story.steps(['Un', 'Deux'], 2) }}"
    "{{ story.promise_time(when, paused='attente') }}{{ story.progress(job) }}",
}
JOB = {"url": "/j", "percent": 40, "label": "En cours", "is_done": False, "is_failed": False}


class PartsForm(BaseForm):
    """A field of each kind, refused because nothing is typed."""

    note = TextAreaField("Note", description="Aide", validators=[required()])
    other = TextAreaField("Autre")
    audience = EnumRadioField("Lecteurs", Phase, default=Phase.REBOUND)
    kind = EnumRadioField("Nature", Phase, validators=[required()])
    sections = SelectMultipleField(
        "Parties", choices=[SelectChoice("a", "A"), SelectChoice("b", "B")]
    )
    agreed = BooleanField("D’accord")


def draw(app: Flask, piece: str) -> str:
    with app.test_request_context("/desk.today?page=2"):
        form = PartsForm(formdata=MultiDict({"note": " ", "audience": "rebound"}))
        form.validate()
        context = {
            "form": form,
            "listing": ListRequest(sort="name"),
            "page": Page(["a"] * 25, 80, 2),
            "when": datetime(2026, 11, 26, 13, tzinfo=UTC),
            "job": SimpleNamespace(**JOB, result_url=None, result_label=None, retry_url=None),
        }
        return render_template_string(IMPORTS + piece, **context)


@pytest.mark.parametrize("name", PIECES)
def test_part_is_valid_html_without_inline_code(app: Flask, name: str) -> None:
    html = draw(app, PIECES[name])
    document = (
        f"<!doctype html><html lang=fr><head><title>t</title></head><body>{html}</body></html>"
    )
    html5lib.HTMLParser(strict=True).parse(document)
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert not re.search(r"\sstyle=|\son[a-z]+=|<script", html)


def test_form_says_what_is_wrong_and_where(app: Flask) -> None:
    html = draw(app, PIECES["form"])
    assert '<a href="#note">Note</a>' in html
    assert '<a href="#kind-0">Nature</a>' in html
    assert 'aria-describedby="note-help note-error note-readers"' in html
    assert html.count("(obligatoire)") == 2


def test_every_control_has_a_label(app: Flask) -> None:
    html = draw(app, PIECES["form"]) + draw(app, PIECES["list"])
    controls = re.findall(r"<(?:input|textarea|select)\b[^>]*>", html)
    visible = [control for control in controls if 'type="hidden"' not in control]
    labelled = set(re.findall(r'<label[^>]* for="([^"]+)"', html))
    found = [re.search(r'\sid="([^"]+)"', control) for control in visible]
    assert {match.group(1) for match in found if match} <= labelled
    assert all(found)
