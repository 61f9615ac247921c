"""The entries of the side bar and of the phone's bottom bar, by role."""

from dataclasses import dataclass
from typing import Any

from flask import current_app, request
from markupsafe import Markup

from app.web.links import built_once, has_page, lasting_url

CASE_ROLES = frozenset({"adviser", "manager", "coordinator", "accountant"})
EVERYONE = CASE_ROLES | {"mediator", "observer", "auditor", "platform_admin"}
MANAGERS = frozenset({"manager"})
BOTTOM_BAR_LENGTH = 4
#: Addresses below an entry that do not begin as it does.
REFERRALS = ("/demandes-acces", "/impressions")
CASES = ("/accords", "/actions", "/fil", "/participations")
STRUCTURE = ("/structures", "/antennes", "/services", "/regles")


@dataclass(frozen=True)
class NavItem:
    """One possible entry: ``roles`` see it, ``under`` are the addresses below it."""

    endpoint: str
    label: str
    icon: str
    roles: frozenset[str]
    short: str = ""
    under: tuple[str, ...] = ()


@dataclass(frozen=True)
class NavLink:
    """One entry as shown: ``short`` is its label on a phone.

    ``is_current`` on the page itself and on those below it, ``is_page`` on itself only.
    """

    label: str
    short: str
    url: str
    icon: str
    is_page: bool
    is_current: bool


ITEMS = (
    NavItem("desk.today", "Aujourd’hui", "sun", EVERYONE),
    NavItem("referrals.new", "Nouvelle orientation", "send", CASE_ROLES, "Orienter", ("/besoins",)),
    NavItem("referrals.box", "Orientations", "inbox", CASE_ROLES, under=REFERRALS),
    NavItem("casework.list_cases", "Dossiers", "folders", CASE_ROLES, under=CASES),
    NavItem("companies.search", "Entreprises", "building-store", CASE_ROLES, under=("/personnes",)),
    NavItem("organisations.directory", "Annuaire", "address-book", EVERYONE),
    NavItem("organisations.structure", "Structure", "users-group", MANAGERS, under=STRUCTURE),
    NavItem(
        "organisations.admin",
        "Administration",
        "settings",
        frozenset({"platform_admin"}),
        "Admin.",
    ),
    NavItem("desk.journal", "Journal", "list-search", frozenset({"auditor"})),
    NavItem("desk.help", "Aide", "help-circle", EVERYONE),
    NavItem("people.profile", "Mon profil", "user-circle", EVERYONE, "Profil"),
)


def drawn_navigation(actor: Any) -> Markup:
    """Return both bars, drawn once for each role, side and page: the address of a page begins with
    the same words whatever it is about. An address that leads nowhere is looked at itself."""
    if request.endpoint is None:
        return _draw_navigation(actor)
    key = (drawn_navigation, actor.role, actor.side, request.endpoint)
    return built_once(key, lambda: _draw_navigation(actor))


def _draw_navigation(actor: Any) -> Markup:
    bars = current_app.jinja_env.get_template("layout/_navigation.html")
    return Markup(bars.render(links=navigation(actor)))


def navigation(actor: Any) -> list[NavLink]:
    """Return the entries ``actor`` may open, in order; none when signed out."""
    if actor is None:
        return []
    items = [i for i in ITEMS if _is_for(actor, i) and has_page(i.endpoint)]
    depths = [_depth(item) for item in items]
    return [
        _link(item, is_current=0 < depth == max(depths))
        for item, depth in zip(items, depths, strict=True)
    ]


def _is_for(actor: Any, item: NavItem) -> bool:
    """The recovery side of a creditor answers referrals, it sends none."""
    is_closed = item.endpoint == "referrals.new" and getattr(actor, "side", None) == "recovery"
    return str(actor.role) in item.roles and not is_closed


def _depth(item: NavItem) -> int:
    """How much of the page's address is the entry's own; 0 when the page is not below it."""
    own = lasting_url(item.endpoint)
    if request.endpoint == item.endpoint:
        return len(request.path) + 1
    starts = (start for start in (own, *item.under) if start != "/")
    return max((len(s) for s in starts if f"{request.path}/".startswith(f"{s}/")), default=0)


def _link(item: NavItem, is_current: bool) -> NavLink:
    return NavLink(
        item.label,
        item.short or item.label,
        lasting_url(item.endpoint),
        item.icon,
        is_page=request.endpoint == item.endpoint,
        is_current=is_current,
    )
