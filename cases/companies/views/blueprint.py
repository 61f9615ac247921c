"""The blueprint of companies and persons, and who may open its pages."""

from flask import Blueprint

from app.actors import Actor

blueprint = Blueprint("companies", __name__)


def reads_companies(actor: Actor) -> bool:
    """The roles that read cases look companies up; the others have no use for them."""
    return actor.reads_cases
