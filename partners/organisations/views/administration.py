"""*Administration*: opening organisations, suspending and resuming them."""

import uuid

from flask import flash, redirect, render_template, request, url_for
from werkzeug import Response

from app.db import unit_of_work
from app.security import current_actor, requires
from app.web.tables import ListRequest
from partners.organisations import commands, queries
from partners.organisations.enums import Side
from partners.organisations.errors import NameTaken, NoRecoverySide
from partners.organisations.forms import NewOrganisationForm
from partners.organisations.rules import missing_parts, runs_platform
from partners.organisations.views.base import blueprint


@blueprint.get("/administration")
@requires(runs_platform)
def admin() -> str:
    """Every organisation, with what its page still lacks."""
    listing = ListRequest.from_args(request.args)
    found = queries.list_all_organisations(listing.search)
    return render_template(
        "partners/organisations/admin.html",
        listing=listing,
        organisations=found,
        missing_parts=missing_parts,
    )


@blueprint.route("/administration/structures/nouvelle", methods=["GET", "POST"])
@requires(runs_platform)
def open_organisation() -> str | Response | tuple[str, int]:
    """A new organisation with its seats."""
    form = NewOrganisationForm()
    if form.validate_on_submit():
        sides = (Side.AID, Side.RECOVERY) if form.has_recovery.data else (Side.AID,)
        try:
            with unit_of_work():
                organisation = commands.open_organisation(
                    form.name.data or "", form.kind.data, sides, by=current_actor()
                )
        except NameTaken as refusal:
            form.name.errors = [refusal.message]
        except NoRecoverySide as refusal:
            form.has_recovery.errors = [refusal.message]
        else:
            return _opened(organisation.id, organisation.name)
    page = render_template("partners/organisations/open.html", form=form)
    return (page, 422) if form.errors else page


def _opened(organisation_id: uuid.UUID, name: str) -> Response:
    flash(f"{name} est ouverte. Décrivez-la, puis invitez sa première responsable.", "success")
    return redirect(url_for("organisations.structure", organisation_id=organisation_id))


@blueprint.post("/administration/structures/<uuid:organisation_id>/suspendre")
@requires(runs_platform)
def suspend(organisation_id: uuid.UUID) -> Response:
    """Out of the directory."""
    organisation = queries.get_organisation(organisation_id)
    with unit_of_work():
        commands.suspend_organisation(organisation, by=current_actor())
    flash(f"{organisation.name} ne figure plus dans l’annuaire. Ses dossiers restent.", "success")
    return redirect(url_for("organisations.admin"))


@blueprint.post("/administration/structures/<uuid:organisation_id>/reprendre")
@requires(runs_platform)
def resume(organisation_id: uuid.UUID) -> Response:
    """Listed again."""
    organisation = queries.get_organisation(organisation_id)
    with unit_of_work():
        commands.resume_organisation(organisation, by=current_actor())
    flash(f"{organisation.name} figure de nouveau dans l’annuaire.", "success")
    return redirect(url_for("organisations.admin"))
