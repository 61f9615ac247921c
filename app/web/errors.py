"""Error pages: one quiet page per status, built without the database."""

from dataclasses import dataclass
from typing import Any

import structlog
from flask import Flask, Response, current_app, make_response, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError

from app.errors import Gone, NotAllowed, NotVisible, Refusal, TooMany

PAGES = (400, 403, 404, 405, 409, 410, 413, 429, 500, 503)
NEVER_SHOWN = ("password", "passe", "code", "token", "secret", "totp")
MAX_SHOWN_LENGTH = 5000
PLAIN = "text/plain; charset=utf-8"
#: States of PostgreSQL that a moment cures: a lock or an answer waited for too long, a deadlock.
BUSY = frozenset({"55P03", "57014", "40P01"})
RETRY_AFTER_SECONDS = "5"

log = structlog.get_logger("relais.web")


@dataclass(frozen=True)
class Typed:
    """One thing typed in a form that could not be sent: its field's name and its text."""

    name: str
    text: str


def register_error_pages(app: Flask) -> None:
    """Register a page for each HTTP error, for refusals of the domain and for lost sessions."""
    app.register_error_handler(CSRFError, show_expired_form)
    app.register_error_handler(Refusal, show_refusal)
    app.register_error_handler(OperationalError, show_database_error)
    app.register_error_handler(HTTPException, show_http_error)


def status_of(refusal: Refusal) -> int:
    """Return the HTTP status of a refusal (see ``app.errors``)."""
    for kind, status in (
        (NotVisible, 404),
        (NotAllowed, 403),
        (Gone, 410),
        (TooMany, 429),
    ):
        if isinstance(refusal, kind):
            return status
    return 409


def show_refusal(refusal: Refusal) -> ResponseReturnValue:
    """Answer a refusal with its own sentence."""
    renewal_url = getattr(refusal, "renewal_url", "")
    return error_page(status_of(refusal), message=refusal.message, renewal_url=renewal_url)


def show_http_error(error: HTTPException) -> ResponseReturnValue:
    """Answer an HTTP error; redirects and ready-made responses pass through."""
    if error.code is None or error.code < 400 or error.response is not None:
        return error
    if isinstance(error, SecurityError):
        # A host that is not ours: no address can be built, so the page has none.
        return Response("Cette adresse n’est pas celle de Relais.", 400, content_type=PLAIN)
    response = error_page(error.code)
    for name, value in error.get_headers():
        if name.lower() in ("retry-after", "allow"):
            response.headers[name] = value
    return response


def show_expired_form(error: CSRFError) -> ResponseReturnValue:
    """Say that the session expired, and give back what was typed."""
    return error_page(400, template="errors/expired.html", typed=typed_values(request.form))


def show_database_error(error: OperationalError) -> ResponseReturnValue:
    """The database is busy, or away: nothing was written, and what was typed is given back."""
    is_busy = getattr(error.orig, "sqlstate", None) in BUSY
    log.error("database.busy" if is_busy else "database.down", error=type(error.orig).__name__)
    template = "errors/busy.html" if is_busy else None
    response = error_page(503, template=template, typed=typed_values(request.form))
    response.headers["Retry-After"] = RETRY_AFTER_SECONDS
    return response


def typed_values(form: MultiDict[str, str]) -> list[Typed]:
    """Return the texts of a posted form, secrets and technical fields left out."""
    pairs = [(name, text.strip()) for name, text in form.items(multi=True)]
    return [Typed(name, text[:MAX_SHOWN_LENGTH]) for name, text in pairs if _is_shown(name, text)]


def _is_shown(name: str, text: str) -> bool:
    return len(text) > 2 and not any(word in name.lower() for word in NEVER_SHOWN)


def error_page(status: int, template: str | None = None, **context: Any) -> Any:
    """Return the page of ``status``; ``message`` in the context replaces the usual sentence.

    Context processors are not run: they may need the database that has just failed.
    """
    known = status if status in PAGES else (InternalServerError.code if status >= 500 else 400)
    page = current_app.jinja_env.get_template(template or f"errors/{known}.html")
    values = {
        "actor": None,
        "message": None,
        "status": status,
        "renewal_url": "",
        "typed": (),
        **context,
    }
    return make_response(page.render(values), status)
