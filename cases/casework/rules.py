"""Who may do what in a case, who reads what is written: pure decisions (``domain.md`` §4, §9).

``role`` is how the actor's seat takes part (``role_of``), None when it does not. The database says
the same in its policies; these functions decide pages, buttons and sentences.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from app.actors import Actor, Role, Side
from app.days_off import PARIS
from cases.casework.enums import (
    ActionStatus,
    Audience,
    CaseStatus,
    ParticipantRole,
    Section,
)
from cases.casework.models import Assessment, CaseAction, LegalBasis, Participation
from cases.casework.shown import (
    AnyAction,
    AnyCase,
    AnyEntry,
    AnyParticipation,
    AnyReply,
    BareParticipation,
)
from partners.people.models import Membership
from partners.people.rules import Limit

WRITERS = frozenset({ParticipantRole.LEAD, ParticipantRole.PARTNER})
#: What each side may write for. The recovery side never writes for the helping side alone.
AUDIENCES = {
    Side.AID: (Audience.OWN, Audience.AID, Audience.ALL),
    Side.RECOVERY: (Audience.OWN, Audience.ALL),
}
#: Statuses a member chooses from the case page; closing asks for an outcome of its own.
CHOSEN_STATUSES = (CaseStatus.OPEN, CaseStatus.WATCH, CaseStatus.PAUSED)


def reads_cases(actor: Actor) -> bool:
    """Advisers, managers, coordinators and accountants open case pages; the others never."""
    return actor.reads_cases


def can_open_case(actor: Actor) -> bool:
    """The helping side. A creditor's recovery side would learn from the answer who is helped, and
    its case would stand in the way of help (*cloisonnement*, ``domain.md`` §9)."""
    return actor.reads_cases and actor.side is Side.AID


def opening_limit(actor: Actor) -> Limit:
    """Thirty openings an hour: whether a case opens tells something of the company, so that a list
    of companies is not tried one after the other."""
    return Limit(f"open-case:{actor.user_id}", 30, 3600)


def role_of(
    actor: Actor, participations: Iterable[AnyParticipation | BareParticipation]
) -> ParticipantRole | None:
    """How the actor's seat takes part now, None when it does not."""
    if not actor.reads_cases:
        return None
    roles = (
        one.role for one in participations if one.seat_id == actor.seat_id and one.ended_at is None
    )
    return next(roles, None)


def can_read_case(actor: Actor, role: ParticipantRole | None) -> bool:
    """Any seat that takes part, through a role that reads cases."""
    return actor.reads_cases and role is not None


def can_write_in_case(actor: Actor, case: AnyCase, role: ParticipantRole | None) -> bool:
    """The lead and the partners write while the case is not closed; observers only read."""
    return can_read_case(actor, role) and role in WRITERS and case.is_open


def can_steer_case(actor: Actor, case: AnyCase, role: ParticipantRole | None) -> bool:
    """Phase, status, closing: the lead seat, while the case is not closed."""
    return leads_case(actor, case, role) and case.is_open


def can_reopen_case(actor: Actor, case: AnyCase, role: ParticipantRole | None) -> bool:
    """The lead seat reopens what is closed."""
    return leads_case(actor, case, role) and not case.is_open


def leads_case(actor: Actor, case: AnyCase, role: ParticipantRole | None) -> bool:
    """The actor's seat leads the case."""
    return actor.reads_cases and role is ParticipantRole.LEAD and case.lead_seat_id == actor.seat_id


def can_see_openings(actor: Actor, case: AnyCase, role: ParticipantRole | None) -> bool:
    """ "Who opened what" is for the lead (``trust.md`` §3)."""
    return leads_case(actor, case, role)


def can_leave_case(actor: Actor, role: ParticipantRole | None) -> bool:
    """Anybody but the lead, who passes the relay on first."""
    return can_read_case(actor, role) and role is not ParticipantRole.LEAD


def is_left_alone(successor: Membership | None, open_cases: int) -> bool:
    """Would open cases stay without anybody on the seat? ``open_cases`` counts those that no
    colleague could read."""
    return successor is None and open_cases > 0


def can_end_participation(
    actor: Actor, case: AnyCase, role: ParticipantRole | None, other: Participation
) -> bool:
    """The lead ends another seat's access; never its own."""
    return (
        leads_case(actor, case, role) and other.seat_id != actor.seat_id and other.ended_at is None
    )


def can_record_agreement(actor: Actor, case: AnyCase, role: ParticipantRole | None) -> bool:
    """Whoever writes in the case, on the helping side: a creditor does not collect agreements."""
    return can_write_in_case(actor, case, role) and actor.side is Side.AID


def can_record_permission(actor: Actor, case: AnyCase, role: ParticipantRole | None) -> bool:
    """A manager whose seat writes in the case on the helping side (``domain.md`` §5)."""
    return can_record_agreement(actor, case, role) and actor.role is Role.MANAGER


def can_withdraw_agreement(
    actor: Actor, case: AnyCase, role: ParticipantRole | None, basis: LegalBasis
) -> bool:
    """At the entrepreneur's request: the lead, or the seat that recorded it."""
    is_theirs = leads_case(actor, case, role) or basis.recorded_seat_id == actor.seat_id
    return can_read_case(actor, role) and is_theirs and basis.withdrawn_at is None


