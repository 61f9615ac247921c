"""Members of one's organisation: list, change, other side, leaving, second factor."""

import uuid
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from wtforms.fields.choices import SelectChoice

from app import clock
from app.actors import CASE_ROLES, Actor, Role, Side
from app.db import unit_of_work
from app.errors import NotAllowed, Refusal
from app.security import current_actor, requires
from app.web.tables import ListRequest
from partners.organisations.enums import OrganisationKind
from partners.organisations.models import Seat
from partners.people import rules
from partners.people.commands import members as commands
from partners.people.enums import ROLE_LABELS, SIDE_LABELS
from partners.people.forms.members import MemberForm, PlaceForm, SuccessorForm, choices_with
from partners.people.models import Membership
from partners.people.queries.absences import absences_of
from partners.people.queries.invitations import list_invitations
from partners.people.queries.members import (
    colleagues_of,
    count_members,
    get_member,
    list_members,
    seats_of_organisation,
    units_of,
)
from partners.people.rules import manages_people
from partners.people.sessions import ask_password_again
from partners.people.views.blueprint import blueprint

STATES = ("ended",)
NAME_SUCCESSOR = "Choisissez la personne qui reprend ses dossiers."


@blueprint.get("/structure/membres")
@requires(manages_people)
def members() -> str:
    """Members, with who is away, and the invitations that wait."""
    actor = current_actor()
    units = units_of(_organisation(actor))
    listing = ListRequest.from_args(
        request.args,
        filters={
            "role": Role,
            "versant": Side,
            "antenne": [str(unit.id) for unit in units],
            "etat": STATES,
        },
    )
    narrowing = (actor, listing.search, listing.filters)
    found = list_members(*narrowing, offset=listing.offset, limit=listing.size)
    page = listing.page(found, count_members(*narrowing))
    return render_template(
        "partners/people/members.html",
        listing=listing,
        page=page,
        unit_options=[(unit.id, unit.name) for unit in units],
        away=absences_of([member.id for member in found], clock.today()),
        invitations=list_invitations(actor),
        role_labels=ROLE_LABELS,
        side_labels=SIDE_LABELS,
        has_sides=OrganisationKind(actor.organisation_kind).can_claim,
    )


def _organisation(actor: Actor) -> uuid.UUID:
    assert actor.organisation_id is not None
    return actor.organisation_id


@blueprint.get("/structure/membres/<uuid:membership_id>")
@requires(manages_people)
def member(membership_id: uuid.UUID) -> str:
    """One member, and what may be done."""
    actor = current_actor()
    found = get_member(membership_id, actor)
    return render_template(
        "partners/people/member.html",
        member=found,
        role_labels=ROLE_LABELS,
        side_labels=SIDE_LABELS,
        away=absences_of([found.id], clock.today()).get(found.id),
        other_seat=_other_seat(found, actor),
        can_end=rules.can_end_membership(actor, found),
        can_reset=rules.can_reset_factor(actor, found),
    )


def _other_seat(found: Membership, actor: Actor) -> Seat | None:
    seats = seats_of_organisation(found.seat.organisation_id)
    others = (seat for seat in seats if seat.id != found.seat_id)
    return next((seat for seat in others if rules.can_run_seat(actor, seat)), None)


@blueprint.route("/structure/membres/<uuid:membership_id>/modifier", methods=["GET", "POST"])
@requires(manages_people)
def edit_member(membership_id: uuid.UUID) -> Response:
    """Role, unit, function."""
    actor = current_actor()
    found = get_member(membership_id, actor)
    if not (found.is_active and rules.can_manage_member(actor, found)):
        raise NotAllowed()
    if again := ask_password_again():
        return again
    units = {str(unit.id): unit for unit in units_of(found.seat.organisation_id)}
    colleagues = _colleagues(found)
    form = PlaceForm(data=_place(found))
    form.successor.choices = _successors(colleagues, "La personne garde ses dossiers")
    form.offer(_roles(actor, found), [(key, unit.name) for key, unit in units.items()])
    if request.method == "GET" or not _is_place_complete(form, found, colleagues):
        return _page("partners/people/edit_member.html", form, member=found)
    unit, title = units.get(form.unit.data or ""), form.job_title.data or ""
    try:
        with unit_of_work():
            commands.change_member(
                found,
                role=form.role.data,
                unit=unit,
                job_title=title,
                successor=colleagues.get(form.successor.data or ""),
                by=actor,
            )
    except Refusal as refusal:
        return _refused("partners/people/edit_member.html", form, refusal, member=found)
    flash("C’est enregistré. Si le rôle ou l’antenne a changé, sa session est fermée.", "success")
    return _to_member(found)


def _place(found: Membership) -> dict[str, Any]:
    unit = str(found.unit_id or "")
    return {"role": found.role, "unit": unit, "job_title": found.job_title}


def _roles(actor: Actor, found: Membership) -> list[Role]:
    offered = rules.roles_offered(actor)
    return offered if found.role in offered else [*offered, found.role]


