"""Opening, describing, suspending an organisation."""

from app import clock, journal
from app.actors import Actor
from app.db import db
from app.folding import fold
from partners.organisations.enums import OrganisationKind, Side
from partners.organisations.errors import NameTaken, NoRecoverySide
from partners.organisations.models import Organisation, Seat
from partners.organisations.queries import find_organisation_named


def open_organisation(
    name: str, kind: OrganisationKind, sides: tuple[Side, ...] = (Side.AID,), *, by: Actor
) -> Organisation:
    """A new organisation with its seats. Raises NameTaken, NoRecoverySide."""
    if Side.RECOVERY in sides and not kind.can_claim:
        raise NoRecoverySide()
    if find_organisation_named(name):
        raise NameTaken()
    organisation = Organisation(name=name, folded_name=fold(name), kind=kind)
    db.session.add(organisation)
    journal.record(organisation, "organisation.opened", by=by, details={"kind": kind.value})
    for side in dict.fromkeys((Side.AID, *sides)):
        db.session.add(Seat(organisation_id=organisation.id, side=side))
    db.session.flush()
    return organisation


def change_organisation(
    organisation: Organisation, *, purpose: str, phone: str, email: str, website: str, by: Actor
) -> None:
    """What the directory says of an organisation; changing it is confirming it."""
    organisation.purpose = purpose
    organisation.phone = phone
    organisation.email = email
    organisation.website = website
    organisation.checked_at = clock.now()
    journal.record(organisation, "organisation.changed", by=by)


def rename_organisation(organisation: Organisation, name: str, *, by: Actor) -> None:
    """Another name; what was sent before keeps the former one. Raises NameTaken."""
    namesake = find_organisation_named(name)
    if namesake is not None and namesake.id != organisation.id:
        raise NameTaken()
    organisation.name = name
    organisation.folded_name = fold(name)
    journal.record(organisation, "organisation.renamed", by=by)


def confirm_organisation(organisation: Organisation, *, by: Actor) -> None:
    """Everything shown is still right: the page is fresh again."""
    now = clock.now()
    organisation.checked_at = now
    for service in organisation.services:
        service.checked_at = now
    journal.record(organisation, "organisation.confirmed", by=by)


def note_directory_export(count: int, *, by: Actor) -> None:
    """The directory leaves as a file: the journal says who took it, and how many lines it holds."""
    details = {"organisations": count}
    journal.record(
        Organisation(id=by.organisation_id), "directory.exported", by=by, details=details
    )


def suspend_organisation(organisation: Organisation, *, by: Actor) -> None:
    """Out of the directory and of every ranking; its cases and members stay."""
    organisation.is_active = False
    journal.record(organisation, "organisation.suspended", by=by)


def resume_organisation(organisation: Organisation, *, by: Actor) -> None:
    """Listed again."""
    organisation.is_active = True
    journal.record(organisation, "organisation.resumed", by=by)
