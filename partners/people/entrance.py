"""The pages of the entrance, whoever leads to them: sign-in, and what comes after it."""

from collections.abc import Callable
from typing import Any

from flask import Request, Response, current_app, make_response, render_template

from partners.people.enums import ROLE_LABELS
from partners.people.forms.entry import BareForm, SignInForm
from partners.people.kept import keep_typed, read_kept

#: Set by the feature that makes demonstration accounts: ``() -> list of dicts``.
DEMO_ACCOUNTS = "relais.demo_accounts"


def is_demonstration() -> bool:
    """In demonstration mode only, the second factor may be skipped."""
    return bool(current_app.config["RELAIS_DEMO"])


def demo_accounts() -> list[dict[str, Any]]:
    """Accounts offered one click each: ``login name role organisation side``; else none."""
    provider: Callable[[], list[dict[str, Any]]] | None
    provider = current_app.extensions.get(DEMO_ACCOUNTS)
    return provider() if provider and is_demonstration() else []


def _by_role(accounts: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """In the order of the roles; a role without account is left out."""
    found: dict[str, list[dict[str, Any]]] = {label: [] for label in ROLE_LABELS.values()}
    for account in accounts:
        found.setdefault(account["role"], []).append(account)
    return {role: people for role, people in found.items() if people}


def show_sign_in(form: SignInForm, status: int = 200) -> Response:
    """The sign-in page."""
    page = render_template(
        "partners/people/sign_in.html",
        form=form,
        accounts=_by_role(demo_accounts()),
        is_kept=read_kept(form.kept.data) is not None,
    )
    return make_response(page, status)


def show_sign_in_over(asked: Request) -> Response:
    """The sign-in page in the place of a form whose session expired, with what it said."""
    kept = keep_typed(asked)
    return show_sign_in(SignInForm(formdata=None, data={"kept": kept}), 401)


def show_resume(signed: str) -> Response:
    """« Reprendre »: what was typed, and a button that sends it where it was going."""
    kept = read_kept(signed)
    page = render_template("partners/people/resume.html", kept=kept, form=BareForm(formdata=None))
    return make_response(page)
