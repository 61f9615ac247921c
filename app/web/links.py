"""Addresses that templates build without knowing which features are installed."""

import uuid
from typing import Any

from flask import current_app, g, has_request_context, request, url_for
from markupsafe import Markup

from app.security import current_actor, policy_of

NOBODY = uuid.UUID(int=0)
ICON = Markup('<svg class="icon {}" {} focusable="false"><use href="{}#{}"/></svg>')
SILENT, TOLD = Markup('aria-hidden="true"'), Markup('role="img" aria-label="{}"')


def has_page(endpoint: str) -> bool:
    """Say whether ``endpoint`` exists in this installation (features land one by one)."""
    return endpoint in current_app.view_functions


def may_open(endpoint: str) -> bool:
    """Say whether the page exists and its policy lets this member in: no link to a refusal."""
    policy = policy_of(current_app, endpoint) if has_page(endpoint) else None
    return policy is not None and (policy.rule is None or policy.rule(current_actor()))


def home_url() -> str:
    """Return the address of the first page: *Aujourd’hui*, or the root when it is not there."""
    return lasting_url("desk.today") if has_page("desk.today") else "/"


def lasting_url(endpoint: str, **values: str) -> str:
    """Return an address that the request does not change, built once: a page shows dozens."""
    kept, key = _kept(), (endpoint, *values.items())
    if key not in kept:
        kept[key] = url_for(endpoint, **values)  # type: ignore[arg-type]
    return kept[key]


def page_of(endpoint: str, row_id: object, name: str, anchor: str = "") -> str:
    """Return the address of the page of one row, which ``name`` carries: built once for all rows,
    since only the identifier changes."""
    address = lasting_url(endpoint, **{name: str(NOBODY)}).replace(str(NOBODY), str(row_id))
    return f"{address}#{anchor}" if anchor else address


def static_url(filename: str) -> str:
    """Return the address of a browser file."""
    return lasting_url("static", filename=filename)


def drawn_icon(name: str, label: str | None = None, **css: str) -> Markup:
    """Return an icon of the sprite, drawn once: decorative, or saying ``label``; ``class`` adds
    to its own."""
    kept, key = _kept(), (drawn_icon, name, label, css.get("class", ""))
    if key not in kept:
        said = TOLD.format(label) if label else SILENT
        kept[key] = ICON.format(css.get("class", ""), said, static_url("vendor/icons.svg"), name)
    return kept[key]


def _kept() -> dict[tuple[Any, ...], Any]:
    """What was built for this application, where it stands (a proxy may put it below a prefix)."""
    if (kept := g.get("built_once")) is None:
        root = request.script_root if has_request_context() else ""
        kept = g.built_once = current_app.extensions["relais.built_once"].setdefault(root, {})
    return kept


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
