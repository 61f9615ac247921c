"""What a case needs: written once, corrected until it is sent."""

from app import journal
from app.actors import Actor
from app.db import db
from cases.casework.enums import Audience
from cases.casework.models import CaseFile
from cases.referrals.errors import CaseIsOver
from cases.referrals.models import Need
from cases.referrals.queries.needs import find_need_of_form
from cases.referrals.rules.rights import is_sealed
from partners.organisations.enums import Subject


def add_need(
    case: CaseFile,
    subject: Subject,
    description: str,
    *,
    budget_euros: int | None = None,
    client_key: str | None = None,
    by: Actor,
) -> Need:
    """Write a need; the same form sent again corrects the one it wrote. Raises CaseIsOver.

    Health stays with the seat that wrote it (``domain.md`` §5); other needs are for the partners
    who help, never for the recovery side.
    """
    if not case.is_open:
        raise CaseIsOver
    need = find_need_of_form(client_key, by) if client_key else None
    if need is not None:
        return correct_need(need, subject, description, budget_euros=budget_euros, by=by)
    need = Need(
        case=case,
        seat_id=by.seat_id,
        author_id=by.membership_id,
        subject=subject,
        audience=audience_of(subject),
        description=description,
        budget_euros=budget_euros,
        client_key=client_key,
    )
    db.session.add(need)
    journal.record(need, "need.added", by=by, case_id=case.id)
    return need


def correct_need(
    need: Need, subject: Subject, description: str, *, budget_euros: int | None, by: Actor
) -> Need:
    """Change what is written of a need; what was sent already keeps its own words."""
    need.subject, need.audience = subject, audience_of(subject)
    need.description, need.budget_euros = description, budget_euros
    journal.record(need, "need.corrected", by=by)
    return need


def audience_of(subject: Subject) -> Audience:
    """Who reads a need on this subject."""
    return Audience.OWN if is_sealed(subject) else Audience.AID
