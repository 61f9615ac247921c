"""Who asks, who answers, by when, and for which reasons a request is refused. Pure.

The clock is that of the RGPD, art. 12-3: one month from the receipt, by the calendar; two more
when the request is complex, told with the reason within the first month. It never pauses.
"""

import calendar
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.actors import Actor, Role, Side
from app.days_off import PARIS
from cases.casework.enums import ParticipantRole
from cases.casework.models import CaseFile
from cases.casework.rules import can_read_case, leads_case
from cases.rights.enums import LeftOutReason, RefusalReason, RightsKind
from cases.rights.models import RightsRequest

MONTHS, MONTHS_EXTENDED = 1, 3
#: Fewer days than this are worth a warning.
SOON = 7
ANY = (RefusalReason.IDENTITY, RefusalReason.EXCESSIVE, RefusalReason.NOTHING_HELD)
#: Reasons that each right admits.
REFUSALS: dict[RightsKind, tuple[RefusalReason, ...]] = {
    RightsKind.COPY: (*ANY, RefusalReason.OTHERS, RefusalReason.SECRECY),
    RightsKind.RECTIFICATION: (*ANY, RefusalReason.ACCURATE),
    RightsKind.OBJECTION: (
        RefusalReason.COMPELLING,
        RefusalReason.LEGAL_CLAIMS,
        RefusalReason.IDENTITY,
        RefusalReason.EXCESSIVE,
    ),
    RightsKind.ERASURE: (
        *ANY,
        RefusalReason.LEGAL_DUTY,
        RefusalReason.LEGAL_CLAIMS,
        RefusalReason.NO_GROUND,
    ),
    RightsKind.RESTRICTION: (*ANY, RefusalReason.NO_GROUND),
}


def can_read_requests(actor: Actor, role: ParticipantRole | None) -> bool:
    """Seats of the helping side that take part; each reads its own, the lead all of them."""
    return can_read_case(actor, role) and actor.side is Side.AID


def can_note_request(actor: Actor, role: ParticipantRole | None) -> bool:
    """Whoever receives a letter or a call and works in the case, closed or not: a right does not
    end with the help."""
    writers = (ParticipantRole.LEAD, ParticipantRole.PARTNER)
    return can_read_requests(actor, role) and role in writers


def answers_requests(actor: Actor, case: CaseFile, role: ParticipantRole | None) -> bool:
    """The member who follows the case for the lead, or a manager of the lead's seat."""
    is_theirs = case.lead_member_id is not None and case.lead_member_id == actor.membership_id
    return (
        leads_case(actor, case, role)
        and actor.side is Side.AID
        and (is_theirs or actor.role is Role.MANAGER)
    )


def can_answer_request(
    actor: Actor, case: CaseFile, role: ParticipantRole | None, request: RightsRequest
) -> bool:
    """As ``answers_requests``, while the request waits."""
    return answers_requests(actor, case, role) and request.is_waiting


def can_extend_request(
    actor: Actor, case: CaseFile, role: ParticipantRole | None, request: RightsRequest, today: date
) -> bool:
    """Once, and within the first month."""
    return can_answer_request(actor, case, role, request) and is_extensible(request, today)


def is_extensible(request: RightsRequest, today: date) -> bool:
    """Not extended yet, its month not over."""
    return request.is_waiting and request.extended_at is None and today <= request.due_on


def day_of(instant: datetime) -> date:
    """The day of an instant in Paris."""
    return instant.astimezone(ZoneInfo(PARIS)).date()


def due_day(received_on: date, *, months: int = MONTHS) -> date:
    """The same day so many months later, else the last of that month: 31 January, 28 February."""
    year, month = divmod(received_on.month - 1 + months, 12)
    year, month = received_on.year + year, month + 1
    return date(year, month, min(received_on.day, calendar.monthrange(year, month)[1]))


def days_left(due_on: date, today: date) -> int:
    """Days before the answer is due; negative when it is late."""
    return (due_on - today).days


def time_left(due_on: date, today: date) -> str:
    """« encore 12 jours », « aujourd’hui », « en retard de 2 jours »."""
    left = days_left(due_on, today)
    if left == 0:
        return "à rendre aujourd’hui"
    days = f"{abs(left)} jour{'s' if abs(left) > 1 else ''}"
    return f"encore {days}" if left > 0 else f"en retard de {days}"


def is_reason_admitted(kind: RightsKind, reason: RefusalReason | None) -> bool:
    """Is this reason among those of this right?"""
    return reason in REFUSALS[kind]


def entries_of(content: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Entries of all the parts of a copy, in their order."""
    return [entry for part in content for entry in part["entries"]]


def keep_entries(
    content: Sequence[Mapping[str, Any]], left_out: Mapping[str, LeftOutReason]
) -> list[dict[str, Any]]:
    """The parts without the entries left out (by key), nor the parts that are empty then."""
    kept = [
        {**part, "entries": [one for one in part["entries"] if one["key"] not in left_out]}
        for part in content
    ]
    return [part for part in kept if part["entries"]]


def count_left_out(
    content: Sequence[Mapping[str, Any]], left_out: Mapping[str, LeftOutReason]
) -> dict[str, int]:
    """How many entries are left out, by reason; keys of no entry do not count."""
    reasons = [left_out[one["key"]] for one in entries_of(content) if one["key"] in left_out]
    return {reason.value: reasons.count(reason) for reason in LeftOutReason if reason in reasons}
