"""Pages of the organisations: the directory, the manager's *Structure*, the administration."""

from partners.organisations.views import (
    administration,
    directory,
    routing,
    services,
    structure,
    units,
)
from partners.organisations.views.base import blueprint

__all__ = ["administration", "directory", "routing", "services", "structure", "units"]

blueprints = (blueprint,)
template_parts = {"organisation_parts": "partners/organisations/_parts.html"}
