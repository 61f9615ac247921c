"""*Demande d'accès*: names a company, never a case, and always gets the same answer."""

from sqlalchemy import func as sql
from sqlalchemy import select

from app import clock, journal
from app.actors import Actor
from app.db import db
from app.jobs import enqueue
from cases.referrals.models import AccessRequest, AccessRequestMatch
from partners.organisations.enums import Subject

TELL_LEAD = "cases.referrals.tell_lead_of_request"


def request_access(
    company_name: str, siren: str | None, subject: Subject, reason: str, *, by: Actor
) -> AccessRequest:
    """Ask to be let in. Whether a case exists is decided inside the database and told to nobody.

    The message to a lead, if there is one, leaves through the outbox in every case: same time,
    same bytes.
    """
    request = AccessRequest(
        seat_id=by.seat_id,
        member_id=by.membership_id,
        siren=siren,
        company_name=company_name,
        subject=subject,
        reason=reason,
    )
    db.session.add(request)
    db.session.flush()
    db.session.execute(select(sql.match_access_request(request.id)))
    journal.record(request, "access.requested", by=by)
    enqueue(TELL_LEAD, key=str(request.id), by=by, request_id=request.id)
    return request


def close_access_request(match: AccessRequestMatch, *, by: Actor) -> None:
    """The lead has chosen: invited, or not. The author of the request is told nothing."""
    match.handled_at, match.handled_by = clock.now(), by.membership_id
    journal.record(match.request, "access.handled", by=by, case_id=match.case_id)
