"""Inviting people, sending an invitation again, taking it back."""

import uuid

from flask import Response, flash, make_response, redirect, render_template, request, url_for

from app.actors import Actor
from app.db import unit_of_work
from app.errors import NotVisible, Refusal
from app.security import current_actor, requires
from partners.organisations.models import Organisation, Seat
from partners.people import rules
from partners.people.commands import invitations as commands
from partners.people.enums import SIDE_LABELS
from partners.people.forms.members import InviteForm, choices_with
from partners.people.models import Invitation
from partners.people.queries.invitations import get_invitation
from partners.people.queries.members import get_own_organisation, seats_of_organisation, units_of
from partners.people.rules import manages_people
from partners.people.sessions import ask_password_again
from partners.people.views.blueprint import blueprint


@blueprint.route("/structure/invitations/nouvelle", methods=["GET", "POST"])
@requires(manages_people)
def invite() -> Response:
    """Offer a seat; ``?structure=`` names another organisation, for the administration."""
    actor = current_actor()
    organisation = get_own_organisation(_asked(actor), actor)
    if again := ask_password_again():
        return again
    all_seats = seats_of_organisation(organisation.id)
    seats = {str(seat.id): seat for seat in all_seats if rules.can_run_seat(actor, seat)}
    units = {str(unit.id): unit for unit in units_of(organisation.id)}
    form = _form(actor, seats, [(key, unit.name) for key, unit in units.items()])
    if request.method == "GET" or not form.validate():
        return _page(form, organisation, len(seats))
    seat, unit = seats[form.seat.data or ""], units.get(form.unit.data or "")
    try:
        with unit_of_work():
            offer = commands.invite(
                form.email.data or "",
                form.full_name.data or "",
                form.role.data,
                seat,
                unit=unit,
                by=actor,
            )
            commands.send_invitation(offer, by=actor)
    except Refusal as refusal:
        form.form_errors.append(refusal.message)
        return _page(form, organisation, len(seats))
    flash(_sent(offer), "success")
    return _back(actor, organisation)


def _asked(actor: Actor) -> uuid.UUID:
    try:
        asked = request.args.get("structure")
        found = uuid.UUID(asked) if asked else actor.organisation_id
    except ValueError as error:
        raise NotVisible() from error
    if found is None:
        raise NotVisible()
    return found


def _form(actor: Actor, seats: dict[str, Seat], units: list[tuple[str, str]]) -> InviteForm:
    form = InviteForm()
    form.offer(rules.roles_offered(actor), units)
    form.role.choices = choices_with("Choisissez un rôle", _pairs(form))
    sides = [(key, SIDE_LABELS[seat.side].capitalize()) for key, seat in seats.items()]
    form.seat.choices = choices_with("Choisissez un versant", sides)[1 if len(sides) == 1 else 0 :]
    return form


def _pairs(form: InviteForm) -> list[tuple[str, str]]:
    return [(choice.value, choice.label) for choice in form.role.choices]


def _sent(offer: Invitation) -> str:
    return (
        f"L’invitation part à l’adresse {offer.email}. Son lien est valable huit jours, et vous"
        " pourrez la renvoyer."
    )


def _page(form: InviteForm, organisation: Organisation, sides: int) -> Response:
    page = render_template(
        "partners/people/invite.html", form=form, organisation=organisation, has_sides=sides > 1
    )
    return make_response(page, 422 if form.errors else 200)


def _back(actor: Actor, organisation: Organisation) -> Response:
    if organisation.id == actor.organisation_id:
        return redirect(url_for("people.members"))  # type: ignore[return-value]
    return redirect(url_for("organisations.admin"))  # type: ignore[return-value]


@blueprint.post("/structure/invitations/<uuid:invitation_id>/renvoyer")
@requires(manages_people)
def resend_invitation(invitation_id: uuid.UUID) -> Response:
    """The same offer, by a new link."""
    actor = current_actor()
    offer = get_invitation(invitation_id, actor)
    with unit_of_work():
        commands.resend_invitation(offer, by=actor)
    flash(_sent(offer), "success")
    return redirect(url_for("people.members"))  # type: ignore[return-value]


@blueprint.post("/structure/invitations/<uuid:invitation_id>/annuler")
@requires(manages_people)
def revoke_invitation(invitation_id: uuid.UUID) -> Response:
    """Take the offer back."""
    actor = current_actor()
    offer = get_invitation(invitation_id, actor)
    with unit_of_work():
        commands.revoke_invitation(offer, by=actor)
    flash(f"L’invitation de {offer.full_name} est annulée : son lien ne s’ouvre plus.", "success")
    return redirect(url_for("people.members"))  # type: ignore[return-value]
