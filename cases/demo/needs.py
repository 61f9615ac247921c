"""What the companies of the demonstration need, and to whom each need is sent."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from app.actors import Side
from cases.casework.enums import Phase
from cases.casework.models import LegalBasis
from cases.demo.agreements import agree
from cases.demo.organisations import Partner
from cases.demo.referrals import give_signpost, keep_draft, offer_link, send
from cases.demo.sending import Sending
from cases.demo.story import Stay, Story
from cases.demo.texts import content
from cases.demo.world import LEADING, World
from cases.referrals.commands.needs import audience_of
from cases.referrals.enums import ReferralKind, ReferralState
from cases.referrals.models import Need, Referral
from partners.organisations.enums import Subject
from partners.organisations.models import Unit

P, N = Phase, Subject
WEIGHTS: dict[Phase, dict[Subject, float]] = {
    P.ANTICIPATION: {
        **{N.BUSINESS_MODEL: 4, N.ACCOUNTING: 3, N.REGULATION: 3, N.CASH_FLOW: 3, N.PREMISES: 2},
        **{N.PUBLIC_BUYER: 2, N.EMPLOYMENT: 1, N.INSURANCE: 1, N.SOCIAL_RIGHTS: 1, N.HEALTH: 0.7},
    },
    P.DIFFICULTY: {
        **{N.CASH_FLOW: 5, N.SOCIAL_DEBTS: 5, N.TAX_DEBTS: 3, N.BANK: 3, N.BUSINESS_MODEL: 2},
        **{N.COMMERCIAL_DISPUTE: 2, N.PUBLIC_BUYER: 2, N.EMPLOYMENT: 2, N.ACCOUNTING: 2},
        **{N.PREMISES: 2, N.INSURANCE: 1, N.SOCIAL_RIGHTS: 1, N.HEALTH: 0.8, N.OTHER: 0.5},
    },
    P.EMERGENCY: {
        **{N.CASH_FLOW: 4, N.SOCIAL_DEBTS: 4, N.TAX_DEBTS: 3, N.BANK: 3, N.LEGAL_PROCEDURE: 4},
        **{N.EMPLOYMENT: 2, N.HEALTH: 1.2, N.PERSONAL_FINANCES: 2, N.HOUSING: 1},
    },
    P.PROCEDURE: {
        **{N.LEGAL_PROCEDURE: 5, N.EMPLOYMENT: 2, N.CASH_FLOW: 2, N.PERSONAL_FINANCES: 2},
        **{N.ACCOUNTING: 2, N.HEALTH: 1, N.SOCIAL_RIGHTS: 1},
    },
    P.REBOUND: {
        **{N.REBOUND_JOB: 4, N.REBOUND_COMPANY: 4, N.PERSONAL_FINANCES: 3, N.HOUSING: 2},
        **{N.SOCIAL_RIGHTS: 2, N.HEALTH: 1},
    },
}
BUDGETS = (8_000, 25_000, 60_000, 140_000, 320_000)
HANDOVER_SHARE, SIGNPOST_SHARE, DRAFT_SHARE = 0.2, 0.24, 0.06
Choice = tuple[Partner, Unit]
#: Nobody there has an account.
WITHOUT_ACCOUNT = "estuaire"
#: What was sent since then may well wait for its answer.
FRESH = timedelta(days=3, hours=12)


def live_through_needs(story: Story) -> None:
    """One to three needs, each sent to one partner or more."""
    for at in _moments(story):
        wanted = _wanted(story, at)
        subject = _subject(story, wanted)
        if subject is None:
            return
        need = _write_need(story, subject, at)
        _send_need(story, need, wanted)


def send_without_account(world: World, stories: Sequence[Story]) -> None:
    """One of the last days, the Urssaf of Bordeaux writes to an organisation without accounts.

    The link by which it answers leaves when the site starts.
    """
    partner = next(one for one in world.partners if one.key == WITHOUT_ACCOUNT)
    at = world.now - timedelta(hours=9)
    for story in stories:
        unit = world.unit_for(partner, story.commune.code)
        subjects = [one.subject for one in partner.services if one.subject not in story.subjects]
        if unit is None or not subjects or not _is_led_by_urssaf(story, at):
            continue
        need = _write_need(story, subjects[0], at, story.lead)
        basis = agree(story, [partner], need.subject, story.lead, at, may_end=False)
        sending = Sending(
            story, need, story.lead, partner, unit, ReferralKind.JOINT, at, None, False
        )
        offer_link(sending, send(sending, basis), basis)
        return


def _is_led_by_urssaf(story: Story, at: datetime) -> bool:
    """Open and led, since before then, by the seat that the sign-in page offers first."""
    lead = story.lead
    still_leads = story.case.lead_seat_id == lead.partner.seat.id and lead.is_in(at)
    return story.is_open and still_leads and lead.partner.key == "urssaf-aquitaine"


def _moments(story: Story) -> list[datetime]:
    """When needs come up; in an open case the last one is often of this week."""
    start, dice = story.case.opened_at + timedelta(hours=2), story.dice
    length = (story.end - start) * 0.55
    found = [dice.instant(start, start + length) for _ in range(dice.between(1, 3))]
    lately = story.world.now - FRESH
    if story.is_open and lately > start and dice.chance(0.6):
        found.append(dice.instant(lately, story.world.now - timedelta(hours=7)))
    return sorted(found)


def _wanted(story: Story, at: datetime) -> Partner | None:
    """These days, somebody whose tray should hold something."""
    if not story.is_open or at < story.world.now - FRESH:
        return None
    found = story.world.waited_for(story.commune.code, story.facts(), story.seat_ids())
    fit = [one for one in found if any(_fits(story, subject, one) for subject in Subject)]
    weights = {index: story.world.in_trays[one.seat.id] for index, one in enumerate(fit)}
    return fit[story.dice.weighted(weights)] if fit else None


def _fits(story: Story, subject: Subject, partner: Partner) -> bool:
    """Could this be asked of the partner now?"""
    is_debt = subject in (N.SOCIAL_DEBTS, N.TAX_DEBTS)
    is_new = subject not in story.subjects and _makes_sense(story, subject)
    return is_new and partner.serves(subject) and (partner.seat.side is Side.AID or is_debt)


def _subject(story: Story, wanted: Partner | None) -> Subject | None:
    """Something not asked yet that somebody answers there."""
    if wanted is not None:
        return story.dice.pick([one for one in Subject if _fits(story, one, wanted)])
    facts, code = story.facts(), story.commune.code
    weights = {
        subject: weight
        for subject, weight in WEIGHTS[story.case.phase].items()
        if subject not in story.subjects
        and _makes_sense(story, subject)
        and story.world.receivers(subject, code, facts, story.seat_ids())
    }
    return story.dice.weighted(weights) if weights else None


def _makes_sense(story: Story, subject: Subject) -> bool:
    company = story.firm.company
    if subject in (N.EMPLOYMENT, N.REGULATION):
        return company is not None and not company.is_closed and company.headcount_band != "NN"
    return True


def _write_need(story: Story, subject: Subject, at: datetime, author: Stay | None = None) -> Need:
    stay = author or story.dice.pick(story.helping(at))
    texts = content("needs")[subject.value]["needs"] + content("phrases")["needs"][subject.value]
    if subject is N.HEALTH:
        texts = content("phrases")["needs"]["health"]
    need = Need(
        id=story.dice.identifier(at),
        case_id=story.case.id,
        seat_id=stay.partner.seat.id,
        author_id=stay.member.membership.id,
        subject=subject,
        audience=audience_of(subject),
        description=story.voice.say(texts, at),
        budget_euros=story.dice.pick(BUDGETS) if _has_budget(story) else None,
        created_at=at,
    )
    story.subjects.append(subject)
    story.record("need.added", need, at, stay.member)
    return story.world.rows.add(need)


def _has_budget(story: Story) -> bool:
    company = story.firm.company
    return story.dice.chance(0.6 if company is not None and company.is_ess else 0.1)


def _send_need(story: Story, need: Need, wanted: Partner | None) -> None:
    dice, at = story.dice, need.created_at + timedelta(minutes=story.dice.between(12, 70))
    sender = next(one for one in story.stays if one.partner.seat.id == need.seat_id)
    code, facts = story.commune.code, story.facts()
    choices = story.world.receivers(need.subject, code, facts, story.seat_ids())
    if not choices:
        return
    if wanted is not None:
        unit = story.world.unit_for(wanted, code)
        assert unit is not None
        choices = [one for one in choices if one[0] is not wanted]
        _send_to_all(story, need, sender, [(wanted, unit)], choices, at, wanted=wanted)
        return
    chosen = dice.some(choices, dice.weighted({1: 24, 2: 40, 3: 36}))
    spare = [one for one in choices if one not in chosen]
    if story.is_open and dice.chance(DRAFT_SHARE):
        keep_draft(Sending(story, need, sender, *chosen[0], ReferralKind.JOINT, at))
        return
    _send_to_all(story, need, sender, chosen, spare, at)


def _send_to_all(
    story: Story,
    need: Need,
    sender: Stay,
    chosen: list[Choice],
    spare: list[Choice],
    at: datetime,
    wanted: Partner | None = None,
) -> None:
    kinds = [ReferralKind.JOINT] if wanted else list(_kinds(story, need, sender, chosen))
    asked = [partner for (partner, _), kind in zip(chosen, kinds, strict=True) if kind.needs_basis]
    basis, spare = None, spare[:1]
    proposed = spare[0][0] if spare else None
    if asked:
        named = [*asked, proposed] if proposed else asked
        may_end = ReferralKind.HANDOVER not in kinds and wanted is None
        basis = agree(story, named, need.subject, sender, at, may_end=may_end)
    for minute, ((partner, unit), kind) in enumerate(zip(chosen, kinds, strict=True)):
        sent_at = at + timedelta(minutes=minute)
        sending = Sending(story, need, sender, partner, unit, kind, sent_at, proposed)
        if partner is wanted:
            sending.is_answered = False
            story.world.in_trays[partner.seat.id] -= 1
        if basis is None or not kind.needs_basis:
            give_signpost(sending)
        else:
            _follow_up(sending, send(sending, basis), basis, spare)


def _kinds(story: Story, need: Need, sender: Stay, chosen: list[Choice]) -> Iterator[ReferralKind]:
    """At most one handover in a case, by its lead, to somebody who leads."""
    for index, (partner, _) in enumerate(chosen):
        can_lead = partner.organisation.kind in LEADING and sender is story.lead
        is_first = index == 0 and not story.lead.participation.was_lead
        fits = can_lead and is_first and need.subject is not N.HEALTH
        if partner.seat.side.value == "aid" and fits and story.dice.chance(HANDOVER_SHARE):
            yield ReferralKind.HANDOVER
        elif story.dice.chance(SIGNPOST_SHARE):
            yield ReferralKind.SIGNPOST
        else:
            yield ReferralKind.JOINT


def _follow_up(
    sending: Sending, referral: Referral, basis: LegalBasis, spare: list[Choice]
) -> None:
    """A redirection proposes somebody; more often than not the sender sends there, once."""
    story, ended_at = sending.story, referral.ended_at
    if referral.state is not ReferralState.REDIRECTED or ended_at is None or not sending.proposed:
        return
    referral.proposed_seat_id = sending.proposed.seat.id
    again = ended_at + timedelta(hours=story.dice.between(2, 20))
    alive = basis.withdrawn_at is None or again < basis.withdrawn_at
    if spare and alive and again < story.end and story.dice.chance(0.7):
        next_one = (story, sending.need, sending.sender, *spare.pop(), ReferralKind.JOINT, again)
        send(Sending(*next_one, redirected_from=referral), basis)
