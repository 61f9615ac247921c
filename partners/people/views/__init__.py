"""Pages about people; each module adds its own to the one blueprint ``people``."""

from partners.people.views import (
    absences,
    correspondents,
    entry,
    invitations,
    joining,
    members,
    profile,
)
from partners.people.views.blueprint import blueprint

__all__ = [
    "absences",
    "blueprints",
    "correspondents",
    "entry",
    "invitations",
    "joining",
    "members",
    "profile",
]

blueprints = (blueprint,)
