"""Addresses that templates build without knowing which features are installed."""

from flask import current_app, request, url_for


def has_page(endpoint: str) -> bool:
    """Say whether ``endpoint`` exists in this installation (features land one by one)."""
    return endpoint in current_app.view_functions


def home_url() -> str:
    """Return the address of the first page: *Aujourd’hui*, or the root when it is not there."""
    return url_for("desk.today") if has_page("desk.today") else "/"


def url_with(**changes: object) -> str:
    """Return the current address with its query changed; ``None`` removes an argument.

    Lists of values are kept: filters, search and sort survive a change of page.
    """
    arguments: dict[str, object] = dict(request.args.lists())
    arguments.update(changes)
    kept = {key: value for key, value in arguments.items() if value is not None}
    return url_for(str(request.endpoint), **{**(request.view_args or {}), **kept})


def url_with_nothing() -> str:
    """Return the current address without its query: no search, filter, sort or page."""
    return url_for(str(request.endpoint), **(request.view_args or {}))
