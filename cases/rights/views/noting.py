"""Requests of a case, and those that came by post or phone."""

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.db import unit_of_work
from app.security import requires
from cases.rights import commands
from cases.rights.errors import AlreadyAsked
from cases.rights.forms import NoteForm
from cases.rights.queries.requests import list_requests
from cases.rights.rules import time_left
from cases.rights.views.blueprint import blueprint, open_rights, reads_cases, refuse_unless


@blueprint.get("/dossiers/<uuid:case_id>/droits")
@requires(reads_cases)
def requests(case_id: uuid.UUID) -> str:
    """All of them for the lead; for another seat, those it noted."""
    opened = open_rights(case_id)
    found = list_requests(case_id, opened.actor)
    today = clock.today()
    return render_template(
        "cases/rights/requests.html",
        opened=opened,
        case=opened.case,
        requests=[(one, time_left(one.due_on, today)) for one in found],
        today=today,
    )


@blueprint.route("/dossiers/<uuid:case_id>/droits/nouvelle", methods=["GET", "POST"])
@requires(reads_cases)
def note(case_id: uuid.UUID) -> ResponseReturnValue:
    """A letter, a call: its clock began the day it came."""
    opened = open_rights(case_id)
    refuse_unless(opened.can_note)
    person = opened.case.person
    known = {"asked_by": person.full_name, "answer_to": person.email} if person else {}
    form, status = NoteForm(data=known), 422 if request.method == "POST" else 200
    if form.validate_on_submit():
        try:
            with unit_of_work():
                commands.note_request(
                    opened.case,
                    form.kind.data,
                    form.channel.data,
                    asked_by=form.asked_by.data,
                    answer_to=form.answer_to.data or "",
                    received_on=form.received_on.data,
                    text=form.text.data or "",
                    by=opened.actor,
                )
        except AlreadyAsked as refusal:
            form.form_errors.append(refusal.message)
            status = 409
        else:
            lead = opened.case.lead_seat.organisation.name
            flash(f"La demande est notée. {lead}, pilote du dossier, y répond.", "success")
            return redirect(url_for("rights.requests", case_id=case_id))
    return render_template("cases/rights/note.html", opened=opened, form=form), status
