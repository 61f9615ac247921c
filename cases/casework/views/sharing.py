"""Who has access and why, who opened what, leaving, ending an access."""

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock, journal
from app.db import unit_of_work
from app.security import current_actor, requires
from cases.casework import commands, queries, rules
from cases.casework.enums import OPENINGS, Section
from cases.casework.errors import LeadCannotLeave
from cases.casework.forms import LeaveForm
from cases.casework.models import Participation
from cases.casework.views.blueprint import (
    back_to,
    blueprint,
    load_case,
    reads_cases,
    refuse_unless,
)

SECTION_LABELS = {section.value: section.label for section in Section}


@blueprint.get("/dossiers/<uuid:case_id>/partage")
@requires(reads_cases)
def sharing(case_id: uuid.UUID) -> str:
    """Seats and their reason, agreements, readings (for the lead)."""
    opened = load_case(case_id)
    case, actor, now = opened.case, opened.actor, clock.now()
    bases = queries.list_bases(case_id, actor)
    can_see_openings = rules.can_see_openings(actor, case, opened.role)
    openings = queries.list_openings(case_id, actor) if can_see_openings else ()
    values = {
        "opened": opened,
        "case": case,
        "bases": [(basis, rules.basis_state(basis, now)) for basis in bases],
        "seats": queries.seats_by_id(seat for basis in bases for seat in basis.seat_ids),
        "openings": openings,
        "openings_by_day": queries.gathered_by_day(openings),
        "section_labels": SECTION_LABELS,
        "readings": OPENINGS,
        "rules": rules,
        "today": clock.today(),
    }
    journal.record_reading(case, "sharing.read", by=actor)
    return render_template("cases/casework/sharing.html", **values)


@blueprint.route("/dossiers/<uuid:case_id>/quitter", methods=["GET", "POST"])
@requires(reads_cases)
def leave(case_id: uuid.UUID) -> ResponseReturnValue:
    """The seat leaves, on a page that says what it loses."""
    opened = load_case(case_id)
    mine = opened.mine
    refuse_unless(opened.can_leave)
    form = LeaveForm()
    if form.validate_on_submit() and isinstance(mine, Participation):
        with unit_of_work():
            commands.leave_case(mine, reason=form.reason.data or "", by=opened.actor)
        flash("Votre organisation a quitté le dossier. Ce que vous y avez écrit reste.", "success")
        return redirect(url_for("casework.list_cases"))
    page = render_template("cases/casework/leave.html", opened=opened, form=form)
    return page, 422 if request.method == "POST" else 200


@blueprint.route("/participations/<uuid:participation_id>/retirer", methods=["GET", "POST"])
@requires(reads_cases)
def end_participation(participation_id: uuid.UUID) -> ResponseReturnValue:
    """The lead ends another seat's access."""
    actor = current_actor()
    participation = queries.get_participation(participation_id, actor)
    opened = load_case(participation.case_id)
    is_theirs = rules.can_end_participation(actor, opened.case, opened.role, participation)
    refuse_unless(is_theirs)
    form, name = LeaveForm(), participation.seat.organisation.name
    if form.validate_on_submit():
        try:
            with unit_of_work():
                commands.end_participation(
                    opened.case, participation, reason=form.reason.data or "", by=actor
                )
        except LeadCannotLeave as refusal:
            flash(refusal.message, "warning")
            return back_to(opened.case.id)
        flash(f"{name} ne voit plus ce dossier.", "success")
        return redirect(url_for("casework.sharing", case_id=opened.case.id))
    page = render_template(
        "cases/casework/end_participation.html", opened=opened, form=form, name=name
    )
    return page, 422 if request.method == "POST" else 200