def can_correct_entry(
    actor: Actor, case: AnyCase, role: ParticipantRole | None, entry: AnyEntry
) -> bool:
    """Its author, or a manager of the seat that wrote it. What was answered by a link has no author
    and is corrected by nobody: the words are not the seat's."""
    is_mine = entry.author_id == actor.membership_id
    is_managed = actor.role is Role.MANAGER and entry.seat_id == actor.seat_id
    is_signed = entry.author_id is not None
    return can_write_in_case(actor, case, role) and is_signed and (is_mine or is_managed)


def can_change_action(
    actor: Actor, case: AnyCase, role: ParticipantRole | None, action: AnyAction
) -> bool:
    """Whoever writes in the case and can read the action, while it is not over."""
    return (
        can_write_in_case(actor, case, role)
        and hears(actor, action.audience, action.seat_id)
        and not is_over(action)
    )


def is_over(action: AnyAction) -> bool:
    """Done or dropped."""
    return action.status in (ActionStatus.DONE, ActionStatus.DROPPED)


def is_asked(action: CaseAction) -> bool:
    """May a link to it leave? It is to be done, its case is open, the seat that asks still takes
    part. ``action.case`` is loaded."""
    takes_part = action.seat_id in action.case.reader_seats
    return not is_over(action) and action.case.is_open and takes_part


def last_reply(action: AnyAction) -> AnyReply | None:
    """What was answered since the link was last asked for. ``action.replies`` are loaded."""
    asked_at = action.asked_at
    since = [one for one in action.replies if asked_at is None or one.answered_at >= asked_at]
    return since[-1] if since else None


def awaits_reply(action: AnyAction, *, case_is_open: bool) -> bool:
    """May the bearer of its link still answer? Once each time it is asked, while it is to be done
    and the case is not closed."""
    return case_is_open and not is_over(action) and last_reply(action) is None


def can_ask_again(
    actor: Actor, case: AnyCase, role: ParticipantRole | None, action: AnyAction
) -> bool:
    """Whoever may change an action that was sent to an address sends its link again."""
    return can_change_action(actor, case, role, action) and action.owner_email != ""


def was_reminded(reminded_at: datetime | None, today: date) -> bool:
    """Was a link sent again today already? The first sending is no reminder: who has just lost it
    is sent another at once, then one a day at most, whoever asks."""
    return reminded_at is not None and reminded_at.astimezone(ZoneInfo(PARIS)).date() >= today


def proposed_day(action: AnyAction) -> date | None:
    """The day proposed instead of the due one, while nobody kept it."""
    reply = last_reply(action)
    day = reply.proposed_on if reply is not None and not is_over(action) else None
    return day if day != action.due_on else None


def can_read_figures(participation: AnyParticipation | None) -> bool:
    """The lead (past ones too), and the seats whose agreement covers the figures."""
    if participation is None or participation.ended_at is not None:
        return False
    is_lead = participation.role is ParticipantRole.LEAD or participation.was_lead
    return is_lead or Section.FIGURES in participation.sections


def audiences_of(actor: Actor) -> tuple[Audience, ...]:
    """Audiences the actor's side may write for; none for whoever has no side."""
    return AUDIENCES.get(actor.side, ()) if actor.side else ()


def default_audience(actor: Actor) -> Audience:
    """The helping side writes for itself; the recovery side for its own seat."""
    return Audience.AID if actor.side is Side.AID else Audience.OWN


def hears(actor: Actor, audience: Audience, seat_id: object) -> bool:
    """Does a participant hear a text of this audience, written by that seat?"""
    return (
        audience is Audience.ALL
        or (audience is Audience.AID and actor.side is Side.AID)
        or seat_id == actor.seat_id
    )


def basis_state(basis: LegalBasis, at: datetime) -> str:
    """``withdrawn``, ``lapsed``, ``to_confirm`` (it ends unless confirmed) or ``active``."""
    if basis.withdrawn_at is not None:
        return "withdrawn"
    if basis.valid_until is not None and basis.valid_until <= at:
        return "lapsed"
    return "to_confirm" if basis.valid_until is not None else "active"


def is_in_force(basis: LegalBasis, at: datetime) -> bool:
    """Something may rest on it: neither withdrawn nor lapsed."""
    return basis_state(basis, at) not in ("withdrawn", "lapsed")


def is_space_open(basis: LegalBasis, at: datetime) -> bool:
    """Does the link of this agreement open the whole of the entrepreneur's page?

    Not before it is confirmed: an address taken down on the phone may be a stranger's, who would
    read who helps whom. The database says the same (``app_link_case``).
    """
    return basis_state(basis, at) == "active"


def is_pause_complete(reason: str, until: date | None, today: date) -> bool:
    """A pause says why, and until which day to come."""
    return bool(reason.strip()) and until is not None and until > today


def debts_total(assessment: Assessment) -> int:
    """Sum of the debts, in cents."""
    return sum(debt.amount_cents for debt in assessment.debts)


def difference(now: int | None, before: int | None) -> int | None:
    """Change between two amounts, None when one of them is unknown."""
    return now - before if now is not None and before is not None else None


def comparison(new: Assessment, old: Assessment | None) -> Sequence[tuple[str, int | None]]:
    """Changes from one assessment to the next: treasury and debts in cents, staff in heads."""
    if old is None:
        return ()
    return (
        ("treasury", difference(new.treasury_cents, old.treasury_cents)),
        ("debts", difference(debts_total(new), debts_total(old))),
        ("headcount", difference(new.headcount, old.headcount)),
    )
