"""The person asks, from their own page."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.db import unit_of_work
from app.errors import NotVisible
from app.security import by_link, current_actor
from app.web.formatting import date_long
from cases.casework.queries import consent_facts, get_basis_of_link
from cases.casework.rules import is_space_open
from cases.rights import commands
from cases.rights.enums import BY_SLUG, RightsKind
from cases.rights.errors import AlreadyAsked
from cases.rights.forms import AskForm, AskWithWordsForm
from cases.rights.rules import due_day
from cases.rights.views.blueprint import blueprint

SENT = "Votre demande est envoyée. La réponse vous arrive par courriel avant le"
#: What cannot be asked without saying what.
WITH_WORDS = (RightsKind.RECTIFICATION, RightsKind.OBJECTION, RightsKind.ERASURE)


@blueprint.route(
    "/accord/<token>/droits/<any(copie, correction, opposition, effacement, limitation):right>",
    methods=["GET", "POST"],
)
@by_link("consent", renewal="casework.renew_consent_link")
def ask(token: str, right: str) -> ResponseReturnValue:
    """One right, explained in two sentences, asked in one act."""
    actor, kind = current_actor(), BY_SLUG[right]
    basis = get_basis_of_link(actor)
    if not is_space_open(basis, clock.now()):
        raise NotVisible
    form = AskWithWordsForm() if kind in WITH_WORDS else AskForm()
    status = 422 if request.method == "POST" else 200
    if form.validate_on_submit():
        try:
            with unit_of_work():
                commands.ask_right(basis, kind, text=form.text.data or "", by=actor)
        except AlreadyAsked as refusal:
            form.form_errors.append(refusal.message)
            status = 409
        else:
            flash(f"{SENT} {date_long(due_day(clock.today()))}.", "success")
            return redirect(url_for("casework.consent", token=token, _anchor="droits"))
    facts = consent_facts()
    page = render_template("cases/rights/ask.html", token=token, kind=kind, form=form, facts=facts)
    return page, status
