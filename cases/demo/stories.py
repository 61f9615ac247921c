"""The cases of the demonstration: whose, since when, in which phase, and how far."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.actors import Role
from cases.casework.commands.opening import ALPHABET
from cases.casework.enums import CaseStatus, Outcome, ParticipantRole, Phase
from cases.casework.models import CaseFile, Participation
from cases.demo.companies import Firm, introduce
from cases.demo.needs import live_through_needs
from cases.demo.notes import write_notes
from cases.demo.organisations import Partner
from cases.demo.people import Member
from cases.demo.plans import plan_actions
from cases.demo.randomness import Dice
from cases.demo.steering import OUTCOMES, open_in_phase, reach_phase, reach_status
from cases.demo.story import Stay, Story
from cases.demo.takings import take_stock
from cases.demo.texts import Voice, capital, euros_text, gender_slots
from cases.demo.world import UNHURRIED, World
from cases.referrals.routing import facts_of
from partners.organisations.enums import UnitLevel

PHASES = {
    Phase.ANTICIPATION: 16,
    Phase.DIFFICULTY: 34,
    Phase.EMERGENCY: 25,
    Phase.PROCEDURE: 15,
    Phase.REBOUND: 10,
}
STATUSES = {
    CaseStatus.OPEN: 48,
    CaseStatus.WATCH: 11,
    CaseStatus.PAUSED: 11,
    CaseStatus.CLOSED: 30,
}
#: Days since the opening, at least and at most.
AGES = {
    CaseStatus.OPEN: (3, 200),
    CaseStatus.WATCH: (90, 420),
    CaseStatus.PAUSED: (60, 320),
    CaseStatus.CLOSED: (140, 640),
}
STAFF = {"00": "un saisonnier", "01": "deux salariés", "02": "quatre salariés"}
BIGGER = {"03": "sept salariés", "11": "quatorze salariés", "12": "trente salariés"}
EFFECTIVES = {**STAFF, **BIGGER, "21": "soixante salariés"}


@dataclass(frozen=True)
class Leader:
    """A seat and its member."""

    partner: Partner
    member: Member


def tell_story(
    world: World, number: int, firm: Firm, *, since: datetime | None = None, closed_for: int = 0
) -> Story:
    """One case from its opening to today.

    ``since``: a second one, opened after that instant; ``closed_for``: closed for as many days.
    """
    dice = Dice(f"story:{number}")
    phase = _phase(firm, dice)
    status = CaseStatus.OPEN if since else dice.weighted(STATUSES)
    opened_at, end = _dates(world, status, dice, since)
    if closed_for:
        status, (opened_at, end) = CaseStatus.CLOSED, _long_ago(world, dice, closed_for)
    lead = _lead(world, firm, phase, dice)
    if not firm.person.id:
        introduce(firm, lead.partner, opened_at - timedelta(minutes=25), world.rows)
    case = _open(world, firm, lead, phase, status, opened_at, dice)
    story = Story(world, number, dice, firm, case, _voice(firm, dice), end)
    story.stays.append(_take_part(story, lead))
    if status is CaseStatus.CLOSED:
        case.closed_at, case.outcome = end, _outcome(story)
    open_in_phase(story)
    take_stock(story)
    live_through_needs(story)
    reach_phase(story)
    reach_status(story, lead.partner.key not in UNHURRIED and dice.chance(0.25))
    write_notes(story)
    plan_actions(story)
    return story


def _phase(firm: Firm, dice: Dice) -> Phase:
    """After a liquidation one helps the person; before a creation one anticipates."""
    if firm.company is None or firm.is_closed:
        return Phase.REBOUND
    if firm.company.created_on is None:
        return dice.pick((Phase.ANTICIPATION, Phase.REBOUND))
    return dice.weighted(PHASES)


def _dates(
    world: World, status: CaseStatus, dice: Dice, since: datetime | None
) -> tuple[datetime, datetime]:
    """Opening, and end of what may be told."""
    age = dice.between(*AGES[status])
    opened_at = dice.office_time(world.today - timedelta(days=age))
    if since is not None:
        opened_at = dice.instant(since + timedelta(days=4), world.now - timedelta(days=3))
    if status is not CaseStatus.CLOSED:
        return opened_at, world.now
    days = dice.between(50, age - 20)
    return opened_at, dice.office_time(world.today - timedelta(days=age - days))


def _long_ago(world: World, dice: Dice, closed_for: int) -> tuple[datetime, datetime]:
    """Opening and closing of a case that has been closed for as many days at least."""
    closed = closed_for + dice.between(0, 150)
    days = [closed + dice.between(60, 280), closed]
    opened_at, end = (dice.office_time(world.today - timedelta(days=ago)) for ago in days)
    return opened_at, end


def _lead(world: World, firm: Firm, phase: Phase, dice: Dice) -> Leader:
    """The seat that opens the case, and its member; those with more people open more."""
    facts = facts_of(phase, firm.company, None, world.today)
    leads = world.leads(firm.commune.code, facts)
    weights = {index: _weight(world, one, firm) for index, one in enumerate(leads)}
    partner = leads[dice.weighted(weights)]
    return Leader(partner, pick_worker(world, partner, firm.commune.code, dice))


def _weight(world: World, partner: Partner, firm: Firm) -> float:
    """National organisations lead few cases."""
    unit = world.unit_for(partner, firm.commune.code)
    is_near = unit is not None and unit.level is not UnitLevel.NATIONAL
    return len(partner.workers) * (1 if is_near else 0.15)


def pick_worker(world: World, partner: Partner, commune_code: str, dice: Dice) -> Member:
    """Somebody of the unit that covers the place, an adviser more often than not."""
    unit = world.unit_for(partner, commune_code)
    near = [one for one in partner.workers if unit and one.membership.unit_id == unit.id]
    workers = near or partner.workers
    weights = {index: 6 if one.role is Role.ADVISER else 1 for index, one in enumerate(workers)}
    return workers[dice.weighted(weights)]


def _open(
    world: World,
    firm: Firm,
    lead: Leader,
    phase: Phase,
    status: CaseStatus,
    opened_at: datetime,
    dice: Dice,
) -> CaseFile:
    case = CaseFile(
        id=dice.identifier(opened_at),
        reference="D-" + "".join(dice.pick(ALPHABET) for _ in range(6)),
        company_id=firm.company.id if firm.company else None,
        person_id=firm.person.id,
        lead_seat_id=lead.partner.seat.id,
        lead_member_id=lead.member.membership.id,
        phase=phase,
        status=status,
        opened_at=opened_at,
        moved_at=opened_at,
        created_at=opened_at,
    )
    case.company, case.person = firm.company, firm.person
    return world.rows.add(case)


def _take_part(story: Story, lead: Leader) -> Stay:
    row = Participation(
        id=story.dice.identifier(story.case.opened_at),
        case_id=story.case.id,
        seat_id=lead.partner.seat.id,
        role=ParticipantRole.LEAD,
        member_id=lead.member.membership.id,
        sections=[],
        started_at=story.case.opened_at,
        was_lead=False,
    )
    return Stay(lead.partner, lead.member, story.world.rows.add(row))


def _outcome(story: Story) -> Outcome:
    return story.dice.weighted(OUTCOMES[story.case.phase])


def _voice(firm: Firm, dice: Dice) -> Voice:
    """The words of this entrepreneur and this trade."""
    person, trade = firm.person, firm.trade
    title = "Mme" if firm.is_woman else "M."
    accountant = dice.pick(("le comptable", "la comptable", "son cabinet comptable"))
    alone = "seule" if firm.is_woman else "seul"
    band = firm.company.headcount_band if firm.company else None
    slots = {
        **gender_slots(firm.is_woman),
        "M": f"{title} {person.family_name}",
        "prenom": person.given_name,
        "entreprise": firm.company.name if firm.company else "le projet",
        "commune": firm.commune.name,
        "ville": firm.commune.name,
        "activite": trade["the"],
        "Activite": capital(trade["the"]),
        "comptable": accountant,
        "comptable_maj": capital(accountant),
        "fournisseur": trade["supplier"],
        "fournisseur_maj": capital(trade["supplier"]),
        "materiel": trade["tool"],
        "materiel_maj": capital(trade["tool"]),
        "clientele": trade["customers"],
        "creux": capital(trade["slow"]),
        "annees": str(dice.between(48, 63)),
        "effectif": EFFECTIVES.get(band or "", alone),
        "montant": euros_text(dice.between(38, 640) * 100),
    }
    return Voice(dice, firm.is_woman, slots)
