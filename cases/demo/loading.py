"""Loading the demonstration: everything invented in memory, then written in one transaction."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.actors import CASE_ROLES, Role, Side
from app.days_off import PARIS
from app.db import unit_of_work
from app.reference.models import Commune, CommunePostcode
from cases.casework.enums import ActionStatus
from cases.casework.models import CaseAction
from cases.demo.accounts import FIRST_DAY, make_world_partners
from cases.demo.companies import PLACES, Firm, introduce, make_firms, make_person_alone
from cases.demo.errors import ReferenceMissing
from cases.demo.needs import send_without_account
from cases.demo.organisations import Partner
from cases.demo.people import add_absence, give_secrets, name_correspondents
from cases.demo.plans import give_work
from cases.demo.randomness import Dice
from cases.demo.replies import send_links
from cases.demo.requests import ask_for_access
from cases.demo.rights import exercise_rights
from cases.demo.rows import Rows
from cases.demo.stories import tell_story
from cases.demo.story import Story
from cases.demo.texts import content
from cases.demo.visits import visit_from_afar
from cases.demo.world import World, fill_trays
from partners.organisations.models import Organisation
from partners.people.models import UserAccount

SMALLEST = timedelta(seconds=1)
FIRST_CASES, ALONE, SECOND_CASES = 265, 10, 25
#: Companies around Bordeaux that nobody follows yet: the story of a visitor begins with them.
KEPT_FREE = 45
SMALL = ("NN", "00", "01", "02", "03", "11")
#: Cases past the time they are kept, and for how many days they have been closed.
PAST_CASES, CLOSED_FOR, OLD_ENOUGH = 9, 1120, timedelta(days=2200)
COMMUNES_BY_PLACE, LEAST_POPULATION = 14, 1500
#: Members away, by seat: days from today on which it begins and ends.
AWAY = {
    "cci-aquitaine": (-3, 6),
    "urssaf-rhone-alpes": (-1, 4),
    "rebonds": (-6, 9),
    "banque-de-france": (-2, 2),
    "urssaf-hauts-de-france": (12, 26),
    "cma-artois": (-40, -26),
    "urssaf-aquitaine": (4, 11),
}
#: Whose first adviser has a full week ahead: more than a part of the first page shows.
FULL_SEAT, FULL_WEEK, NEXT_WEEK = "urssaf-aquitaine", 11, (8, 14)


def load_demo(today: date) -> dict[str, int]:
    """Write the demonstration as it stands on this day; rows by table, none when it is there.

    Raises ReferenceMissing when the communes are not loaded.
    """
    with unit_of_work() as session:
        if is_loaded(session):
            return {}
        rows = tell_everything(session, today)
        rows.write(session)
    return rows.counts()


def is_loaded(session: Session) -> bool:
    """Is the demonstration in the database?"""
    first = content("organisations")["organisation"][0]["name"]
    return session.scalar(select(Organisation.id).where(Organisation.name == first)) is not None


def tell_everything(session: Session, today: date) -> Rows:
    """Every row of the demonstration, in memory; the session is only read."""
    communes, postcodes = _places(session)
    rows, now = Rows(), datetime.combine(today, time(), ZoneInfo(PARIS)).astimezone(UTC)
    at = now - FIRST_DAY
    world = World(today, now, make_world_partners(rows, at), rows)
    give_secrets(rows.of(UserAccount), rows, today, now)
    _organise(world)
    _read_again(world)
    fill_trays(world)
    world.firms = make_firms(communes, postcodes, today)
    stories, strangers = _live(world, communes)
    ask_for_access(world, stories, strangers)
    exercise_rights(world, stories)
    send_links(world)
    _occupy_everybody(world, stories)
    _fill_the_week_of_one(world, stories)
    return rows


def _places(session: Session) -> tuple[dict[str, list[Commune]], dict[str, str]]:
    """The most peopled communes of each département, and a postcode of each."""
    found: dict[str, list[Commune]] = {}
    for department in PLACES:
        statement = select(Commune).where(
            Commune.department_code == department, Commune.population > LEAST_POPULATION
        )
        statement = statement.order_by(Commune.population.desc(), Commune.code)
        found[department] = list(session.scalars(statement.limit(COMMUNES_BY_PLACE)))
        if not found[department]:
            raise ReferenceMissing
    codes = [one.code for communes in found.values() for one in communes]
    postcode = CommunePostcode.postcode
    served = select(CommunePostcode.commune_code, postcode).where(
        CommunePostcode.commune_code.in_(codes)
    )
    postcodes = {code: text for code, text in session.execute(served.order_by(postcode.desc()))}
    return found, postcodes


def _organise(world: World) -> None:
    """Who answers for each service, who is away, and who answers instead."""
    for partner in world.partners:
        workers = partner.workers
        if partner.seat.side is Side.AID and workers:
            name_correspondents(partner.services, workers[1:] or workers, world.rows)
        if partner.key in AWAY and partner.seat.side is Side.AID:
            starts, ends = (world.today + timedelta(days=one) for one in AWAY[partner.key])
            add_absence(workers[-1], workers[0], (starts, ends), world.rows)


def _read_again(world: World) -> None:
    """Most organisations read their page again lately; for a few the directory asks them to."""
    dice = Dice("read-again")
    for one in world.rows.of(Organisation):
        last = dice.between(200, 420) if dice.chance(0.15) else dice.between(4, 150)
        one.checked_at = world.now - timedelta(days=last)


def _live(world: World, communes: dict[str, list[Commune]]) -> tuple[list[Story], list[Firm]]:
    """All cases, and the companies that nobody follows."""
    free = [one for one in world.firms if _is_for_the_story(one)][:KEPT_FREE]
    kept = {one.number for one in free}
    others = [one for one in world.firms if one.number not in kept]
    stories = [tell_story(world, index, firm) for index, firm in enumerate(others[:FIRST_CASES])]
    alone = list(PLACES)[:ALONE]
    for index, department in enumerate(alone):
        firm = make_person_alone(index, communes[department])
        stories.append(tell_story(world, FIRST_CASES + index, firm))
    stories += _second_cases(world, stories)
    send_without_account(world, stories)
    for story in stories:
        visit_from_afar(story)
    past = [one for one in others[FIRST_CASES:] if _existed(one, world)][:PAST_CASES]
    number = len(stories)
    for index, firm in enumerate(past):
        stories.append(tell_story(world, number + index, firm, closed_for=CLOSED_FOR))
    helped = {one.number for one in past}
    strangers = [*free, *(one for one in others[FIRST_CASES:] if one.number not in helped)]
    for firm in strangers:
        _meet(world, firm)
    return stories, strangers


def _is_for_the_story(firm: Firm) -> bool:
    """Open, with a SIREN, small, around Bordeaux."""
    company = firm.company
    if company is None or company.siren is None or company.is_closed:
        return False
    return firm.commune.department_code == "33" and company.headcount_band in SMALL


def _existed(firm: Firm, world: World) -> bool:
    """A company old enough to have been helped long ago, and still open."""
    company = firm.company
    if company is None or company.created_on is None or company.is_closed:
        return False
    return company.created_on < world.today - OLD_ENOUGH


def _second_cases(world: World, stories: list[Story]) -> list[Story]:
    """Companies helped once, that come back."""
    month = timedelta(days=30)
    closed = [
        one
        for one in stories
        if not one.is_open and not one.firm.is_closed and one.end < world.now - month
    ]
    number = len(stories)
    return [
        tell_story(world, number + index, one.firm, since=one.end)
        for index, one in enumerate(closed[:SECOND_CASES])
    ]


def _meet(world: World, firm: Firm) -> None:
    """A company that somebody looked up, and no more."""
    dice = Dice(f"meeting:{firm.number}")
    leads = world.leads(firm.commune.code, {})
    at = dice.office_time(world.today - timedelta(days=dice.between(4, 200)))
    introduce(firm, dice.pick(leads), at, world.rows)


def _occupy_everybody(world: World, stories: list[Story]) -> None:
    """Each member who works on cases finds something on the first page."""
    busy = {
        one.owner_id
        for one in world.rows.of(CaseAction)
        if one.status in (ActionStatus.TODO, ActionStatus.DOING)
    }
    for partner in world.partners:
        live = _live_of(partner, stories)
        for index, member in enumerate(partner.members):
            if live and member.role in CASE_ROLES and member.membership.id not in busy:
                give_work(live[index % len(live)], member)


def _fill_the_week_of_one(world: World, stories: list[Story]) -> None:
    """One adviser has something to do in many cases, first of all in those they follow."""
    partner = next(one for one in world.partners if one.key == FULL_SEAT)
    member = next(one for one in partner.members if one.role is Role.ADVISER)
    live = _live_of(partner, stories)
    live.sort(key=lambda one: member not in [stay.member for stay in one.stays])
    for story in live[:FULL_WEEK]:
        give_work(story, member, NEXT_WEEK)


def _live_of(partner: Partner, stories: list[Story]) -> list[Story]:
    """Open cases in which the partner takes part today."""
    seat_id = partner.seat.id
    return [
        one
        for one in stories
        if one.is_open
        and seat_id in {s.partner.seat.id for s in one.present(one.world.now - SMALLEST)}
    ]
