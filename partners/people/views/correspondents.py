"""Correspondents: who answers for each service, named by the manager."""

import uuid

from flask import Response, flash, make_response, redirect, render_template, request, url_for

from app.actors import Side
from app.db import unit_of_work
from app.errors import NotAllowed
from app.security import current_actor, requires
from partners.organisations.queries import get_organisation, get_service
from partners.organisations.rules import runs_an_organisation
from partners.people.commands.correspondents import name_correspondents
from partners.people.correspondents import correspondents_of, list_correspondents
from partners.people.forms.correspondents import CorrespondentsForm
from partners.people.queries.members import list_active_members
from partners.people.rules import can_name_correspondents
from partners.people.views.blueprint import blueprint


@blueprint.get("/structure/correspondants")
@requires(runs_an_organisation)
def correspondents() -> str:
    """Each service with those who answer for it."""
    actor = current_actor()
    organisation = get_organisation(actor.organisation_id)  # type: ignore[arg-type]
    services = [service for service in organisation.services if service.is_active]
    return render_template(
        "partners/people/correspondents.html",
        services=services,
        lines=correspondents_of([service.id for service in services]),
    )


@blueprint.route("/services/<uuid:service_id>/correspondants", methods=["GET", "POST"])
@requires(runs_an_organisation)
def edit_correspondents(service_id: uuid.UUID) -> Response:
    """Choose among the members of the helping side: partners ask them for help."""
    actor = current_actor()
    service = get_service(service_id)
    if not can_name_correspondents(actor, service):
        raise NotAllowed()
    found = list_active_members(actor)
    members = {str(one.id): one for one in found if one.seat.side is Side.AID}
    current = list_correspondents(service.id)
    form = CorrespondentsForm(members=[str(row.membership_id) for row in current])
    form.offer([(key, member.user.full_name) for key, member in members.items()])
    if request.method == "GET" or not form.validate():
        page = render_template(
            "partners/people/edit_correspondents.html", form=form, service=service
        )
        return make_response(page, 422 if form.errors else 200)
    chosen = [members[key] for key in form.members.data or []]
    with unit_of_work():
        name_correspondents(service, chosen, current, by=actor)
    flash(f"« {service.name} » : l’annuaire montre ces correspondants.", "success")
    return redirect(url_for("people.correspondents"))  # type: ignore[return-value]
