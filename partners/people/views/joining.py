"""Coming in by an invitation, a forgotten password, the confidentiality pledge."""

import uuid

from flask import Response, flash, make_response, redirect, render_template, request, url_for

from app.db import unit_of_work
from app.links import hash_token
from app.security import by_link, current_actor, members_only, public, safe_next
from partners.organisations.queries import get_seat
from partners.organisations.rules import seat_label
from partners.people import crossing
from partners.people.commands import entering, invitations, own
from partners.people.cookies import give_session, new_token, token_of
from partners.people.entrance import show_resume
from partners.people.enums import ROLE_LABELS
from partners.people.errors import InvitationGone, TooManyAttempts
from partners.people.forms.entry import (
    AcceptInvitationForm,
    ForgottenForm,
    PasswordForm,
    PledgeForm,
)
from partners.people.kept import kept_of
from partners.people.models import Invitation
from partners.people.queries.invitations import find_account, find_invitation
from partners.people.queries.own import find_active_account
from partners.people.rules import device_of, reset_limits
from partners.people.views.blueprint import blueprint
from partners.people.views.entry import fresh
from partners.people.views.steps import address, attempt


@blueprint.get("/invitations/<token>")
@by_link("invitation")
def accept_invitation(token: str) -> Response:
    """What is offered; a password to choose, or an account to sign in with."""
    invitation = _invitation()
    if find_account(invitation.email):
        return _show("partners/people/accept_signed.html", invitation, token=token)
    form = AcceptInvitationForm(formdata=None, data={"full_name": invitation.full_name})
    return _show("partners/people/accept_invitation.html", invitation, form=form)


@blueprint.post("/invitations/<token>")
@by_link("invitation")
def choose_password(token: str) -> Response:
    """The account, its password, the membership; the second factor comes next."""
    invitation, form, pending = _invitation(), AcceptInvitationForm(), new_token()
    organisation = invitation.seat.organisation.name
    form.context = (form.full_name.data or "", invitation.email, organisation)
    if not form.validate():
        return _show("partners/people/accept_invitation.html", invitation, 422, form=form)
    name, password = form.full_name.data or "", form.password.data or ""
    with unit_of_work():
        user_id = invitations.accept_invitation(name, password, by=current_actor())
        device = device_of(request.user_agent.string)
        crossing.begin_sign_in(user_id, hash_token(pending), device)
    return give_session(redirect(url_for("people.enrol_factor")), pending)  # type: ignore[arg-type]


def _invitation() -> Invitation:
    found = find_invitation(current_actor().link_object_id)
    if found is None:
        raise InvitationGone()
    return found


def _show(name: str, invitation: Invitation, status: int = 200, **context: object) -> Response:
    page = render_template(
        name,
        invitation=invitation,
        organisation=seat_label(invitation.seat),
        role=ROLE_LABELS[invitation.role],
        **context,
    )
    return make_response(page, status)


@blueprint.get("/invitations/<token>/rejoindre")
@members_only
def join(token: str) -> str:
    """One seat more, for someone who is signed in."""
    offer = crossing.my_invitation(hash_token(token))
    if offer is None:
        raise InvitationGone()
    label = seat_label(get_seat(offer["seat_id"]))
    role = ROLE_LABELS[offer["role"]]
    return render_template("partners/people/join.html", organisation=label, role=role, token=token)


@blueprint.post("/invitations/<token>/rejoindre")
@members_only
def confirm_join(token: str) -> Response:
    """Take the seat, and sit on it."""
    actor, new = current_actor(), new_token()
    with unit_of_work():
        membership_id = invitations.join_by_invitation(token, by=actor)
        own.switch_seat(membership_id, token_of(request), new, by=actor)
    flash("Vous avez rejoint cette structure. Vous agissez maintenant pour elle.", "success")
    return give_session(redirect("/"), new)  # type: ignore[arg-type]


@blueprint.post("/mes-structures")
@members_only
def switch_seat() -> Response:
    """Act from another of one's seats."""
    actor, new = current_actor(), new_token()
    try:
        membership_id = uuid.UUID(request.form.get("membership_id", ""))
    except ValueError:
        return redirect("/")  # type: ignore[return-value]
    with unit_of_work():
        own.switch_seat(membership_id, token_of(request), new, by=actor)
    labels = dict(actor.seats)
    flash(
        f"Vous agissez maintenant pour {labels.get(membership_id, 'cette structure')}.", "success"
    )
    return give_session(redirect("/"), new)  # type: ignore[arg-type]


@blueprint.route("/mot-de-passe-oublie", methods=["GET", "POST"])
@public
def forgotten_password() -> Response:
    """Ask for the mail; the same page whatever the address."""
    form = ForgottenForm()
    if request.method == "GET" or not form.validate():
        status = 200 if request.method == "GET" else 422
        return make_response(render_template("partners/people/forgotten.html", form=form), status)
    email = form.email.data or ""
    by_account, by_address = reset_limits(email, address())
    attempt([by_address])
    try:
        attempt([by_account])
        with unit_of_work():
            entering.ask_new_password(email, by=current_actor())
    except TooManyAttempts:
        pass  # the mails already sent to this address are enough; the page does not say so
    return make_response(render_template("partners/people/forgotten_sent.html", email=email))


@blueprint.route("/mot-de-passe/<token>", methods=["GET", "POST"])
@by_link("password_reset")
def reset_password(token: str) -> Response:
    """Another password; every session ends."""
    actor, form = current_actor(), PasswordForm()
    account = find_active_account(actor.link_object_id) if actor.link_object_id else None
    if account is None:
        raise InvitationGone("Ce lien n’est plus valable. Demandez-en un nouveau.")
    form.context = (account.full_name, account.email)
    if request.method == "GET" or not form.validate():
        status = 200 if request.method == "GET" else 422
        return make_response(
            render_template("partners/people/new_password.html", form=form), status
        )
    with unit_of_work():
        entering.choose_new_password(form.password.data or "", by=actor)
    flash("Votre mot de passe est changé et vos sessions sont fermées. Connectez-vous.", "success")
    return redirect(url_for("people.sign_in"))  # type: ignore[return-value]


@blueprint.route("/engagement", methods=["GET", "POST"])
@members_only
def pledge() -> Response:
    """The confidentiality pledge, before anything else, for three months."""
    form = PledgeForm() if request.method == "POST" else fresh(PledgeForm)
    if request.method == "GET" or not form.validate():
        status = 200 if request.method == "GET" else 422
        return make_response(render_template("partners/people/pledge.html", form=form), status)
    with unit_of_work():
        own.sign_pledge(by=current_actor())
    if kept_of(form.kept.data, current_actor().user_id):
        return show_resume(form.kept.data or "")
    return redirect(safe_next(form.next.data))  # type: ignore[return-value]
