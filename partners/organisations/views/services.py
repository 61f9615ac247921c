"""Services of an organisation."""

import uuid

from flask import flash, render_template
from werkzeug import Response
from wtforms.fields.choices import SelectChoice

from app.db import unit_of_work
from app.security import current_actor, requires
from partners.organisations import commands, queries
from partners.organisations.forms import ServiceForm
from partners.organisations.models import Organisation, Service
from partners.organisations.rules import runs_organisations
from partners.organisations.views.base import blueprint, organisation_run_by
from partners.organisations.views.structure import back_to_structure

Page = str | Response | tuple[str, int]


@blueprint.route("/structures/<uuid:organisation_id>/services/nouveau", methods=["GET", "POST"])
@requires(runs_organisations)
def new_service(organisation_id: uuid.UUID) -> Page:
    """A new service."""
    actor = current_actor()
    organisation = organisation_run_by(actor, organisation_id)
    form = _form(organisation, None)
    if not form.validate_on_submit():
        return _form_page(organisation, form, None)
    with unit_of_work():
        commands.add_service(
            organisation,
            form.subject.data,
            form.name.data or "",
            description=form.description.data or "",
            unit_id=_unit_id(form),
            by=actor,
        )
    flash("Le service figure dans l’annuaire.", "success")
    return back_to_structure(organisation, "services")


@blueprint.route("/services/<uuid:service_id>/modifier", methods=["GET", "POST"])
@requires(runs_organisations)
def edit_service(service_id: uuid.UUID) -> Page:
    """Other words for a service."""
    actor = current_actor()
    service = queries.get_service(service_id)
    organisation = organisation_run_by(actor, service.organisation_id)
    form = _form(organisation, service)
    if not form.validate_on_submit():
        return _form_page(organisation, form, service)
    with unit_of_work():
        commands.change_service(
            service,
            subject=form.subject.data,
            name=form.name.data or "",
            description=form.description.data or "",
            unit_id=_unit_id(form),
            by=actor,
        )
    flash("C’est enregistré.", "success")
    return back_to_structure(organisation, "services")


@blueprint.post("/services/<uuid:service_id>/retirer")
@requires(runs_organisations)
def withdraw_service(service_id: uuid.UUID) -> Response:
    """Offered no more."""
    actor = current_actor()
    service = queries.get_service(service_id)
    organisation = organisation_run_by(actor, service.organisation_id)
    with unit_of_work():
        commands.withdraw_service(service, by=actor)
    flash(f"« {service.name} » n’est plus proposé. Les orientations en cours restent.", "success")
    return back_to_structure(organisation, "services")


@blueprint.post("/services/<uuid:service_id>/proposer")
@requires(runs_organisations)
def restore_service(service_id: uuid.UUID) -> Response:
    """Offered again."""
    actor = current_actor()
    service = queries.get_service(service_id)
    organisation = organisation_run_by(actor, service.organisation_id)
    with unit_of_work():
        commands.restore_service(service, by=actor)
    flash(f"« {service.name} » est de nouveau proposé.", "success")
    return back_to_structure(organisation, "services")


def _form(organisation: Organisation, service: Service | None) -> ServiceForm:
    form = ServiceForm(obj=service, unit=service.unit_id if service else None)
    units = [SelectChoice(str(unit.id), unit.name) for unit in organisation.units]
    form.unit.choices = [SelectChoice("", "Toutes les antennes"), *units]
    if form.unit.data in (None, "None"):
        form.unit.data = ""
    return form


def _unit_id(form: ServiceForm) -> uuid.UUID | None:
    return uuid.UUID(form.unit.data) if form.unit.data else None


def _form_page(organisation: Organisation, form: ServiceForm, service: Service | None) -> Page:
    page = render_template(
        "partners/organisations/service.html",
        organisation=organisation,
        form=form,
        service=service,
    )
    return (page, 422) if form.errors else page
