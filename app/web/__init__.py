"""What every page shares: filters, list helpers, navigation, base form and error pages."""

from collections.abc import Callable

from flask import Flask

from app.web.errors import register_error_pages
from app.web.formatting import FILTERS
from app.web.links import (
    drawn_badge,
    drawn_icon,
    drawn_once,
    has_page,
    home_url,
    may_open,
    page_url,
    static_url,
    url_keeping,
    url_with,
    url_with_nothing,
)
from app.web.navigation import drawn_navigation
from app.web.typography import init_typography

TEMPLATE_GLOBALS: dict[str, Callable[..., object]] = {
    "drawn_navigation": drawn_navigation,
    "url_for": page_url,
    "url_keeping": url_keeping,
    "url_with": url_with,
    "url_with_nothing": url_with_nothing,
    "has_page": has_page,
    "may_open": may_open,
    "home_url": home_url,
    "static_url": static_url,
    "drawn_badge": drawn_badge,
    "drawn_icon": drawn_icon,
    "drawn_once": drawn_once,
}
#: Macros that every template has: imported by each page anew, they cost a tenth of its time.
PARTS = {
    "ui": "parts/ui.html",
    "forms": "parts/forms.html",
    "lists": "parts/lists.html",
    "story": "parts/story.html",
}


def init_web(app: Flask) -> None:
    """Give ``app`` the filters and globals its templates count on, error pages, spacing."""
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(TEMPLATE_GLOBALS)
    app.extensions["relais.built_once"] = {}
    share_parts(app, PARTS)
    register_error_pages(app)
    init_typography(app)


def share_parts(app: Flask, parts: dict[str, str]) -> None:
    """Give every template the macros of these, by name."""
    for name, template in parts.items():
        app.jinja_env.globals[name] = app.jinja_env.get_template(template).module
