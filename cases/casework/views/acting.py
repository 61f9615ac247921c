"""Actions of a case."""

import uuid
from typing import Any

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue

from app.db import unit_of_work
from app.security import current_actor, requires
from cases.casework import commands, queries, rules
from cases.casework.forms import ActionForm
from cases.casework.models import CaseAction
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
    "relancer": (commands.ask_again, "Un nouveau lien part. Une réponse est de nouveau attendue."),
    "retenir": (commands.keep_proposed_day, "Le jour proposé devient l’échéance."),
}
#: In the list of owners: the person of the case, who has no account.
PERSON = "person"


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
            action = commands.add_action(
                opened.case,
                objective=form.objective.data,
                due_on=form.due_on.data,
                audience=form.audience.data,
                **_owner(form, opened, colleagues),
                by=opened.actor,
            )
        flash(_after(action), "success")
        return back_to(opened.case.id, "actions")
    page = render_template("cases/casework/add_action.html", opened=opened, form=form)
    return page, 422 if request.method == "POST" else 200


@blueprint.post(
    "/actions/<uuid:action_id>/<any(commencer, terminer, abandonner, relancer, retenir):verb>"
)
@requires(reads_cases)
def move_action(action_id: uuid.UUID, verb: str) -> ResponseReturnValue:
    """Start, finish or drop an action, ask again, keep the day that was proposed."""
    actor = current_actor()
    action = queries.get_action(action_id, actor)
    opened = load_case(action.case_id)
    refuse_unless(rules.can_change_action(actor, opened.case, opened.role, action))
    command, sentence = ENDS[verb]
    with unit_of_work():
        command(action, by=actor)
    flash(sentence, "success")
    return back_to(opened.case.id, "actions")


def _form(opened: OpenedCase, colleagues: dict[str, Membership]) -> ActionForm:
    actor = opened.actor
    form = ActionForm(
        data={"owner": str(actor.membership_id)},
        audiences=rules.audiences_of(actor),
        chosen=rules.default_audience(actor),
    )
    form.owner.choices = [(key, one.user.full_name) for key, one in colleagues.items()]
    if (person := opened.case.person) is not None and person.email:
        form.owner.choices.append((PERSON, f"{person.full_name}, par un lien"))
    return form


def _owner(
    form: ActionForm, opened: OpenedCase, colleagues: dict[str, Membership]
) -> dict[str, Any]:
    """A colleague, the person of the case, or somebody named, with an address or without."""
    if form.owner_name.data:
        return {"owner_name": form.owner_name.data, "owner_email": form.owner_email.data or ""}
    person = opened.case.person
    if form.owner.data == PERSON and person is not None:
        return {"owner_name": person.full_name, "owner_email": person.email}
    return {"owner": colleagues.get(form.owner.data)}


def _after(action: CaseAction) -> str:
    if action.owner_email:
        return f"L’action est ajoutée. Un lien part à {action.owner_name} pour y répondre."
    return "L’action est ajoutée. Elle paraîtra sur Aujourd’hui avant son échéance."
