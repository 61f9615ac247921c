"""The cookie of a session: a random token, for this host, until the browser is closed."""

import secrets

from flask import Request, Response, current_app


def cookie_name() -> str:
    """Name of the cookie: bound to this very host when the site is on https."""
    is_secure = current_app.config["SESSION_COOKIE_SECURE"]
    return "__Host-relais_session" if is_secure else "relais_session"


def token_of(asked: Request) -> str:
    """The token a browser gave, empty when it gave none."""
    return asked.cookies.get(cookie_name(), "")


def new_token() -> str:
    """A token nobody can guess: 256 bits."""
    return secrets.token_urlsafe(32)


def give_session(response: Response, token: str) -> Response:
    """Put the token in the browser, until it is closed."""
    response.set_cookie(
        cookie_name(),
        token,
        path="/",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response


def take_session(response: Response) -> Response:
    """Take the token away."""
    is_secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.delete_cookie(cookie_name(), path="/", secure=is_secure, httponly=True, samesite="Lax")
    return response
