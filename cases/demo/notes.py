"""The timeline of the demonstration as people write it: calls, visits, notes, letters."""

from datetime import datetime, timedelta

from app.actors import Side
from cases.casework.enums import Audience, EntryKind
from cases.casework.models import EntryRevision, TimelineEntry
from cases.demo.people import Member
from cases.demo.story import Stay, Story
from cases.demo.texts import content, notes
from partners.organisations.enums import Subject

KINDS = {
    "call": EntryKind.CALL,
    "visit": EntryKind.VISIT,
    "meeting": EntryKind.MEETING,
    "note": EntryKind.NOTE,
    "letter": EntryKind.LETTER,
}
#: General sentences by kind, beside those of the subject.
GENERAL = {
    "calls": EntryKind.CALL,
    "visits": EntryKind.VISIT,
    "meetings": EntryKind.MEETING,
    "letters": EntryKind.LETTER,
    "decisions": EntryKind.DECISION,
}
AUDIENCES = {Audience.AID: 74, Audience.OWN: 18, Audience.ALL: 8}
PARTNER_KINDS = {EntryKind.CALL: 4, EntryKind.MEETING: 3, EntryKind.NOTE: 3}
Line = tuple[EntryKind, list[str]]


def write_notes(story: Story) -> None:
    """Three to fourteen lines, in the order of time, by those who took part then."""
    dice, start = story.dice, story.case.opened_at + timedelta(minutes=30)
    count = dice.between(3, 14)
    for at in sorted(dice.instant(start, story.end) for _ in range(count)):
        stay = _author(story, at)
        if stay.partner.seat.side is Side.RECOVERY:
            _write_as_creditor(story, stay, at)
        else:
            _write(story, stay, at)
    _read(story)


def _author(story: Story, at: datetime) -> Stay:
    """The lead writes most."""
    present = story.present(at) or [story.lead]
    weights = {i: 5 if one is story.lead else 2 for i, one in enumerate(present)}
    return present[story.dice.weighted(weights)]


def _write(story: Story, stay: Stay, at: datetime) -> None:
    stage = _stage(story, at)
    if stay is not story.lead and story.dice.chance(0.3):
        line: Line = (story.dice.weighted(PARTNER_KINDS), notes()["partner"][stage])
        audience = story.dice.weighted(AUDIENCES)
    else:
        line, audience = _line_of_subject(story, stage)
    if audience is Audience.ALL and line[0] not in (EntryKind.LETTER, EntryKind.DECISION):
        audience = Audience.AID
    _tell(story, stay.member, at, line, audience)


def _line_of_subject(story: Story, stage: str) -> tuple[Line, Audience]:
    """What concerns health stays with one's own organisation."""
    dice, subjects = story.dice, [one.value for one in story.subjects]
    name = dice.pick([*subjects, *subjects, "common"]) if subjects else "common"
    audience = dice.weighted(AUDIENCES)
    if name == Subject.HEALTH.value:
        audience = Audience.OWN
    elif dice.chance(0.3):
        key = dice.pick(list(GENERAL))
        return (GENERAL[key], content("phrases")[key]), audience
    elif name in subjects and dice.chance(0.2):
        return (EntryKind.NOTE, content("phrases")["notes"][name]), audience
    elif dice.chance(0.08):
        return (EntryKind.NOTE, content("phrases")["notes_by_phase"][story.case.phase]), audience
    found = notes().get(name, {}).get(stage) or notes()["common"][stage]
    kind = dice.pick(list(found))
    return (KINDS[kind], found[kind]), audience


def _write_as_creditor(story: Story, stay: Stay, at: datetime) -> None:
    """The recovery side writes for itself, or for everybody."""
    audience = story.dice.pick((Audience.OWN, Audience.ALL))
    line = (EntryKind.NOTE, notes()["recovery"][audience.value])
    _tell(story, stay.member, at, line, audience)


def _stage(story: Story, at: datetime) -> str:
    """Start, middle or end of the case's life; an open case has no end yet."""
    share = (at - story.case.opened_at) / (story.end - story.case.opened_at)
    if share < 0.3:
        return "start"
    return "end" if share > 0.8 and not story.is_open else "middle"


def _tell(story: Story, member: Member, at: datetime, line: Line, audience: Audience) -> None:
    kind, texts = line
    others = [one.partner.called for one in story.helping(at) if one.member is not member]
    partner = {"partenaire": story.dice.pick(others)} if others else {}
    body = story.voice.say(texts, at, **partner)
    entry = story.tell(kind, body, at, member, audience=audience)
    entry.created_at = min(at + timedelta(minutes=story.dice.between(1, 50)), story.end)
    details = {"kind": kind.value, "audience": audience.value}
    story.record("entry.written", entry, entry.created_at, member, **details)
    if story.dice.chance(0.03):
        _correct(story, entry, member)


def _correct(story: Story, entry: TimelineEntry, member: Member) -> None:
    """The first version said less."""
    sentences = entry.body.split(". ")
    at = entry.created_at + timedelta(hours=1)
    if len(sentences) < 2 or at > story.end:
        return
    entry.corrected_at = at
    story.world.rows.add(
        EntryRevision(
            id=story.dice.identifier(at),
            entry_id=entry.id,
            case_id=story.case.id,
            body=". ".join(sentences[:-1]) + ".",
            replaced_at=at,
            replaced_by=member.membership.id,
            audience=entry.audience,
        )
    )
    story.record("entry.corrected", entry, at, member)


def _read(story: Story) -> None:
    """Who opened the case, and when."""
    for stay in story.stays:
        row = stay.participation
        end = min(row.ended_at or story.end, story.end)
        for _ in range(story.dice.between(1, 3)):
            at = story.dice.instant(row.started_at, end)
            story.record("case.read", story.case, at, stay.member)
