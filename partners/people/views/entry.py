"""Signing in and out: password, then code; demonstration accounts; the password again."""

from flask import Response, flash, make_response, redirect, render_template, request

from app.actors import ANONYMOUS
from app.db import unit_of_work
from app.errors import NotVisible, Refusal
from app.security import current_actor, members_only, public, safe_next
from partners.people import crossing, proofs
from partners.people.commands import entering, own
from partners.people.cookies import give_session, new_token, take_session, token_of
from partners.people.crossing import Pending
from partners.people.entrance import demo_accounts, is_demonstration, show_sign_in
from partners.people.errors import CodeRefused, RecoveryCodeRefused, SignInRefused
from partners.people.forms.entry import (
    BareForm,
    CodeForm,
    ConfirmForm,
    EnrolForm,
    EntryForm,
    RecoveryForm,
    SignInForm,
)
from partners.people.queries.own import get_own_secret, get_own_session
from partners.people.rules import code_limits, device_of, limits_of_account, sign_in_limits
from partners.people.views.blueprint import blueprint
from partners.people.views.steps import (
    address,
    after_entry,
    attempt,
    back_to_start,
    enter,
    next_step,
    pending,
    refused,
)


def fresh(kind: type[EntryForm], form: EntryForm | None = None) -> EntryForm:
    """The form of the next step, not yet filled in, with what is carried along."""
    carried = {"next": safe_next(request.args.get("next")), "kept": ""}
    if form is not None:
        carried = {"next": form.next.data or "", "kept": form.kept.data or ""}
    return kind(formdata=None, data=carried)


@blueprint.get("/connexion")
@public
def sign_in() -> Response:
    """The sign-in page."""
    if current_actor().is_member:
        return redirect(safe_next(request.args.get("next")))  # type: ignore[return-value]
    return show_sign_in(fresh(SignInForm))


@blueprint.post("/connexion")
@public
def give_password() -> Response:
    """The password: then the code, or the second factor to activate."""
    form = SignInForm()
    if not form.validate():
        return show_sign_in(form, 422)
    email = (form.email.data or "").lower()
    limits = sign_in_limits(email, address())
    token = new_token()
    try:
        attempt(limits)
        with unit_of_work():
            device = device_of(request.user_agent.string)
            entering.give_password(email, form.password.data or "", token, device)
            entering.forgive_attempts(limits_of_account(limits))
    except Refusal as refusal:
        if isinstance(refusal, SignInRefused):
            with unit_of_work():
                entering.note_refused_password(email)
        return show_sign_in(form, refused(form, refusal))
    return give_session(_second_step(form, token), token)


def _second_step(form: EntryForm, token: str) -> Response:
    found = crossing.pending_sign_in(entering.hash_token(token))
    if found is None:
        return back_to_start()
    if not found.has_totp:
        return next_step(
            "people.enrol_factor", form, lambda f: show_enrol(found, fresh(EnrolForm, f))
        )
    return next_step("people.second_factor", form, lambda f: show_code(fresh(CodeForm, f)))


def show_code(form: EntryForm, status: int = 200) -> Response:
    """The page of the one-time code."""
    skip = fresh(BareForm, form) if is_demonstration() else None
    page = render_template("partners/people/second_factor.html", form=form, skip=skip)
    return make_response(page, status)


@blueprint.get("/connexion/code")
@public
def second_factor() -> Response:
    """The one-time code."""
    return show_code(fresh(CodeForm)) if pending() else back_to_start()


@blueprint.post("/connexion/code")
@public
def give_code() -> Response:
    """Check the code, and enter."""
    form, found = CodeForm(), pending()
    if found is None:
        return back_to_start()
    if not form.validate():
        return show_code(form, 422)
    try:
        attempt(code_limits(found.user_id))
        with unit_of_work():
            entering.give_code(found, token_of(request), form.totp_code.data or "")
            entering.forgive_attempts(code_limits(found.user_id))
        return enter(form)
    except Refusal as refusal:
        _note_refused_code(refusal, "code")
        return show_code(form, refused(form, refusal))


def _note_refused_code(refusal: Refusal, step: str) -> None:
    """Attempts that were heard; those that came too fast are counted, not written."""
    if isinstance(refusal, CodeRefused | RecoveryCodeRefused):
        with unit_of_work():
            entering.note_refused_code(token_of(request), step)


def show_recovery(form: EntryForm, status: int = 200) -> Response:
    """The page of the recovery code."""
    return make_response(render_template("partners/people/recovery_code.html", form=form), status)


@blueprint.get("/connexion/code-de-secours")
@public
def recovery_code() -> Response:
    """A recovery code, when the phone is lost."""
    return show_recovery(fresh(RecoveryForm)) if pending() else back_to_start()


@blueprint.post("/connexion/code-de-secours")
@public
def give_recovery_code() -> Response:
    """Check the recovery code, and enter."""
    form, found = RecoveryForm(), pending()
    if found is None:
        return back_to_start()
    if not form.validate():
        return show_recovery(form, 422)
    code = form.recovery_code.data or ""
    try:
        attempt(code_limits(found.user_id))
        with unit_of_work():
            entering.give_recovery_code(found, token_of(request), code, by=ANONYMOUS)
        return enter(form)
    except Refusal as refusal:
        _note_refused_code(refusal, "recovery_code")
        return show_recovery(form, refused(form, refusal))


