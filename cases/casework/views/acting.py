"""Actions of a case."""

import uuid

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue

from app.db import unit_of_work
from app.security import current_actor, requires
from cases.casework import commands, queries, rules
from cases.casework.forms import ActionForm
from cases.casework.views.blueprint import (
    OpenedCase,
    back_to,
    blueprint,
    load_case,
    reads_cases,
    refuse_unless,
)
from partners.people.models import Membership

ENDS = {
    "commencer": (commands.start_action, "L’action est en cours."),
    "terminer": (commands.finish_action, "L’action est faite. Le fil le dit."),
    "abandonner": (commands.drop_action, "L’action est abandonnée. Le fil le dit."),
}


@blueprint.route("/dossiers/<uuid:case_id>/actions/nouvelle", methods=["GET", "POST"])
@requires(reads_cases)
def add_action(case_id: uuid.UUID) -> ResponseReturnValue:
    """Something to do, by someone, before a day."""
    opened = load_case(case_id)
    refuse_unless(opened.can_write)
    colleagues = {str(one.id): one for one in queries.list_colleagues(opened.actor.seat_id)}
    form = _form(opened, colleagues)
    if form.validate_on_submit():
        with unit_of_work():
            commands.add_action(
                opened.case,
                objective=form.objective.data,
                due_on=form.due_on.data,
                audience=form.audience.data,
                owner=None if form.owner_name.data else colleagues.get(form.owner.data),
                owner_name=form.owner_name.data or "",
                by=opened.actor,
            )
        flash("L’action est ajoutée. Elle paraîtra sur Aujourd’hui avant son échéance.", "success")
        return back_to(opened, "actions")
    page = render_template("cases/casework/add_action.html", opened=opened, form=form)
    return page, 422 if request.method == "POST" else 200


@blueprint.post("/actions/<uuid:action_id>/<any(commencer, terminer, abandonner):verb>")
@requires(reads_cases)
def move_action(action_id: uuid.UUID, verb: str) -> ResponseReturnValue:
    """Start, finish or drop an action."""
    actor = current_actor()
    action = queries.get_action(action_id, actor)
    opened = load_case(action.case_id)
    refuse_unless(rules.can_change_action(actor, opened.case, opened.role, action))
    command, sentence = ENDS[verb]
    with unit_of_work():
        command(action, by=actor)
    flash(sentence, "success")
    return back_to(opened, "actions")


def _form(opened: OpenedCase, colleagues: dict[str, Membership]) -> ActionForm:
    actor = opened.actor
    form = ActionForm(
        data={"owner": str(actor.membership_id)},
        audiences=rules.audiences_of(actor),
        chosen=rules.default_audience(actor),
    )
    form.owner.choices = [(key, one.user.full_name) for key, one in colleagues.items()]
    return form
