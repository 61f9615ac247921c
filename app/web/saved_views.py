"""Keeping a list as it is narrowed, and dropping what was kept."""

import uuid

from flask import Blueprint, current_app, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, StringField
from wtforms.validators import Length

from app import saved_views
from app.db import unit_of_work
from app.errors import NotVisible, Refusal
from app.saved_views import LONGEST_NAME, clean_query
from app.security import current_actor, members_only
from app.web.forms import BaseForm, Required

blueprint = Blueprint("saved_views", __name__)


class SavedViewForm(BaseForm):
    """A name, the list it is for, and what the list was asked."""

    name = StringField(
        "Nom de la vue", [Required("Donnez un nom à cette vue."), Length(max=LONGEST_NAME)]
    )
    page = HiddenField()
    query = HiddenField()


@blueprint.post("/vues")
@members_only
def save() -> ResponseReturnValue:
    """Keep the list as it is shown, and show it again."""
    form, actor = SavedViewForm(), current_actor()
    page, query = _list_page(form.page.data), clean_query(form.query.data or "")
    if not form.validate():
        flash(f"Donnez à cette vue un nom de {LONGEST_NAME} caractères au plus.", "warning")
        return redirect(_address(page, query))
    try:
        with unit_of_work():
            saved_views.save_view(page, form.name.data or "", query, by=actor)
    except Refusal as refusal:
        flash(refusal.message, "warning")
    else:
        flash(f"Vue « {form.name.data} » gardée : elle est au-dessus de la liste.", "success")
    return redirect(_address(page, query))


@blueprint.post("/vues/<uuid:view_id>/retirer")
@members_only
def forget(view_id: uuid.UUID) -> ResponseReturnValue:
    """Drop a view of one's own."""
    view = saved_views.get_view(view_id, current_actor())
    page, name = view.page, view.name
    with unit_of_work():
        saved_views.forget_view(view)
    flash(f"Vue « {name} » retirée. La liste, elle, ne change pas.", "info")
    return redirect(_address(page, ""))


def _list_page(endpoint: str | None) -> str:
    """An endpoint that shows a list: read by GET, nothing else in its address."""
    rules = (
        current_app.url_map.iter_rules(endpoint) if endpoint in current_app.view_functions else ()
    )
    if any("GET" in (rule.methods or ()) and not rule.arguments for rule in rules):
        return str(endpoint)
    raise NotVisible


def _address(page: str, query: str) -> str:
    return url_for(page) + (f"?{query}" if query else "")
