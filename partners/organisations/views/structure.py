"""*Structure*: what the directory says of an organisation, run by its manager."""

import uuid

from flask import flash, redirect, render_template, url_for
from werkzeug import Response

from app.db import unit_of_work
from app.reference.queries import commune_names
from app.security import current_actor, requires
from partners.organisations import commands, queries
from partners.organisations.conditions import rule_in_words
from partners.organisations.forms import OrganisationForm
from partners.organisations.models import Organisation
from partners.organisations.opening import week_in_words
from partners.organisations.places import commune_codes, territories_in_words
from partners.organisations.rules import is_fresh, missing_parts, runs_organisations
from partners.organisations.views.base import (
    blueprint,
    organisation_run_by,
    organisation_seen_by,
    runs,
)
from partners.organisations.views.directory import correspondents_of


@blueprint.get("/structure")
@blueprint.get("/structures/<uuid:organisation_id>")
@requires(runs_organisations)
def structure(organisation_id: uuid.UUID | None = None) -> str:
    """Details, units, services, rules, and what is still missing."""
    actor = current_actor()
    organisation = organisation_seen_by(actor, organisation_id)
    codes = {unit.commune_code for unit in organisation.units if unit.commune_code}
    codes = codes.union(*(commune_codes(unit.territories) for unit in organisation.units))
    return render_template(
        "partners/organisations/structure.html",
        organisation=organisation,
        can_run=runs(actor, organisation.id),
        names=commune_names(codes),
        rules=queries.routing_rules_of([organisation.id]).get(organisation.id, []),
        missing=missing_parts(organisation),
        correspondents=correspondents_of(organisation),
        rule_in_words=rule_in_words,
        territories_in_words=territories_in_words,
        week_in_words=week_in_words,
        is_fresh=is_fresh,
    )


@blueprint.route("/structures/<uuid:organisation_id>/modifier", methods=["GET", "POST"])
@requires(runs_organisations)
def edit(organisation_id: uuid.UUID) -> str | Response | tuple[str, int]:
    """What the directory says of the organisation."""
    actor = current_actor()
    organisation = organisation_run_by(actor, organisation_id)
    form = OrganisationForm(obj=organisation)
    if not form.validate_on_submit():
        page = render_template(
            "partners/organisations/edit.html", organisation=organisation, form=form
        )
        return (page, 422) if form.errors else page
    with unit_of_work():
        commands.change_organisation(
            organisation,
            purpose=form.purpose.data or "",
            phone=form.phone.data or "",
            email=form.email.data or "",
            website=form.website.data or "",
            by=actor,
        )
    flash("C’est enregistré. L’annuaire montre déjà ces renseignements.", "success")
    return back_to_structure(organisation)


@blueprint.post("/structures/<uuid:organisation_id>/verifier")
@requires(runs_organisations)
def confirm(organisation_id: uuid.UUID) -> Response:
    """Everything shown is still right."""
    actor = current_actor()
    organisation = organisation_run_by(actor, organisation_id)
    with unit_of_work():
        commands.confirm_organisation(organisation, by=actor)
    flash("Merci. L’annuaire indique que votre fiche a été vérifiée aujourd’hui.", "success")
    return back_to_structure(organisation)


def back_to_structure(organisation: Organisation, anchor: str | None = None) -> Response:
    """To the page of *Structure*, at one of its parts."""
    if current_actor().organisation_id == organisation.id:
        return redirect(url_for("organisations.structure", _anchor=anchor))
    path = url_for("organisations.structure", organisation_id=organisation.id, _anchor=anchor)
    return redirect(path)
