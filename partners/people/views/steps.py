"""What the steps of signing in share: attempts, the pending token, what comes after."""

from collections.abc import Callable, Iterable

from flask import Response, g, make_response, redirect, render_template, request, url_for

from app import rows
from app.actors import ANONYMOUS
from app.db import db, unit_of_work
from app.errors import Refusal
from app.links import hash_token
from app.security import safe_next
from partners.people import crossing
from partners.people.commands import entering
from partners.people.cookies import give_session, new_token, token_of
from partners.people.crossing import Pending
from partners.people.entrance import show_resume
from partners.people.errors import TooManyAttempts
from partners.people.forms.entry import EntryForm, PledgeForm
from partners.people.kept import kept_of
from partners.people.rules import Limit
from partners.people.sessions import read_token


def attempt(limits: Iterable[Limit]) -> None:
    """Count this attempt, in a transaction of its own. Raises TooManyAttempts."""
    with unit_of_work():
        seconds = entering.count_attempts(limits)
    if seconds:
        raise TooManyAttempts(seconds)


def address() -> str:
    """Where the request comes from."""
    return request.remote_addr or ""


def pending() -> Pending | None:
    """Who has given a password in this browser, less than ten minutes ago."""
    token = token_of(request)
    found = crossing.pending_sign_in(hash_token(token)) if token else None
    db.session.rollback()
    return found


def next_step(endpoint: str, form: EntryForm, show: Callable[[EntryForm], Response]) -> Response:
    """The next page: by its address, or at once when what was typed must be carried along."""
    if form.kept.data:
        return show(form)
    return redirect(url_for(endpoint, next=safe_next(form.next.data)))  # type: ignore[return-value]


def back_to_start() -> Response:
    """Too late, or the password was never given here."""
    return redirect(url_for("people.sign_in"))  # type: ignore[return-value]


def refused(form: EntryForm, refusal: Refusal) -> int:
    """Show a refusal on top of the form; the HTTP status of the page."""
    form.form_errors.append(refusal.message)
    return 429 if isinstance(refusal, TooManyAttempts) else 422


def enter(form: EntryForm) -> Response:
    """Open the session, then go where one was going. Raises NoSeatLeft."""
    token = new_token()
    with unit_of_work():
        entering.open_session(token_of(request), token, by=ANONYMOUS)
    return give_session(after_entry(token, form), token)


def after_entry(token: str, form: EntryForm) -> Response:
    """What was typed comes back first, after the pledge when it is due."""
    actor = read_token(token)
    if actor is None or kept_of(form.kept.data, actor.user_id) is None:
        return redirect(safe_next(form.next.data))  # type: ignore[return-value]
    g.actor = actor
    rows.act_as(actor)
    if actor.must_pledge:
        pledge = PledgeForm(formdata=None, data={"kept": form.kept.data})
        return make_response(render_template("partners/people/pledge.html", form=pledge))
    return show_resume(form.kept.data or "")
