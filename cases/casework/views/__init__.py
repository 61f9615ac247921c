"""Pages of cases."""

from cases.casework.views import (
    acting,
    agreeing,
    assessing,
    consenting,
    listing,
    opening,
    outside,
    reading,
    replying,
    sharing,
    steering,
    writing,
)
from cases.casework.views.blueprint import blueprint

__all__ = [
    "acting",
    "agreeing",
    "assessing",
    "blueprints",
    "consenting",
    "listing",
    "opening",
    "outside",
    "reading",
    "replying",
    "sharing",
    "steering",
    "writing",
]

blueprints = (blueprint,)
template_parts = {"case_parts": "cases/casework/_parts.html"}
