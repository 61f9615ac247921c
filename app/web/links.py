"""Addresses that templates build without knowing which features are installed."""

from flask import current_app, request, url_for

from app.security import current_actor, policy_of


def has_page(endpoint: str) -> bool:
    """Say whether ``endpoint`` exists in this installation (features land one by one)."""
    return endpoint in current_app.view_functions


def may_open(endpoint: str) -> bool:
    """Say whether the page exists and its policy lets this member in: no link to a refusal."""
    policy = policy_of(current_app, endpoint) if has_page(endpoint) else None
    return policy is not None and (policy.rule is None or policy.rule(current_actor()))


def home_url() -> str:
    """Return the address of the first page: *Aujourd’hui*, or the root when it is not there."""
    return url_for("desk.today") if has_page("desk.today") else "/"


def url_with(**changes: object) -> str:
    """Return the current address with its query changed; ``None`` removes an argument.

    Lists of values are kept: filters, search and sort survive a change of page.
    """
    arguments: dict[str, object] = {**asked(), **changes}
    kept = {key: value for key, value in arguments.items() if value is not None}
    return url_for(str(request.endpoint), **{**(request.view_args or {}), **kept})


def asked() -> dict[str, object]:
    """Arguments of the current address, as lists, without those that would order ``url_for``
    about (« _scheme », « _external », « endpoint »)."""
    return {
        name: values
        for name, values in request.args.lists()
        if not name.startswith("_") and name not in ("endpoint", *(request.view_args or {}))
    }


def url_keeping(endpoint: str) -> str:
    """Return the address of another page, asked the same."""
    return url_for(endpoint, **asked())  # type: ignore[arg-type]


def url_with_nothing() -> str:
    """Return the current address without its query: no search, filter, sort or page."""
    return url_for(str(request.endpoint), **(request.view_args or {}))
