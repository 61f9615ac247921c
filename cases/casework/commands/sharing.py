"""Who follows a case: leaving, ending an access, naming a colleague, handing cases over."""

from sqlalchemy import func, select

from app import clock, journal
from app.actors import Actor
from app.db import db
from cases.casework.commands.steering import lock
from cases.casework.commands.writing import tell
from cases.casework.enums import EntryKind, ParticipantRole
from cases.casework.errors import CasesLeftAlone, LeadCannotLeave
from cases.casework.models import CaseFile, Participation
from cases.casework.rules import is_left_alone
from partners.people.models import Membership


def leave_case(participation: Participation, *, reason: str = "", by: Actor) -> None:
    """The actor's seat leaves: dated, its access stops at once, what it wrote stays."""
    if participation.role is ParticipantRole.LEAD:
        raise LeadCannotLeave
    text = f"{by.organisation_name} quitte le dossier. {reason}".strip()
    tell(participation.case_id, EntryKind.PARTICIPANT_LEFT, text, by=by)
    journal.record(participation, "participation.left", by=by)
    _end(participation, "left")


def end_participation(
    case: CaseFile, participation: Participation, *, reason: str = "", by: Actor
) -> None:
    """The lead ends another seat's access. Raises CaseNotLed, LeadCannotLeave."""
    lock(case, None, by)
    if participation.role is ParticipantRole.LEAD:
        raise LeadCannotLeave
    text = f"{participation.seat.organisation.name} ne suit plus le dossier. {reason}".strip()
    tell(case.id, EntryKind.PARTICIPANT_LEFT, text, by=by)
    journal.record(participation, "participation.ended", by=by)
    _end(participation, "ended_by_lead")


def assign_case(case: CaseFile, member: Membership | None, *, by: Actor) -> None:
    """Name the colleague who follows the case for the lead seat. Raises CaseNotLed."""
    lock(case, None, by)
    assert member is None or member.seat_id == case.lead_seat_id
    case.lead_member_id = member.id if member else None
    case.version += 1
    journal.record(case, "case.assigned", by=by)


def hand_over_cases(membership: Membership, successor: Membership | None, by: Actor) -> int:
    """A member leaves: their cases, actions and referrals go to a colleague of the same seat.

    Handler of the hook ``membership_ended``. Returns the number of cases. Crosses the policies
    inside the database, which checks that ``by`` manages the seat. Raises CasesLeftAlone.
    """
    alone = int(db.session.scalar(select(func.cases_left_alone(membership.id))) or 0)
    if is_left_alone(successor, alone):
        raise CasesLeftAlone(alone)
    asked = func.hand_over_cases(membership.id, successor.id if successor else None)
    count = int(db.session.scalar(select(asked)) or 0)
    journal.record(membership, "member.cases_handed_over", by=by, details={"cases": count})
    return count


def note_export(count: int, *, by: Actor) -> None:
    """A list of cases leaves as a file: the journal says who took it, and how many there were."""
    journal.record(
        Membership(id=by.membership_id), "cases.exported", by=by, details={"cases": count}
    )


def _end(participation: Participation, reason: str) -> None:
    participation.ended_at, participation.end_reason = clock.now(), reason
    db.session.flush()
