"""A seat as pages name it: the shape of the model, without what is not shown."""

import uuid

import msgspec

from app.actors import Side
from partners.organisations.enums import OrganisationKind
from partners.organisations.models import Seat


class ShownOrganisation(msgspec.Struct, frozen=True):
    """An organisation's name."""

    name: str
    kind: OrganisationKind


class ShownSeat(msgspec.Struct, frozen=True):
    """A seat, with the organisation it is of."""

    id: uuid.UUID
    side: Side
    organisation: ShownOrganisation


AnySeat = Seat | ShownSeat