def show_enrol(found: Pending, form: EntryForm, status: int = 200) -> Response:
    """The page that shows the QR code of a new authenticator, the same until it is confirmed."""
    assert isinstance(form, EnrolForm)
    secret = _enrolled_secret(found, form) or proofs.new_totp_secret()
    form.sealed.data = proofs.seal_text(found.user_id, secret)
    groups = [secret[start : start + 4] for start in range(0, len(secret), 4)]
    page = render_template(
        "partners/people/enrol_factor.html",
        form=form,
        picture=proofs.totp_picture(secret, found.email),
        secret=" ".join(groups),
        email=found.email,
        skip=fresh(BareForm, form) if is_demonstration() else None,
    )
    return make_response(page, status)


def _enrolled_secret(found: Pending, form: EnrolForm) -> str | None:
    try:
        return proofs.open_text(found.user_id, form.sealed.data or "")
    except ValueError:
        return None


@blueprint.get("/connexion/double-verification")
@public
def enrol_factor() -> Response:
    """Activate the second factor."""
    found = pending()
    if found is None or found.has_totp:
        return back_to_start()
    return show_enrol(found, fresh(EnrolForm))


@blueprint.post("/connexion/double-verification")
@public
def confirm_factor() -> Response:
    """The first code proves the authenticator; recovery codes are shown once."""
    form, found = EnrolForm(), pending()
    if found is None or found.has_totp:
        return back_to_start()
    secret = _enrolled_secret(found, form)
    if not form.validate() or secret is None:
        return show_enrol(found, form, 422)
    token, code = token_of(request), form.totp_code.data or ""
    try:
        attempt(code_limits(found.user_id))
        with unit_of_work():
            codes = entering.enrol_factor(found, token, secret, code, by=ANONYMOUS)
            entering.forgive_attempts(code_limits(found.user_id))
    except CodeRefused as refusal:
        _note_refused_code(refusal, "enrolment")
        return show_enrol(found, form, refused(form, refusal))
    return _show_codes_and_enter(form, codes)


def _show_codes_and_enter(form: EntryForm, codes: list[str]) -> Response:
    new = new_token()
    with unit_of_work():
        entering.open_session(token_of(request), new, by=ANONYMOUS)
    page = render_template(
        "partners/people/recovery_codes.html", codes=codes, form=fresh(BareForm, form)
    )
    return give_session(make_response(page), new)


@blueprint.post("/connexion/suite")
@public
def resume() -> Response:
    """After the recovery codes: what was being typed, or the first page.

    Public, so that the pledge, when it is due, does not lose what is carried along.
    """
    return after_entry(token_of(request), BareForm())


@blueprint.post("/connexion/sans-code")
@public
def skip_factor() -> Response:
    """In demonstration mode only: enter without the second factor."""
    form = BareForm()
    if not is_demonstration():
        raise NotVisible()
    return enter(form) if pending() else back_to_start()


@blueprint.post("/connexion/demonstration")
@public
def demo_sign_in() -> Response:
    """In demonstration mode only: enter as one of the accounts on offer."""
    form, login = BareForm(), request.form.get("login", "")
    if login not in {account["login"] for account in demo_accounts()}:
        raise NotVisible()
    token, new = new_token(), new_token()
    with unit_of_work():
        user_id = crossing.account_of(login)
        if user_id is None:
            raise SignInRefused()
        device = device_of(request.user_agent.string)
        crossing.begin_sign_in(user_id, entering.hash_token(token), device)
        entering.open_session(token, new, by=ANONYMOUS)
    return give_session(after_entry(new, form), new)


@blueprint.post("/deconnexion")
@public
def sign_out() -> Response:
    """End this session."""
    actor = current_actor()
    if actor.is_member and actor.session_id:
        session = get_own_session(actor.session_id, actor)
        with unit_of_work():
            own.close_session(session, by=actor)
    flash("Vous êtes déconnecté. À bientôt.", "success")
    return take_session(back_to_start())


@blueprint.route("/confirmer", methods=["GET", "POST"])
@members_only
def confirm() -> Response:
    """The password again, before a sensitive page."""
    actor = current_actor()
    form = ConfirmForm() if request.method == "POST" else fresh(ConfirmForm)
    if request.method == "GET" or not form.validate():
        status = 200 if request.method == "GET" else 422
        return make_response(render_template("partners/people/confirm.html", form=form), status)
    assert isinstance(form, ConfirmForm)
    secret, new = get_own_secret(actor), new_token()
    try:
        attempt(code_limits(f"confirm:{actor.user_id}"))
        with unit_of_work():
            own.confirm_password(secret, form.password.data or "", token_of(request), new, by=actor)
    except Refusal as refusal:
        status = refused(form, refusal)
        return make_response(render_template("partners/people/confirm.html", form=form), status)
    return give_session(redirect(safe_next(form.next.data)), new)  # type: ignore[arg-type]
