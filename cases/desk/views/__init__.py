"""Pages of the desk."""

from cases.desk.views import guidance, journal, notices, today
from cases.desk.views.base import blueprint

__all__ = ["guidance", "journal", "notices", "today"]

blueprints = (blueprint,)
