"""Addresses that templates build without knowing which features are installed."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import current_app, g, has_request_context, request, url_for
from markupsafe import Markup, escape

from app.security import current_actor, policy_of

#: Places an application may stand at, for which what is built is kept.
MOST_PREFIXES = 8
#: Where the identifiers of an address go.
BLANKS = tuple(str(UUID(int=number)) for number in range(4))

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
    return built_once(
        (endpoint, *values.items()),
        lambda: url_for(endpoint, **values),  # type: ignore[arg-type]
    )


def page_url(endpoint: str, **values: Any) -> str:
    """Return what ``url_for`` does, which templates call by that name: an address that only the
    identifiers of rows change is built once, and they are written in it."""
    is_filled = len(values) <= len(BLANKS) and all(isinstance(v, UUID) for v in values.values())
    if not (is_filled and has_request_context()):
        return url_for(endpoint, **values)
    address = lasting_url(endpoint, **dict(zip(values, BLANKS, strict=False)))
    for blank, value in zip(BLANKS, values.values(), strict=False):
        address = address.replace(blank, str(value))
    return address


def static_url(filename: str) -> str:
    """Return the address of a browser file."""
    return lasting_url("static", filename=filename)


def drawn_icon(name: str, label: str | None = None, **css: str) -> Markup:
    """Return an icon of the sprite, drawn once: decorative, or saying ``label``; ``class`` adds
    to its own."""
    added = css.get("class", "")

    def draw() -> Markup:
        said = TOLD.format(label) if label else SILENT
        return ICON.format(added, said, static_url("vendor/icons.svg"), name)

    return built_once((drawn_icon, name, label, added), draw)


def drawn_badge(text: str, tone: str = "neutral", icon_name: str | None = None) -> Markup:
    """Return a badge: a list shows fifty, which a macro takes three times as long to draw."""
    icon = drawn_icon(icon_name) if icon_name else ""
    return Markup(
        f'<span class="rl-badge rl-tone-{escape(tone)}">{icon}<span>{escape(text)}</span></span>'
    )


def drawn_once(template: str) -> Markup:
    """Return a part of pages that says the same on all of them: drawn once."""
    part = current_app.jinja_env.get_template(template)
    return built_once((drawn_once, template), lambda: Markup(part.render()))


def drawn_with_blanks(
    key: tuple[Any, ...], draw: Callable[[], Markup], words: Mapping[str, str]
) -> Markup:
    """Return a part of pages that says the same on all of them but for a few words: drawn once
    with a blank in the place of each, which ``words`` names; they are escaped here."""
    drawn = str(built_once(key, draw))
    for blank, word in words.items():
        drawn = drawn.replace(blank, escape(word))
    return Markup(drawn)


def built_once(key: tuple[Any, ...], build: Callable[[], Any]) -> Any:
    """Return what was built for this application, where it stands (a proxy may put it below a
    prefix): the same for everybody who gives this key, of which there are few."""
    if (kept := g.get("built_once")) is None:
        root = request.script_root if has_request_context() else ""
        places = current_app.extensions["relais.built_once"]
        # A proxy has one prefix; whoever makes some up fills nothing.
        is_kept = root in places or len(places) < MOST_PREFIXES
        kept = g.built_once = places.setdefault(root, {}) if is_kept else {}
    if key not in kept:
        kept[key] = build()
    return kept[key]


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
