"""Being away, and who answers instead."""

from datetime import date

from app import journal
from app.actors import Actor
from app.db import db
from partners.people.errors import AbsenceOverlaps, DeputyRefused
from partners.people.models import Absence, Membership
from partners.people.queries.absences import has_overlapping_absence


def note_absence(
    membership: Membership,
    starts_on: date,
    ends_on: date,
    deputy: Membership | None,
    *,
    by: Actor,
) -> Absence:
    """Days away, both included. Raises AbsenceOverlaps, DeputyRefused."""
    _check_deputy(membership, deputy)
    if has_overlapping_absence(membership.id, starts_on, ends_on):
        raise AbsenceOverlaps()
    absence = Absence(
        membership_id=membership.id,
        deputy_id=deputy.id if deputy else None,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    db.session.add(absence)
    journal.record(absence, "absence.noted", by=by)
    return absence


def change_absence(
    absence: Absence,
    starts_on: date,
    ends_on: date,
    deputy: Membership | None,
    *,
    by: Actor,
) -> None:
    """Other days, another deputy. Raises AbsenceOverlaps, DeputyRefused."""
    _check_deputy(absence.membership, deputy)
    if has_overlapping_absence(absence.membership_id, starts_on, ends_on, absence.id):
        raise AbsenceOverlaps()
    absence.starts_on, absence.ends_on = starts_on, ends_on
    absence.deputy_id = deputy.id if deputy else None
    journal.record(absence, "absence.changed", by=by)


def cancel_absence(absence: Absence, *, by: Actor) -> None:
    """They are here after all."""
    journal.record(absence, "absence.cancelled", by=by)
    db.session.delete(absence)


def _check_deputy(membership: Membership, deputy: Membership | None) -> None:
    if deputy is None:
        return
    is_other = deputy.id != membership.id and deputy.seat_id == membership.seat_id
    if not (is_other and deputy.is_active):
        raise DeputyRefused()
