"""Who opened a case of the demonstration outside their territory, and the reason they gave."""

from datetime import timedelta

from app.actors import Role, Side
from app.days_off import department_of
from cases.casework.enums import OutsideReason
from cases.casework.models import OutsideAccess
from cases.casework.queries.sharing import OPENED_OUTSIDE
from cases.casework.territory import place_of
from cases.demo.organisations import Partner
from cases.demo.people import Member
from cases.demo.randomness import Dice
from cases.demo.story import Stay, Story
from cases.demo.texts import content
from partners.organisations.enums import TerritoryKind
from partners.organisations.models import Unit
from partners.organisations.rules import covers

SHARE, LATEST_DAYS = 0.3, 70
REASONS = {
    OutsideReason.REPLACEMENT: 40,
    OutsideReason.ASKED_BY_COMPANY: 20,
    OutsideReason.MOVED: 12,
    OutsideReason.SHARED_FOLLOW_UP: 20,
    OutsideReason.OTHER: 8,
}


def visit_from_afar(story: Story) -> None:
    """In some open cases, a colleague of another unit came by, and said why."""
    dice = Dice(f"visits:{story.number}")
    if not story.is_open or not place_of(story.case):
        return
    for stay in story.present(story.end - timedelta(seconds=1)):
        far = [one for one in stay.partner.workers if _is_far(story, stay, one)]
        if far and stay.partner.seat.side is Side.AID and dice.chance(SHARE):
            _visit(story, stay, dice.pick(far), dice)


def _is_far(story: Story, stay: Stay, member: Member) -> bool:
    """Their unit covers nothing of the département, and they do not follow the case."""
    unit = _unit_of(member, stay.partner)
    if member is stay.member or unit is None:
        return False
    near = {
        department_of(one.code) for one in unit.territories if one.kind is TerritoryKind.COMMUNE
    }
    is_near = covers(unit.territories, story.commune.code) or place_of(story.case) in near
    return bool(unit.territories) and not is_near


def _unit_of(member: Member, partner: Partner) -> Unit | None:
    return next((one for one in partner.units if one.id == member.membership.unit_id), None)


def _visit(story: Story, stay: Stay, member: Member, dice: Dice) -> None:
    day = story.world.today - timedelta(days=dice.between(1, LATEST_DAYS))
    at = max(dice.office_time(day), stay.participation.started_at + timedelta(hours=2))
    if at >= story.end:
        return
    is_manager = member.role is Role.MANAGER
    reason = OutsideReason.INTERNAL_CONTROL if is_manager else dice.weighted(REASONS)
    access = story.world.rows.add(
        OutsideAccess(
            id=dice.identifier(at),
            case_id=story.case.id,
            seat_id=member.seat.id,
            member_id=member.membership.id,
            department=place_of(story.case),
            reason=reason,
            text=dice.pick(content("words")["outside"][reason.value]),
            given_at=at,
        )
    )
    story.record(OPENED_OUTSIDE, access, at, member, reason=reason.value)
    story.record("case.read", story.case, at, member)
