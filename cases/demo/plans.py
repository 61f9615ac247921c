"""What is to be done in the cases of the demonstration: by whom, before when."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.days_off import PARIS
from cases.casework.enums import ActionStatus, Audience
from cases.casework.models import CaseAction
from cases.demo.people import Member
from cases.demo.replies import reply_to
from cases.demo.story import Stay, Story
from cases.demo.texts import content
from cases.demo.world import UNHURRIED
from partners.organisations.enums import Subject

REST_DAYS = 8
OVER = (ActionStatus.DONE, ActionStatus.DROPPED)


def plan_actions(story: Story) -> None:
    """Some in the past, mostly done; in an open case, some around today."""
    dice = story.dice
    for _ in range(dice.between(0, 2)):
        opened = story.case.opened_at.date()
        last = (story.end - timedelta(days=2)).date()
        if last > opened:
            due_on = opened + timedelta(days=dice.between(1, (last - opened).days))
            _add(story, due_on, dice.weighted({ActionStatus.DONE: 9, ActionStatus.DROPPED: 1}))
    if story.is_open:
        for _ in range(dice.between(0, 2)):
            due_on = story.world.today + timedelta(days=dice.between(-5, 16))
            _add(story, due_on, dice.pick((ActionStatus.TODO, ActionStatus.DOING)))


def give_work(story: Story, member: Member, days: tuple[int, int] = (1, 9)) -> None:
    """One more action for a member, due within so many days, at least and at most."""
    stay = next(one for one in story.stays if one.member.seat is member.seat)
    due_on = story.world.today + timedelta(days=story.dice.between(*days))
    _add(story, due_on, ActionStatus.TODO, Stay(stay.partner, member, stay.participation))


def _add(story: Story, due_on: date, status: ActionStatus, owner: Stay | None = None) -> CaseAction:
    dice, world, is_over = story.dice, story.world, status in OVER
    due_on = _working_day(due_on, story)
    latest = min(_morning(due_on), story.end - timedelta(seconds=1))
    stay = owner or dice.pick(story.helping(latest) or [story.lead])
    if not is_over and stay.partner.key in UNHURRIED:
        rest = timedelta(days=REST_DAYS + dice.between(1, 9))
        due_on = _working_day(world.today + rest, story)
    done_at = _end_of(due_on, story) if is_over else None
    made_at = _made_at(story, stay, due_on)
    is_theirs = owner is None and dice.chance(0.2)
    row = CaseAction(
        id=dice.identifier(made_at),
        case_id=story.case.id,
        seat_id=stay.partner.seat.id,
        audience=Audience.AID,
        objective=_objective(story, made_at),
        owner_id=None if is_theirs else stay.member.membership.id,
        owner_name=story.firm.person.full_name if is_theirs else "",
        owner_email=story.firm.person.email if is_theirs else "",
        asked_by=stay.member.membership.id if is_theirs and story.firm.person.email else None,
        asked_at=made_at if is_theirs and story.firm.person.email else None,
        due_on=due_on,
        status=status,
        done_at=done_at,
        created_at=made_at,
    )
    if row.owner_email:
        reply_to(story, row)
    story.record("action.added", row, made_at, stay.member)
    if done_at:
        story.record(f"action.{status.value}", row, done_at, stay.member)
    return world.rows.add(row)


def _made_at(story: Story, stay: Stay, due_on: date) -> datetime:
    """Since the seat came, before the day it is due and before the present."""
    latest = min(_morning(due_on), story.end)
    earliest = max(stay.participation.started_at, latest - timedelta(days=21))
    return story.dice.instant(earliest, max(latest, earliest + timedelta(minutes=5)))


def _working_day(day: date, story: Story) -> date:
    """That day, or the Friday before; never the day of the opening or an earlier one."""
    friday = day - timedelta(days=max(0, day.weekday() - 4))
    return friday if friday > story.case.opened_at.date() else day


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(8), ZoneInfo(PARIS))


def _end_of(due_on: date, story: Story) -> datetime:
    wall = datetime.combine(due_on, time(16), ZoneInfo(PARIS))
    return min(wall, story.end - timedelta(minutes=3))


def _objective(story: Story, at: datetime) -> str:
    """Health is not written in a list of things to do."""
    subjects = [one for one in story.subjects if one is not Subject.HEALTH]
    texts = content("phrases")["actions"]
    if subjects and story.dice.chance(0.75):
        texts = content("needs")[story.dice.pick(subjects).value]["actions"]
    return story.voice.say(texts, at)
