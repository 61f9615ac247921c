"""The page of an action, by link: what is asked, by whom, before when; one answer."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import journal
from app.db import unit_of_work
from app.links import LinkPurpose
from app.security import by_link, current_actor, public
from cases.casework import commands, queries, rules
from cases.casework.commands.acting import SEND_LINK
from cases.casework.errors import ActionAnswered
from cases.casework.forms import ReplyForm
from cases.casework.readers import bearer_sentence
from cases.casework.views.blueprint import blueprint
from partners.people.renewing import ask_another_link

AGAIN = "casework.renew_action_link"


@blueprint.route("/action/<token>", methods=["GET", "POST"])
@by_link("action", renewal=AGAIN)
def asked_action(token: str) -> ResponseReturnValue:
    """Opening the link changes nothing; answering is a post, and what was answered is shown."""
    actor, form = current_actor(), ReplyForm()
    action, facts = queries.get_action_of_link(actor), queries.get_asked_facts()
    if form.validate_on_submit():
        try:
            with unit_of_work():
                commands.answer_action(
                    action,
                    facts,
                    form.answer.data,
                    text=form.text.data or "",
                    proposed_on=form.proposed_on.data,
                    by=actor,
                )
            flash("Merci, votre réponse est envoyée.", "success")
        except ActionAnswered as refusal:
            flash(refusal.message, "info")
        return redirect(url_for("casework.asked_action", token=token))
    journal.record_reading(action, "action.read", by=actor)
    page = render_template(
        "cases/casework/asked_action.html",
        action=action,
        facts=facts,
        form=form,
        reply=rules.last_reply(action),
        awaits_reply=rules.awaits_reply(action, case_is_open=facts.case_is_open),
        readers=bearer_sentence(action.audience, facts.organisation, facts.side),
    )
    return page, 422 if request.method == "POST" else 200


@blueprint.post("/action/<token>/nouveau-lien")
@public
def renew_action_link(token: str) -> str:
    """Another link, to the address of the first, if the action still waits for an answer."""
    return ask_another_link(token, LinkPurpose.ACTION, SEND_LINK, names="action_id")
