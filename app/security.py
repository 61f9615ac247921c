"""Who may reach a page: deny by default, one policy per view, the Actor of the request.

Views are decorated with ``@public``, ``@members_only``, ``@requires(rule)`` or
``@by_link(purpose)``, under ``@blueprint.route``. A view without a policy is refused.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Request, Response, current_app, g, redirect, request, url_for
from flask_login import LoginManager, UserMixin, current_user
from werkzeug.exceptions import Forbidden

from app import rows
from app.actors import ANONYMOUS, Actor
from app.errors import Gone, NotAllowed

View = TypeVar("View", bound=Callable[..., Any])
Rule = Callable[[Actor], bool]

#: Endpoints a member may reach before having signed the confidentiality pledge.
BEFORE_PLEDGE = {"people.pledge", "people.sign_out", "people.profile", "people.switch_seat"}


@dataclass(frozen=True)
class Policy:
    """What a page asks of whoever wants it; ``name`` is what the access table prints."""

    name: str
    rule: Rule | None = None
    purpose: str = ""
    renewal: str = ""


def _stamp(policy: Policy) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        view.policy = policy  # type: ignore[attr-defined]
        return view

    return decorate


def public(view: View) -> View:
    """Everybody, signed in or not."""
    return _stamp(Policy("public"))(view)


def members_only(view: View) -> View:
    """Any signed-in member."""
    return _stamp(Policy("members_only"))(view)


def requires(rule: Rule) -> Callable[[View], View]:
    """Members for whom ``rule(actor)`` holds; the others get 403."""
    return _stamp(Policy(f"requires:{rule.__name__}", rule=rule))


def by_link(purpose: str, *, renewal: str = "") -> Callable[[View], View]:
    """The bearer of a link of this purpose; the view has a ``token`` argument in its address.

    ``renewal`` is the endpoint at which the bearer of an expired link asks for another.
    """
    return _stamp(Policy(f"by_link:{purpose}", purpose=purpose, renewal=renewal))


def policy_of(app: Flask, endpoint: str) -> Policy | None:
    """The policy of an endpoint, None where it has none (and so cannot be reached)."""
    if endpoint == "static" or endpoint.endswith(".static"):
        return Policy("public")
    return getattr(app.view_functions[endpoint], "policy", None)


def current_actor() -> Actor:
    """The Actor of this request. For views and templates only; pass it on as ``by=actor``."""
    return g.get("actor", ANONYMOUS)


class SignedIn(UserMixin):
    """The member that Flask-Login found behind the request's session, as an Actor."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.id = str(actor.user_id)


def init_security(app: Flask) -> None:
    """Refuse, before each request, what its policy does not allow.

    Flask-Login asks the reader of sessions, once per request; sessions live in the database, so
    nothing of it is kept in a cookie of its own. Templates are not given ``current_user``: reading
    it there would change who acts in the middle of a page that was opened by a link.
    """
    manager = LoginManager()
    manager.init_app(app, add_context_processor=False)
    manager.session_protection = None
    manager.request_loader(_read_member)
    manager.unauthorized_handler(_sign_in_again)
    app.before_request(open_request)
    app.after_request(send_headers)


def open_request() -> Response | None:
    """Build the Actor, open the row-level scope, enforce the policy of the page."""
    if request.endpoint is None or request.endpoint.endswith("static"):
        return None
    policy = policy_of(current_app, request.endpoint)
    if policy is None:
        raise Forbidden("no policy")
    g.actor = _actor_for(policy)
    rows.act_as(g.actor)
    return _refuse(policy, g.actor)


def _actor_for(policy: Policy) -> Actor:
    """A link's page is read as the link, whoever is signed in."""
    readers = current_app.extensions["relais.actors"]
    if policy.purpose:
        actor = readers["link"](request.view_args or {}, policy.purpose)
        if actor is None:
            raise _gone(policy)
        return actor
    return current_user.actor if current_user.is_authenticated else ANONYMOUS


def _gone(policy: Policy) -> Gone:
    arguments = request.view_args or {}
    refusal = current_app.extensions["relais.actors"]["dead_link"](arguments, policy.purpose)
    if policy.renewal and refusal.is_renewable:
        refusal.renewal_url = url_for(policy.renewal, **arguments)
    return refusal


def _read_member(asked: Request) -> SignedIn | None:
    actor = current_app.extensions["relais.actors"]["member"](asked)
    return SignedIn(actor) if actor else None


def _sign_in_again() -> Response:
    return current_app.extensions["relais.actors"]["sign_in_again"](request)


def ask_password_again() -> Response | None:
    """The page that asks for the password, for a sensitive page; None when it was given lately."""
    return current_app.extensions["relais.actors"]["password_again"]()


def _refuse(policy: Policy, actor: Actor) -> Response | None:
    if policy.name == "public" or policy.purpose:
        return None
    if not actor.is_member:
        return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
    if actor.must_pledge and request.endpoint not in BEFORE_PLEDGE:
        return redirect(url_for("people.pledge", next=safe_next(request.full_path)))  # type: ignore[return-value]
    if policy.rule is not None and not policy.rule(actor):
        raise NotAllowed()
    return None


def safe_next(target: str | None) -> str:
    """A path of this site, never another one; ``/`` otherwise."""
    parts = urlsplit(target or "")
    if parts.scheme or parts.netloc or not parts.path.startswith("/") or "\\" in (target or ""):
        return "/"
    if parts.path.startswith("//"):
        return "/"
    return parts.path + (f"?{parts.query}" if parts.query else "")


HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
        " font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none';"
        " form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def send_headers(response: Response) -> Response:
    """Security headers on every response; nothing but static files is ever stored."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    if current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return response