@blueprint.route("/structure/membres/<uuid:membership_id>/retirer", methods=["GET", "POST"])
@requires(manages_people)
def end_member(membership_id: uuid.UUID) -> Response:
    """The member leaves; a named colleague takes over."""
    actor = current_actor()
    found = get_member(membership_id, actor)
    if not rules.can_end_membership(actor, found):
        raise NotAllowed()
    if again := ask_password_again():
        return again
    colleagues = _colleagues(found)
    form = _successor_form(colleagues)
    if request.method == "GET" or not _is_complete(form, colleagues):
        return _page("partners/people/end_member.html", form, member=found)
    successor = colleagues.get(form.successor.data or "")
    try:
        with unit_of_work():
            commands.end_membership(found, successor, by=actor)
    except Refusal as refusal:
        return _refused("partners/people/end_member.html", form, refusal, member=found)
    flash(_left(found, successor), "success")
    return redirect(url_for("people.members"))  # type: ignore[return-value]


@blueprint.route("/structure/membres/<uuid:membership_id>/deplacer", methods=["GET", "POST"])
@requires(manages_people)
def move_member(membership_id: uuid.UUID) -> Response:
    """Over to the other side of the organisation."""
    actor = current_actor()
    found = get_member(membership_id, actor)
    seat = _other_seat(found, actor)
    if seat is None or not rules.can_end_membership(actor, found):
        raise NotAllowed()
    if again := ask_password_again():
        return again
    colleagues = _colleagues(found)
    form = _successor_form(colleagues)
    side = SIDE_LABELS[seat.side]
    if request.method == "GET" or not _is_complete(form, colleagues):
        return _page("partners/people/move_member.html", form, member=found, side=side)
    try:
        with unit_of_work():
            successor = colleagues.get(form.successor.data or "")
            moved = commands.change_side(found, seat, successor, by=actor)
    except Refusal as refusal:
        return _refused("partners/people/move_member.html", form, refusal, member=found, side=side)
    flash(f"{found.user.full_name} travaille maintenant côté {side}.", "success")
    return redirect(url_for("people.member", membership_id=moved.id))  # type: ignore[return-value]


def _colleagues(found: Membership) -> dict[str, Membership]:
    """Who may take over: colleagues of the same seat whose role reads cases."""
    return {str(one.id): one for one in colleagues_of(found) if one.role in CASE_ROLES}


def _successor_form(colleagues: dict[str, Membership]) -> SuccessorForm:
    form = SuccessorForm()
    form.successor.choices = _successors(colleagues, "Choisissez une personne")
    return form


def _successors(colleagues: dict[str, Membership], blank: str) -> list[SelectChoice]:
    return choices_with(blank, [(key, one.user.full_name) for key, one in colleagues.items()])


def _is_place_complete(
    form: PlaceForm, found: Membership, colleagues: dict[str, Membership]
) -> bool:
    """Somebody must be named when the new role reads no case, unless nobody else is there."""
    if not form.validate():
        return False
    stops = rules.stops_reading_cases(found.role, form.role.data)
    if stops and colleagues and not form.successor.data:
        form.successor.errors = [NAME_SUCCESSOR]
        return False
    return True


def _is_complete(form: SuccessorForm, colleagues: dict[str, Membership]) -> bool:
    """Somebody must be named, unless nobody else is on this seat."""
    if not form.validate():
        return False
    if colleagues and not form.successor.data:
        form.successor.errors = [NAME_SUCCESSOR]
        return False
    return True


def _left(found: Membership, successor: Membership | None) -> str:
    name = found.user.full_name
    if successor is None:
        return f"{name} ne fait plus partie de votre structure."
    heir = successor.user.full_name
    return f"{name} ne fait plus partie de votre structure. {heir} reprend ses dossiers."


@blueprint.route(
    "/structure/membres/<uuid:membership_id>/double-verification", methods=["GET", "POST"]
)
@requires(manages_people)
def reset_factor(membership_id: uuid.UUID) -> Response:
    """Take the second factor away: the phone is lost, and the recovery codes too."""
    actor = current_actor()
    found = get_member(membership_id, actor)
    if not rules.can_reset_factor(actor, found):
        raise NotAllowed()
    if again := ask_password_again():
        return again
    if request.method == "GET":
        return make_response(render_template("partners/people/reset_factor.html", member=found))
    with unit_of_work():
        commands.reset_second_factor(found, by=actor)
    flash(
        f"C’est fait. {found.user.full_name} en est prévenu·e par message et réactivera sa double"
        " vérification à la prochaine connexion.",
        "success",
    )
    return _to_member(found)


def _page(name: str, form: MemberForm | SuccessorForm, **context: Any) -> Response:
    status = 422 if form.errors else 200
    page = render_template(name, form=form, side_labels=SIDE_LABELS, **context)
    return make_response(page, status)


def _refused(
    name: str, form: MemberForm | SuccessorForm, refusal: Refusal, **context: Any
) -> Response:
    form.form_errors.append(refusal.message)
    return _page(name, form, **context)


def _to_member(found: Membership) -> Response:
    return redirect(url_for("people.member", membership_id=found.id))  # type: ignore[return-value]
