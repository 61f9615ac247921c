"""Naming who answers for a service."""

from collections.abc import Collection, Sequence

from app import journal
from app.actors import Actor
from app.db import db
from partners.organisations.models import Service
from partners.people.models import Correspondent, Membership


def name_correspondents(
    service: Service,
    members: Collection[Membership],
    current: Sequence[Correspondent],
    *,
    by: Actor,
) -> None:
    """These members answer for the service, and nobody else; ``current`` are the rows of today."""
    wanted = {member.id for member in members}
    known = {row.membership_id for row in current}
    for row in current:
        if row.membership_id not in wanted:
            db.session.delete(row)
    for membership_id in wanted - known:
        db.session.add(Correspondent(service_id=service.id, membership_id=membership_id))
    journal.record(service, "correspondent.named", by=by, details={"number": len(wanted)})
