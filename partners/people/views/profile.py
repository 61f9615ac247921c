"""One's own profile: name, password, sessions, recovery codes, absences."""

import uuid

from flask import Response, flash, make_response, redirect, render_template, request, url_for

from app.actors import Actor
from app.db import unit_of_work
from app.errors import Refusal
from app.security import current_actor, members_only
from partners.people.commands import own
from partners.people.enums import ROLE_LABELS
from partners.people.errors import TooManyAttempts
from partners.people.forms.members import ChangePasswordForm, ProfileForm
from partners.people.queries.absences import coming_absences
from partners.people.queries.own import (
    count_recovery_codes,
    get_own_account,
    get_own_secret,
    get_own_session,
    list_own_sessions,
    list_recovery_codes,
)
from partners.people.rules import code_limits
from partners.people.sessions import ask_password_again
from partners.people.views.blueprint import blueprint
from partners.people.views.steps import attempt


@blueprint.get("/mon-profil")
@members_only
def profile() -> str:
    """Everything about oneself on one page."""
    actor = current_actor()
    account = get_own_account(actor)
    absences = coming_absences(actor.membership_id) if actor.membership_id else []
    return render_template(
        "partners/people/profile.html",
        account=account,
        role=ROLE_LABELS[actor.role] if actor.role else "",
        sessions=list_own_sessions(actor),
        codes_left=count_recovery_codes(actor),
        secret=get_own_secret(actor),
        absences=absences,
    )


@blueprint.route("/mon-profil/modifier", methods=["GET", "POST"])
@members_only
def edit_profile() -> Response:
    """One's name and telephone."""
    actor = current_actor()
    account = get_own_account(actor)
    form = ProfileForm(obj=account)
    if request.method == "GET" or not form.validate():
        return _page("partners/people/edit_profile.html", form)
    name, phone = form.full_name.data or "", form.phone.data or ""
    with unit_of_work():
        own.change_own_account(account, full_name=name, phone=phone, by=actor)
    flash("C’est enregistré. Vos collègues et partenaires voient ces informations.", "success")
    return _to_profile()


@blueprint.route("/mon-profil/mot-de-passe", methods=["GET", "POST"])
@members_only
def change_password() -> Response:
    """Another password; the other sessions end."""
    actor, form = current_actor(), ChangePasswordForm()
    if request.method == "GET":
        return _page("partners/people/change_password.html", form)
    secret, account, sessions = _own(actor)
    form.context = (account.full_name, account.email, actor.organisation_name)
    if not form.validate():
        return _page("partners/people/change_password.html", form)
    current, new = form.current.data or "", form.password.data or ""
    try:
        attempt(code_limits(f"confirm:{actor.user_id}"))
        with unit_of_work():
            own.change_own_password(secret, current, new, sessions, by=actor)
    except TooManyAttempts as refusal:
        form.form_errors.append(refusal.message)
        return _page("partners/people/change_password.html", form)
    except Refusal as refusal:
        form.current.errors = [refusal.message]
        return _page("partners/people/change_password.html", form)
    flash("Votre mot de passe est changé. Vos autres sessions sont fermées.", "success")
    return _to_profile()


def _own(actor: Actor) -> tuple:
    return get_own_secret(actor), get_own_account(actor), list_own_sessions(actor)


@blueprint.route("/mon-profil/codes-de-secours", methods=["GET", "POST"])
@members_only
def new_recovery_codes() -> Response:
    """Ten new codes, after one's password; the former ones serve no more."""
    actor = current_actor()
    if again := ask_password_again():
        return again
    if request.method == "GET":
        left = count_recovery_codes(actor)
        return make_response(render_template("partners/people/renew_codes.html", left=left))
    with unit_of_work():
        codes = own.renew_recovery_codes(list_recovery_codes(actor), by=actor)
    page = render_template("partners/people/recovery_codes.html", codes=codes, form=None)
    return make_response(page)


@blueprint.post("/mon-profil/sessions/<uuid:session_id>/fermer")
@members_only
def close_session(session_id: uuid.UUID) -> Response:
    """End one of one's sessions."""
    actor = current_actor()
    session = get_own_session(session_id, actor)
    with unit_of_work():
        own.close_session(session, by=actor)
    flash("Cette session est fermée.", "success")
    return _to_profile()


def _page(name: str, form: ProfileForm | ChangePasswordForm) -> Response:
    status = 422 if form.errors else 200
    return make_response(render_template(name, form=form), status)


def _to_profile() -> Response:
    return redirect(url_for("people.profile"))  # type: ignore[return-value]
