"""Pages of the rights of the person."""

from cases.rights.views import asking, copying, handling, noting
from cases.rights.views.blueprint import blueprint

__all__ = ["asking", "blueprints", "copying", "handling", "noting"]

blueprints = (blueprint,)
template_parts = {"rights_parts": "cases/rights/_parts.html"}
