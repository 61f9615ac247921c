"""What the pages of organisations share: the blueprint, loading what one runs."""

import uuid

from flask import Blueprint

from app.actors import Actor, Side
from app.errors import NotAllowed, NotVisible
from partners.organisations.models import Organisation
from partners.organisations.queries import aid_side_has_manager, get_organisation
from partners.organisations.rules import can_run_organisation, can_see_structure

AID_RUNS = (
    "Les antennes, les services et les règles reviennent à la personne responsable du côté"
    " accompagnement de votre structure."
)
blueprint = Blueprint("organisations", __name__)


def organisation_run_by(actor: Actor, organisation_id: uuid.UUID) -> Organisation:
    """The organisation of this name, for whoever runs it. Raises NotVisible, NotAllowed."""
    if not runs(actor, organisation_id):
        raise NotAllowed(AID_RUNS if can_see_structure(actor, organisation_id) else None)
    return get_organisation(organisation_id)


def organisation_seen_by(actor: Actor, organisation_id: uuid.UUID | None) -> Organisation:
    """The same for any of its managers: their own when none is named.

    Raises NotVisible, NotAllowed.
    """
    wanted = organisation_id or actor.organisation_id
    if wanted is None:
        raise NotVisible()
    if not can_see_structure(actor, wanted):
        raise NotAllowed()
    return get_organisation(wanted)


def runs(actor: Actor, organisation_id: uuid.UUID) -> bool:
    """May this member change what concerns the whole organisation?"""
    is_asked = actor.side is Side.RECOVERY and can_see_structure(actor, organisation_id)
    has_manager = is_asked and aid_side_has_manager(organisation_id)
    return can_run_organisation(actor, organisation_id, aid_has_manager=has_manager)
