"""What the pages of organisations share: the blueprint, loading what one runs."""

import uuid

from flask import Blueprint

from app.actors import Actor
from app.errors import NotAllowed, NotVisible
from partners.organisations.models import Organisation
from partners.organisations.queries import get_organisation
from partners.organisations.rules import can_run_organisation

blueprint = Blueprint("organisations", __name__)


def organisation_run_by(actor: Actor, organisation_id: uuid.UUID | None) -> Organisation:
    """The organisation this member runs: their own when none is named.

    Raises NotVisible, NotAllowed.
    """
    wanted = organisation_id or actor.organisation_id
    if wanted is None:
        raise NotVisible()
    if not can_run_organisation(actor, wanted):
        raise NotAllowed()
    return get_organisation(wanted)
