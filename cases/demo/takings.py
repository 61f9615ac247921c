"""*États des lieux* of the demonstration: treasury, debts by creditor, the two strands of help."""

from datetime import datetime, timedelta

from cases.casework.enums import Audience, EntryKind, Phase
from cases.casework.models import Assessment, AssessmentDebt
from cases.demo.story import Story
from cases.demo.texts import content
from cases.demo.world import World

#: Headcount by band, to the employee.
HEADS = {"NN": 0, "00": 0, "01": 2, "02": 4, "03": 7, "11": 14, "12": 30, "21": 60}
STRANDS = ("order_book", "staff", "legal_deadlines", "personal_situation")
HELP = ("moral_strand", "technical_strand")


def take_stock(story: Story) -> None:
    """Two cases in three have one; a quarter of those were looked at again."""
    if not story.dice.chance(0.68):
        return
    at = story.dice.after(story.case.opened_at, 1, 12)
    if at < story.end:
        _assess(story, at, share=1.0)
    later = story.dice.after(at, 35, 90)
    if later < story.end and story.dice.chance(0.4):
        _assess(story, later, share=0.6)


def _assess(story: Story, at: datetime, share: float) -> None:
    """``share``: what is left of the debts."""
    dice, member = story.dice, story.lead.member
    words, phrases = content("words")["assessment"], content("phrases")["assessment"]
    texts = {key: story.voice.say(words[key] + phrases[key], at) for key in (*STRANDS, *HELP)}
    band = story.firm.company.headcount_band if story.firm.company else "NN"
    texts |= _known_for_sure(story, HEADS[band or "NN"])
    row = Assessment(
        id=dice.identifier(at),
        case_id=story.case.id,
        seat_id=member.seat.id,
        author_id=member.membership.id,
        audience=Audience.AID,
        done_on=at.date(),
        treasury_cents=dice.between(-180, 260) * 10_000,
        headcount=HEADS[band or "NN"],
        created_at=at,
        **texts,
    )
    story.assessments.append(story.world.rows.add(row))
    _owe(story.world, story, row, share)
    body = f"État des lieux du {row.done_on:%d/%m/%Y} enregistré."
    aid = Audience.AID
    story.tell(EntryKind.ASSESSMENT, body, at, member, audience=aid, object_id=row.id)
    story.record("assessment.recorded", row, at + timedelta(seconds=1), member)


def _known_for_sure(story: Story, heads: int) -> dict[str, str]:
    """What the phase and the headcount leave no choice about."""
    sure = {} if heads else {"staff": "Pas de salarié."}
    if story.case.phase is Phase.ANTICIPATION:
        sure["legal_deadlines"] = "Aucune à ce jour."
    if story.firm.company is None or story.firm.is_closed:
        sure |= {"order_book": "Activité arrêtée.", "staff": "Plus de salarié."}
    return sure


def _owe(world: World, story: Story, row: Assessment, share: float) -> None:
    """The same creditors each time, with less to pay; kept on the row for the frozen sheet."""
    dice, at = story.dice, row.created_at
    before = story.assessments[0].debts if len(story.assessments) > 1 else []
    names = content("words")["assessment"]["creditors"]
    owed = [(one.creditor, one.amount_cents) for one in before] or [
        (name, dice.between(8, 420) * 10_000) for name in dice.some(names, dice.between(1, 4))
    ]
    row.debts = [
        AssessmentDebt(
            id=dice.identifier(at),
            assessment_id=row.id,
            creditor=creditor,
            amount_cents=int(amount * share) // 100 * 100,
            is_overdue=dice.chance(0.7),
        )
        for creditor, amount in owed
    ]
    for debt in row.debts:
        world.rows.add(debt)
