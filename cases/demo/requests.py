"""Access requests of the demonstration: partners who ask to be let in, and what they fell upon."""

from collections.abc import Sequence
from datetime import timedelta

from app.actors import Side
from cases.demo.companies import Firm
from cases.demo.organisations import Partner
from cases.demo.people import Member
from cases.demo.randomness import Dice
from cases.demo.story import Story
from cases.demo.texts import content
from cases.demo.world import World
from cases.referrals.models import AccessRequest, AccessRequestMatch
from partners.organisations.enums import Subject

ON_CASES, ELSEWHERE = 18, 10
#: The lead has chosen after so long, more often than not.
HANDLED_AFTER = timedelta(days=2)


def ask_for_access(world: World, stories: Sequence[Story], strangers: Sequence[Firm]) -> None:
    """Some on companies that are followed, some on companies nobody follows: same answer."""
    dice = Dice("access")
    followed = [one for one in stories if one.is_open and one.firm.company and _siren(one.firm)]
    for story in dice.some(followed, ON_CASES):
        without = set(story.seat_ids())
        asking = [one for one in _askers(world, story.firm) if one.seat.id not in without]
        if asking:
            request = _ask(world, story.firm, dice.pick(asking), dice)
            _match(world, request, story, dice)
    for firm in dice.some([one for one in strangers if _siren(one)], ELSEWHERE):
        _ask(world, firm, dice.pick(_askers(world, firm)), dice)


def _siren(firm: Firm) -> str | None:
    return firm.company.siren if firm.company else None


def _askers(world: World, firm: Firm) -> list[Partner]:
    return [
        one
        for one in world.partners
        if one.workers and one.services and one.seat.side is Side.AID
        if world.unit_for(one, firm.commune.code)
    ]


def _ask(world: World, firm: Firm, partner: Partner, dice: Dice) -> AccessRequest:
    at = dice.office_time(world.today - timedelta(days=dice.between(1, 24)))
    at = min(at, world.now - timedelta(hours=2))
    member: Member = dice.pick(partner.workers)
    assert firm.company is not None
    return world.rows.add(
        AccessRequest(
            id=dice.identifier(at),
            seat_id=partner.seat.id,
            member_id=member.membership.id,
            siren=firm.company.siren,
            company_name=firm.company.name,
            subject=dice.pick([one.subject for one in partner.services] or [Subject.OTHER]),
            reason=dice.pick(content("words")["access"]["reasons"]),
            created_at=at,
        )
    )


def _match(world: World, request: AccessRequest, story: Story, dice: Dice) -> None:
    handled_at = request.created_at + HANDLED_AFTER
    is_handled = handled_at < world.now and dice.chance(0.6)
    world.rows.add(
        AccessRequestMatch(
            request_id=request.id,
            case_id=story.case.id,
            handled_at=handled_at if is_handled else None,
            handled_by=story.case.lead_member_id if is_handled else None,
        )
    )
