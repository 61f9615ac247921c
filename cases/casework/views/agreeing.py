"""Recording agreements and permissions, withdrawing them, sending the link again."""

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app import hooks
from app.db import unit_of_work
from app.errors import Refusal
from app.security import current_actor, requires
from cases.casework import commands, queries, rules
from cases.casework.enums import AgreementMode, Section
from cases.casework.forms import AgreementForm, PermissionForm, SharingForm, WithdrawForm
from cases.casework.views.blueprint import (
    OpenedCase,
    blueprint,
    load_case,
    reads_cases,
    refuse_unless,
)
from partners.organisations.picking import Picker, pick_seats


@blueprint.route("/dossiers/<uuid:case_id>/accords/nouveau", methods=["GET", "POST"])
@requires(reads_cases)
def record_agreement(case_id: uuid.UUID) -> ResponseReturnValue:
    """Who agreed, how, with whom, to what."""
    opened = load_case(case_id)
    refuse_unless(opened.can_record_agreement)
    person = opened.case.person
    form = AgreementForm(
        data={
            "given_by": person.full_name if person else "",
            "email": person.email if person else "",
        }
    )
    picker = _pick_seats(form, opened)
    if not picker.is_moving and form.validate_on_submit():
        try:
            with unit_of_work():
                commands.record_agreement(
                    opened.case,
                    *_scope(form),
                    form.mode.data,
                    given_by=form.given_by.data,
                    email=form.email.data or "",
                    by=opened.actor,
                )
        except Refusal as refusal:
            form.email.errors = [refusal.message]
        else:
            flash(_after(form), "success")
            return _back(opened)
    return _page("cases/casework/record_agreement.html", opened, form, picker)


@blueprint.route("/dossiers/<uuid:case_id>/permissions/nouvelle", methods=["GET", "POST"])
@requires(reads_cases)
def record_permission(case_id: uuid.UUID) -> ResponseReturnValue:
    """A law allows it: managers only, from a closed list, with a reason."""
    opened = load_case(case_id)
    refuse_unless(opened.can_record_permission)
    form = PermissionForm()
    picker = _pick_seats(form, opened)
    if not picker.is_moving and form.validate_on_submit():
        with unit_of_work():
            commands.record_permission(
                opened.case,
                *_scope(form),
                form.permission.data,
                reason=form.reason.data,
                by=opened.actor,
            )
        flash("La permission est enregistrée. Elle se voit dans le dossier.", "success")
        return _back(opened)
    return _page("cases/casework/record_permission.html", opened, form, picker)


@blueprint.route("/accords/<uuid:basis_id>/retirer", methods=["GET", "POST"])
@requires(reads_cases)
def withdraw_agreement(basis_id: uuid.UUID) -> ResponseReturnValue:
    """At the entrepreneur's request: the accesses stop at once."""
    actor = current_actor()
    basis = queries.get_basis(basis_id, actor)
    opened = load_case(basis.case_id)
    refuse_unless(rules.can_withdraw_agreement(actor, opened.case, opened.role, basis))
    form = WithdrawForm()
    if form.validate_on_submit():
        with unit_of_work():
            commands.withdraw_agreement(
                basis, withdrawn_by=f"à la demande de l’entrepreneur, {actor.user_name}", by=actor
            )
        flash("L’accord est retiré. Les accès qui en dépendaient sont fermés.", "success")
        return redirect(url_for("casework.list_cases") if not opened.leads else _sharing(opened))
    seats = queries.seats_by_id(basis.seat_ids)
    return render_template(
        "cases/casework/withdraw_agreement.html",
        opened=opened,
        basis=basis,
        form=form,
        names=[seats[one].organisation.name for one in basis.seat_ids if one in seats],
    )


@blueprint.post("/accords/<uuid:basis_id>/relancer")
@requires(reads_cases)
def send_confirmation_again(basis_id: uuid.UUID) -> ResponseReturnValue:
    """A new link for the entrepreneur."""
    actor = current_actor()
    basis = queries.get_basis(basis_id, actor)
    opened = load_case(basis.case_id)
    refuse_unless(opened.can_record_agreement)
    with unit_of_work():
        commands.send_confirmation_again(basis, by=actor)
    flash("Un nouveau lien part à l’adresse de l’entrepreneur.", "success")
    return _back(opened)


def _pick_seats(form: SharingForm, opened: OpenedCase) -> Picker:
    """Those inside the case or asked already come first; any other one is searched."""
    actor = opened.actor
    asked = [seat for answer in hooks.fire("seats_asked", opened.case.id, actor) for seat in answer]
    inside = [one.seat_id for one in opened.present]
    return pick_seats(form.seats, request.form, suggested=[*asked, *inside], never=[actor.seat_id])


def _scope(form: SharingForm) -> tuple[list[uuid.UUID], list[Section]]:
    seats = [uuid.UUID(one) for one in form.seats.data or ()]
    return seats, [one for one in Section if one.value in (form.sections.data or ())]


def _after(form: AgreementForm) -> str:
    if form.mode.data is AgreementMode.WRITING:
        return "L’accord est enregistré. Gardez l’écrit dans vos archives."
    return "L’accord est enregistré pour 8 jours : un lien de confirmation part à l’entrepreneur."


def _sharing(opened: OpenedCase) -> str:
    return url_for("casework.sharing", case_id=opened.case.id)


def _back(opened: OpenedCase) -> Response:
    return redirect(_sharing(opened))


def _page(
    template: str, opened: OpenedCase, form: SharingForm, picker: Picker
) -> ResponseReturnValue:
    page = render_template(template, opened=opened, form=form, picker=picker)
    return page, 422 if form.is_submitted() and not picker.is_moving else 200
