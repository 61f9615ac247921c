"""*Demande d'accès*: asked blindly, handled by the lead."""

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.db import unit_of_work
from app.security import current_actor, requires
from cases.companies.errors import WrongIdentifier
from cases.companies.identifiers import check_siren
from cases.referrals import commands
from cases.referrals.forms import AccessForm
from cases.referrals.queries.access import get_match
from cases.referrals.rules.rights import works_with_referrals
from cases.referrals.views.blueprint import blueprint


@blueprint.route("/demandes-acces/nouvelle", methods=["GET", "POST"])
@requires(works_with_referrals)
def ask_access() -> ResponseReturnValue:
    """Name a company, never a case; the answer is always the same."""
    actor, form = current_actor(), AccessForm(company_name=request.args.get("entreprise", ""))
    if not form.validate_on_submit() or not _check_siren(form):
        page = render_template("cases/referrals/ask_access.html", form=form)
        return page, 422 if form.is_submitted() else 200
    with unit_of_work():
        commands.request_access(
            form.company_name.data or "",
            form.siren.data or None,
            form.subject.data,
            form.reason.data or "",
            by=actor,
        )
    return redirect(url_for("referrals.transmitted"))


@blueprint.get("/orientations/transmise")
@requires(works_with_referrals)
def transmitted() -> str:
    """The same page whatever became of it."""
    return render_template("cases/referrals/transmitted.html")


@blueprint.post("/demandes-acces/<uuid:request_id>/classer")
@requires(works_with_referrals)
def close_request(request_id: uuid.UUID) -> ResponseReturnValue:
    """The lead does not invite; the author of the request is told nothing."""
    actor = current_actor()
    match = get_match(request_id, actor)
    with unit_of_work():
        commands.close_access_request(match, by=actor)
    flash("Demande classée. Son auteur n’en est pas informé.", "success")
    return redirect(url_for("referrals.box", onglet="acces"))


def _check_siren(form: AccessForm) -> bool:
    if not form.siren.data:
        return True
    try:
        form.siren.data = check_siren(form.siren.data)
    except WrongIdentifier as refusal:
        form.siren.errors = [refusal.message]
        return False
    return True
