"""How a case of the demonstration moves: phases, watch, pauses, closings; each dated and signed."""

import enum
from collections.abc import Sequence
from datetime import datetime, timedelta

from cases.casework.enums import CaseStatus, ChangeKind, EntryKind, Outcome, Phase
from cases.casework.models import CaseChange
from cases.demo.people import Member
from cases.demo.story import Story
from cases.demo.texts import content

OUTCOMES: dict[Phase, dict[Outcome, float]] = {
    Phase.ANTICIPATION: {
        Outcome.RECOVERED: 4,
        Outcome.NO_NEED: 3,
        Outcome.AMICABLE_AGREEMENT: 1,
        Outcome.UNREACHABLE: 1,
        Outcome.REFUSED_HELP: 1,
    },
    Phase.DIFFICULTY: {
        Outcome.RECOVERED: 4,
        Outcome.PLAN_UNDER_WAY: 4,
        Outcome.AMICABLE_AGREEMENT: 3,
        Outcome.SOLD: 1,
        Outcome.UNREACHABLE: 1,
        Outcome.REFUSED_HELP: 1,
    },
    Phase.EMERGENCY: {
        Outcome.PLAN_UNDER_WAY: 3,
        Outcome.COLLECTIVE_PROCEDURE: 4,
        Outcome.CEASED: 2,
        Outcome.AMICABLE_AGREEMENT: 1,
    },
    Phase.PROCEDURE: {Outcome.PLAN_UNDER_WAY: 4, Outcome.SOLD: 2, Outcome.CEASED: 3},
    Phase.REBOUND: {Outcome.REBOUND_JOB: 5, Outcome.REBOUND_NEW_COMPANY: 5},
}
ORDER = tuple(Phase)


def open_in_phase(story: Story) -> None:
    """The phase at the opening: for half the cases not the one of today."""
    case, at, member = story.case, story.case.opened_at, story.lead.member
    last = ORDER.index(case.phase)
    has_moved = last > 0 and not story.firm.is_closed and story.dice.chance(0.45)
    first = ORDER[last - 1] if has_moved else case.phase
    _change(story, ChangeKind.PHASE, "", first, "", at, member)
    _change(story, ChangeKind.STATUS, "", CaseStatus.OPEN, "", at, member)
    text = f"Dossier ouvert en phase « {first.label} »."
    story.tell(EntryKind.CASE_OPENED, text, at, member)
    story.record("case.opened", case, at, member, second=False)
    story.first_phase = first


def reach_phase(story: Story) -> None:
    """The change that led to today's phase, said by whoever led the case then."""
    opened_at, length = story.case.opened_at, story.end - story.case.opened_at
    at = story.dice.instant(opened_at + length * 0.1, opened_at + length * 0.6)
    before, after, member = story.first_phase, story.case.phase, lead_at(story, at)
    if before is after:
        return
    reason = story.voice.say(content("words")["phase"][after.value], at)
    text = f"Phase : {before.label} → {after.label}. {reason}"
    _change(story, ChangeKind.PHASE, before, after, reason, at, member)
    story.tell(EntryKind.PHASE_CHANGED, text, at, member)
    story.record("case.phase_changed", story.case, at, member, before=before, after=after)


def reach_status(story: Story, pause_is_over: bool) -> None:
    """Where the case stands today, said by whoever leads it then."""
    match story.case.status:
        case CaseStatus.WATCH:
            texts = content("words")["watch"]["reasons"]
            _move_status(story, _lately(story), texts, "Statut : Ouvert → En veille.")
        case CaseStatus.PAUSED:
            _pause(story, pause_is_over)
        case CaseStatus.CLOSED:
            outcome = story.case.outcome
            assert outcome is not None
            closings = (content("words")["close"], content("phrases")["closing"])
            texts = [text for one in closings for text in one[outcome.value]]
            _move_status(story, story.end, texts, f"Dossier clos : {outcome.label}.")


def _pause(story: Story, is_over: bool) -> None:
    case, today = story.case, story.world.today
    days = -story.dice.between(1, 4) if is_over else story.dice.between(5, 60)
    case.paused_until = today + timedelta(days=days)
    texts = content("words")["pause"]["reasons"] + content("phrases")["pause_reasons"]
    fact = f"En pause jusqu’au {case.paused_until:%d/%m/%Y}."
    case.paused_reason = _move_status(story, _lately(story), texts, fact)


def _lately(story: Story) -> datetime:
    """In the last third of the case's life, some days ago."""
    length = story.end - story.case.opened_at
    start = story.case.opened_at + length * 0.66
    return story.dice.instant(start, max(story.end - timedelta(days=5), start + length * 0.2))


def _move_status(story: Story, at: datetime, texts: Sequence[str], fact: str) -> str:
    """The reason, as it was said."""
    status, member = story.case.status, lead_at(story, at)
    reason, before = story.voice.say(texts, at), CaseStatus.OPEN
    is_closing = status is CaseStatus.CLOSED
    _change(story, ChangeKind.STATUS, before, status, reason, at, member)
    kind = EntryKind.CASE_CLOSED if is_closing else EntryKind.STATUS_CHANGED
    story.tell(kind, f"{fact} {reason}", at, member)
    story.record("case.status_changed", story.case, at, member, before=before, after=status)
    return reason


def lead_at(story: Story, at: datetime) -> Member:
    """Who led the case at that instant."""
    leads = [one for one in story.present(at) if one.participation.role.value == "lead"]
    return (leads or story.stays)[0].member


def _change(
    story: Story,
    kind: ChangeKind,
    before: enum.StrEnum | str,
    after: enum.StrEnum,
    reason: str,
    at: datetime,
    member: Member,
) -> None:
    story.case.moved_at = max(story.case.moved_at, at)
    story.world.rows.add(
        CaseChange(
            id=story.dice.identifier(at),
            case_id=story.case.id,
            kind=kind,
            before=str(before),
            after=after.value,
            reason=reason,
            at=at,
            member_id=member.membership.id,
        )
    )
