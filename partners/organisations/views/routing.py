"""Routing rules of an organisation: whom it helps, kept as data, shown in words."""

import uuid

from flask import flash, render_template, request
from werkzeug import Response

from app.db import unit_of_work
from app.security import current_actor, requires
from partners.organisations import commands, queries
from partners.organisations.enums import RuleEffect, RuleField
from partners.organisations.forms import RuleForm
from partners.organisations.rules import runs_organisations
from partners.organisations.views.base import blueprint, organisation_run_by
from partners.organisations.views.structure import back_to_structure

Page = str | Response | tuple[str, int]


@blueprint.route("/structures/<uuid:organisation_id>/regles/nouvelle", methods=["GET", "POST"])
@requires(runs_organisations)
def new_rule(organisation_id: uuid.UUID) -> Page:
    """First what the rule looks at (``?sur=``), then how it compares."""
    actor = current_actor()
    organisation = organisation_run_by(actor, organisation_id)
    asked = request.args.get("sur", "")
    if asked not in list(RuleField):
        return render_template(
            "partners/organisations/rule_field.html", organisation=organisation, fields=RuleField
        )
    form = RuleForm(RuleField(asked), effect=RuleEffect.REQUIRE)
    if not form.validate_on_submit():
        page = render_template(
            "partners/organisations/rule.html", organisation=organisation, form=form
        )
        return (page, 422) if form.errors else page
    with unit_of_work():
        commands.add_routing_rule(
            organisation,
            form.about,
            form.operator.data,
            form.kept_value,
            effect=form.effect.data,
            reason=form.reason.data or "",
            by=actor,
        )
    flash("La règle compte dès la prochaine orientation.", "success")
    return back_to_structure(organisation, "regles")


@blueprint.post("/regles/<uuid:rule_id>/retirer")
@requires(runs_organisations)
def remove_rule(rule_id: uuid.UUID) -> Response:
    """The rule counts no more."""
    actor = current_actor()
    rule = queries.get_routing_rule(rule_id)
    organisation = organisation_run_by(actor, rule.organisation_id)
    with unit_of_work():
        commands.remove_routing_rule(rule, by=actor)
    flash(f"La règle « {rule.reason} » est retirée.", "success")
    return back_to_structure(organisation, "regles")
