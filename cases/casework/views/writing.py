"""Writing in the timeline, correcting what was written."""

import uuid
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app import clock
from app.actors import Actor
from app.days_off import PARIS
from app.db import unit_of_work
from app.security import current_actor, requires
from cases.casework import commands, queries, rules
from cases.casework.errors import NothingChanged
from cases.casework.forms import CorrectEntryForm
from cases.casework.models import TimelineEntry
from cases.casework.readers import short_readers
from cases.casework.timelines import page_of
from cases.casework.views.blueprint import (
    back_to,
    blueprint,
    load_case,
    load_shown_case,
    reads_cases,
    refuse_unless,
)
from cases.casework.views.reading import entry_form, show_case


@blueprint.post("/dossiers/<uuid:case_id>/fil/ecrire")
@requires(reads_cases)
def write_entry(case_id: uuid.UUID) -> ResponseReturnValue:
    """Add a line; a wrong one comes back with what was typed."""
    actor = current_actor()
    case = queries.get_bare_case(case_id, actor)
    role = rules.role_of(actor, case.participations)
    refuse_unless(rules.can_write_in_case(actor, case, role))
    form = entry_form(actor)
    if not form.validate():
        return show_case(load_shown_case(case_id), form), 422
    with unit_of_work():
        entry = commands.write_entry(
            case,
            kind=form.kind.data,
            audience=form.audience.data,
            body=form.body.data,
            happened_at=instant_of(form.happened_on.data),
            by=actor,
        )
    readers = short_readers(entry.audience, entry.seat_id, "", actor)
    flash(f"C’est écrit dans le fil. Lu par : {readers}", "success")
    if form.happened_on.data == clock.today():  # the latest line: nothing to count
        return back_to(case.id, f"ligne-{entry.id}")
    return _back_to_line(entry, actor)


@blueprint.route("/fil/<uuid:entry_id>/corriger", methods=["GET", "POST"])
@requires(reads_cases)
def correct_entry(entry_id: uuid.UUID) -> ResponseReturnValue:
    """Correct a text; the earlier one stays for those who could read it."""
    actor = current_actor()
    entry = queries.get_entry(entry_id, actor)
    opened = load_case(entry.case_id)
    refuse_unless(rules.can_correct_entry(actor, opened.case, opened.role, entry))
    form = CorrectEntryForm(obj=entry)
    if form.validate_on_submit():
        try:
            with unit_of_work():
                commands.correct_entry(entry, form.body.data, by=actor)
        except NothingChanged:
            return _back_to_line(entry, actor)
        flash("La correction est enregistrée. Le texte d’avant reste lisible.", "success")
        return _back_to_line(entry, actor)
    readers = short_readers(entry.audience, entry.seat_id, entry.seat.organisation.name, actor)
    page = render_template(
        "cases/casework/correct_entry.html", form=form, entry=entry, opened=opened, readers=readers
    )
    return page, 422 if form.errors else 200


def _back_to_line(entry: TimelineEntry, actor: Actor) -> Response:
    """To the line itself: on the page of the case, or further down the timeline."""
    anchor, key = f"ligne-{entry.id}", page_of(entry, actor)
    if key is None:
        return back_to(entry.case_id, anchor)
    path = url_for("casework.timeline", case_id=entry.case_id, apres=key, _anchor=anchor)
    return redirect(path)


def instant_of(day: date) -> datetime:
    """Now for today, else noon in Paris: the line tells a day, not an hour."""
    if day == clock.today():
        return clock.now()
    return datetime.combine(day, time(12), ZoneInfo(PARIS)).astimezone(clock.UTC)
