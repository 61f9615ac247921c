"""The entries of the side bar and of the phone's bottom bar, by role."""

from dataclasses import dataclass
from typing import Any

from flask import request, url_for

from app.web.links import has_page

CASE_ROLES = frozenset({"adviser", "manager", "coordinator", "accountant"})
EVERYONE = CASE_ROLES | {"mediator", "observer", "auditor", "platform_admin"}
BOTTOM_BAR_LENGTH = 4


@dataclass(frozen=True)
class NavItem:
    """One possible entry: ``roles`` are the codes of those who see it."""

    endpoint: str
    label: str
    icon: str
    roles: frozenset[str]
    short: str = ""


@dataclass(frozen=True)
class NavLink:
    """One entry as shown: ``short`` is its label on a phone."""

    label: str
    short: str
    url: str
    icon: str
    is_current: bool


ITEMS = (
    NavItem("desk.today", "Aujourd’hui", "sun", EVERYONE),
    NavItem("referrals.new", "Nouvelle orientation", "send", CASE_ROLES, "Orienter"),
    NavItem("referrals.box", "Orientations", "inbox", CASE_ROLES),
    NavItem("casework.list_cases", "Dossiers", "folders", CASE_ROLES | {"mediator"}),
    NavItem("companies.search", "Entreprises", "building-store", CASE_ROLES),
    NavItem("organisations.directory", "Annuaire", "address-book", EVERYONE),
    NavItem("organisations.structure", "Structure", "users-group", frozenset({"manager"})),
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


def navigation(actor: Any) -> list[NavLink]:
    """Return the entries ``actor`` may open, in order; none when signed out."""
    if actor is None:
        return []
    return [
        _link(item) for item in ITEMS if str(actor.role) in item.roles and has_page(item.endpoint)
    ]


def _link(item: NavItem) -> NavLink:
    is_current = request.endpoint == item.endpoint
    return NavLink(
        item.label,
        item.short or item.label,
        url_for(item.endpoint),
        item.icon,
        is_current,
    )
