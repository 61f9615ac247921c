"""Pages of companies and persons."""

from cases.companies.views import companies, persons, searching
from cases.companies.views.blueprint import blueprint
from cases.companies.views.labels import template_globals

__all__ = ["blueprints", "companies", "persons", "searching", "template_globals"]

blueprints = (blueprint,)
