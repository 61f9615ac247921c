"""The lead handles a request: reads it, answers, refuses, takes more time."""

import uuid
from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock, journal
from app.db import unit_of_work
from app.errors import Refusal
from app.security import requires
from app.web.forms import BaseForm
from cases.rights import commands
from cases.rights.enums import RightsKind
from cases.rights.forms import AnswerForm, ExtendForm, RefuseForm
from cases.rights.models import RightsRequest
from cases.rights.queries.copies import find_copy
from cases.rights.rules import MONTHS_EXTENDED, day_of, due_day, time_left
from cases.rights.views.blueprint import (
    OpenedRights,
    blueprint,
    open_request,
    reads_cases,
    refuse_unless,
)


@blueprint.get("/droits/<uuid:rights_request_id>")
@requires(reads_cases)
def show(rights_request_id: uuid.UUID) -> str:
    """What is asked, the time left, what may be done."""
    opened, asked = open_request(rights_request_id)
    is_copy = asked.kind is RightsKind.COPY and opened.answers
    journal.record_reading(asked, "rights_request.read", by=opened.actor)
    return render_template(
        "cases/rights/show.html",
        opened=opened,
        case=opened.case,
        asked=asked,
        copy=find_copy(asked.id, opened.actor) if is_copy else None,
        time_left=time_left(asked.due_on, clock.today()),
        is_late=asked.due_on < clock.today(),
    )


@blueprint.route("/droits/<uuid:rights_request_id>/repondre", methods=["GET", "POST"])
@requires(reads_cases)
def answer(rights_request_id: uuid.UUID) -> ResponseReturnValue:
    """Done as asked."""
    opened, asked = open_request(rights_request_id)
    refuse_unless(opened.can_answer(asked) and asked.kind is not RightsKind.COPY)
    form = AnswerForm()

    def act() -> str:
        commands.answer_request(asked, form.answer.data, by=opened.actor)
        return f"Votre réponse {_leaves(asked)}."

    return _handle(opened, asked, form, act, "cases/rights/answer.html")


@blueprint.route("/droits/<uuid:rights_request_id>/refuser", methods=["GET", "POST"])
@requires(reads_cases)
def refuse(rights_request_id: uuid.UUID) -> ResponseReturnValue:
    """A reason of the closed list, and the way to complain."""
    opened, asked = open_request(rights_request_id)
    refuse_unless(opened.can_answer(asked))
    form = RefuseForm(asked.kind)

    def act() -> str:
        commands.refuse_request(asked, form.reason.data, form.answer.data, by=opened.actor)
        return f"Le refus {_leaves(asked)}, avec le droit de saisir la CNIL."

    return _handle(opened, asked, form, act, "cases/rights/refuse.html")


@blueprint.route("/droits/<uuid:rights_request_id>/prolonger", methods=["GET", "POST"])
@requires(reads_cases)
def extend(rights_request_id: uuid.UUID) -> ResponseReturnValue:
    """Two more months, once, with the reason."""
    opened, asked = open_request(rights_request_id)
    refuse_unless(opened.can_extend(asked))
    form = ExtendForm()

    def act() -> str:
        commands.extend_request(asked, form.reason.data, by=opened.actor)
        return f"Le délai est prolongé. La raison {_leaves(asked)}."

    return _handle(opened, asked, form, act, "cases/rights/extend.html")


def _handle(
    opened: OpenedRights,
    asked: RightsRequest,
    form: BaseForm,
    act: Callable[[], str],
    template: str,
) -> ResponseReturnValue:
    """Act when the form is right; a refusal is said on the page, with what was typed kept."""
    status = 422 if request.method == "POST" else 200
    if form.validate_on_submit():
        try:
            with unit_of_work():
                sentence = act()
        except Refusal as refusal:
            form.form_errors.append(refusal.message)
            status = 409
        else:
            flash(sentence, "success")
            return redirect(url_for("rights.show", rights_request_id=asked.id))
    longest = due_day(day_of(asked.received_at), months=MONTHS_EXTENDED)
    values = {"opened": opened, "asked": asked, "form": form, "longest": longest}
    return render_template(template, **values), status


def _leaves(asked: RightsRequest) -> str:
    if asked.answer_to:
        return "part par courriel à la personne"
    return "est gardée : envoyez-la par courrier, aucune adresse électronique n’est connue"
