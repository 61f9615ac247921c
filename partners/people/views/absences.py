"""Absences: of the organisation, for its manager; one's own, for everybody."""

import uuid
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for

from app import clock
from app.actors import Actor
from app.db import unit_of_work
from app.errors import NotVisible, Refusal
from app.security import current_actor, members_only, requires
from partners.people import rules
from partners.people.commands import absences as commands
from partners.people.forms.members import AbsenceForm, MemberAbsenceForm, choices_with
from partners.people.models import Absence, Membership
from partners.people.queries.absences import get_absence, list_absences
from partners.people.queries.members import (
    colleagues_of,
    find_membership,
    list_active_members,
)
from partners.people.rules import manages_people
from partners.people.views.blueprint import blueprint

NO_DEPUTY = "Personne : les orientations restent à l’équipe"


@blueprint.get("/structure/absences")
@requires(manages_people)
def absences() -> str:
    """Who is away, who answers instead."""
    actor, today = current_actor(), clock.today()
    found = list_absences(actor)
    return render_template(
        "partners/people/absences.html",
        now=[one for one in found if rules.is_away(one, today)],
        coming=[one for one in found if not rules.is_away(one, today)],
    )


@blueprint.route("/structure/absences/nouvelle", methods=["GET", "POST"])
@requires(manages_people)
def note_absence() -> Response:
    """Choose the member, then the days."""
    actor = current_actor()
    members = {str(one.id): one for one in list_active_members(actor)}
    form = MemberAbsenceForm()
    names = [(key, one.user.full_name) for key, one in members.items()]
    form.member.choices = choices_with("Choisissez une personne", names)
    form.deputy.choices = choices_with(NO_DEPUTY, names)
    if request.method == "GET" or not form.validate():
        return _page(form)
    member, deputy = members[form.member.data or ""], members.get(form.deputy.data or "")
    return _noted(form, member, deputy, actor)


@blueprint.route("/mon-profil/absences/nouvelle", methods=["GET", "POST"])
@members_only
def note_own_absence() -> Response:
    """One's own days away."""
    actor = current_actor()
    own = find_membership(actor.membership_id) if actor.membership_id else None
    if own is None:
        raise NotVisible()
    colleagues = {str(one.id): one for one in colleagues_of(own)}
    form = _form(colleagues)
    if request.method == "GET" or not form.validate():
        return _page(form)
    return _noted(form, own, colleagues.get(form.deputy.data or ""), actor)


def _form(colleagues: dict[str, Membership], absence: Absence | None = None) -> AbsenceForm:
    form = AbsenceForm(data=_days(absence) if absence else None)
    names = [(key, one.user.full_name) for key, one in colleagues.items()]
    form.deputy.choices = choices_with(NO_DEPUTY, names)
    return form


def _days(absence: Absence) -> dict[str, Any]:
    deputy = str(absence.deputy_id or "")
    return {"starts_on": absence.starts_on, "ends_on": absence.ends_on, "deputy": deputy}


def _noted(
    form: AbsenceForm, member: Membership, deputy: Membership | None, actor: Actor
) -> Response:
    try:
        with unit_of_work():
            commands.note_absence(member, form.starts_on.data, form.ends_on.data, deputy, by=actor)
    except Refusal as refusal:
        form.form_errors.append(refusal.message)
        return _page(form)
    flash(_answers(deputy), "success")
    return _back(member, actor)


def _answers(deputy: Membership | None) -> str:
    if deputy is None:
        return "L’absence est notée. Vos partenaires sauront que personne ne remplace."
    name = deputy.user.full_name
    return f"L’absence est notée. Pendant ces jours, vos partenaires verront le nom de {name}."


@blueprint.route("/absences/<uuid:absence_id>/modifier", methods=["GET", "POST"])
@members_only
def edit_absence(absence_id: uuid.UUID) -> Response:
    """Other days, another deputy."""
    actor = current_actor()
    absence = get_absence(absence_id, actor)
    member = absence.membership
    colleagues = {str(one.id): one for one in colleagues_of(member)}
    form = _form(colleagues, absence)
    if request.method == "GET" or not form.validate():
        return _page(form, absence)
    deputy = colleagues.get(form.deputy.data or "")
    try:
        with unit_of_work():
            commands.change_absence(
                absence, form.starts_on.data, form.ends_on.data, deputy, by=actor
            )
    except Refusal as refusal:
        form.form_errors.append(refusal.message)
        return _page(form, absence)
    flash(_answers(deputy), "success")
    return _back(member, actor)


@blueprint.post("/absences/<uuid:absence_id>/supprimer")
@members_only
def cancel_absence(absence_id: uuid.UUID) -> Response:
    """They are here after all."""
    actor = current_actor()
    absence = get_absence(absence_id, actor)
    with unit_of_work():
        commands.cancel_absence(absence, by=actor)
    flash("L’absence est supprimée.", "success")
    return _back(absence.membership, actor)


def _page(form: AbsenceForm, absence: Absence | None = None) -> Response:
    by_manager = "member" in form or (absence and absence.membership.user_id != _me())
    back = url_for("people.absences" if by_manager else "people.profile")
    page = render_template(
        "partners/people/absence.html", form=form, absence=absence, back_url=back
    )
    return make_response(page, 422 if form.errors else 200)


def _me() -> uuid.UUID | None:
    return current_actor().user_id


def _back(member: Membership, actor: Actor) -> Response:
    endpoint = "people.profile" if member.user_id == actor.user_id else "people.absences"
    return redirect(url_for(endpoint))  # type: ignore[return-value]
