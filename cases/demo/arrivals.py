"""What follows an answer in the demonstration: who enters the case, who leads it, who is told."""

from datetime import datetime, timedelta

from app.actors import Side
from app.notices import Notice
from cases.casework.enums import Audience, ChangeKind, EntryKind, ParticipantRole
from cases.casework.models import CaseChange, LegalBasis, Participation
from cases.demo.journeys import Move
from cases.demo.organisations import Partner
from cases.demo.people import Member
from cases.demo.sending import Sending, fit_texts
from cases.demo.story import Stay, Story
from cases.demo.texts import content
from cases.referrals.enums import ReferralKind
from cases.referrals.models import Referral
from cases.referrals.today import NEWS
from partners.organisations.enums import Subject

#: What moved since then is told to the sender.
RECENT = timedelta(days=7)


def enter(sending: Sending, referral: Referral, basis: LegalBasis, signer: Member) -> None:
    """The receiver takes part from its acceptance on; health never enters the shared file."""
    story, at = sending.story, referral.answered_at
    if referral.subject is Subject.HEALTH or at is None:
        return
    is_handover = referral.kind is ReferralKind.HANDOVER
    row = Participation(
        id=story.dice.identifier(at),
        case_id=story.case.id,
        seat_id=sending.partner.seat.id,
        role=ParticipantRole.LEAD if is_handover else ParticipantRole.PARTNER,
        member_id=signer.membership.id,
        basis_id=basis.id,
        referral_id=referral.id,
        sections=list(basis.sections),
        started_at=at,
        ended_at=basis.withdrawn_at,
        end_reason="consent_withdrawn" if basis.withdrawn_at else "",
    )
    stay = Stay(sending.partner, signer, story.world.rows.add(row))
    story.stays.append(stay)
    fact = "reprend le pilotage du dossier" if is_handover else "entre dans le dossier"
    text = f"{sending.partner.organisation.name} {fact} ({referral.subject.label})."
    story.tell(EntryKind.PARTICIPANT_JOINED, text, at, signer, audience=Audience.AID)
    story.record("participation.started", referral, at, signer, handover=is_handover)
    if story.dice.chance(0.5):
        answers = fit_texts(content("phrases")["answers"], sending.partner)
        said_at = at + timedelta(minutes=1)
        text = story.voice.say(answers, said_at)
        story.tell(EntryKind.NOTE, text, said_at, signer, audience=_audience_of(sending.partner))
    if is_handover:
        _pass_the_lead(story, stay, at)


def _audience_of(partner: Partner) -> Audience:
    """The helping side writes for itself; the recovery side cannot."""
    return Audience.AID if partner.seat.side is Side.AID else Audience.ALL


def _pass_the_lead(story: Story, stay: Stay, at: datetime) -> None:
    """The first lead stays as a partner."""
    before = story.lead.participation
    before.role, before.was_lead = ParticipantRole.PARTNER, True
    story.case.lead_seat_id = stay.partner.seat.id
    story.case.lead_member_id = stay.member.membership.id
    story.case.moved_at = max(story.case.moved_at, at)
    story.world.rows.add(
        CaseChange(
            id=story.dice.identifier(at),
            case_id=story.case.id,
            kind=ChangeKind.LEAD,
            before=str(before.seat_id),
            after=str(stay.partner.seat.id),
            reason="handover",
            at=at,
            member_id=stay.member.membership.id,
        )
    )


def notify(sending: Sending, referral: Referral, last: Move) -> None:
    """What moved this week is told to the sender, as the worker would have."""
    story = sending.story
    if last.after not in NEWS or last.at < story.world.now - RECENT:
        return
    text = f"{sending.partner.organisation.name} {NEWS[last.after][0]}."
    story.world.rows.add(
        Notice(
            id=story.dice.identifier(last.at),
            key=f"demo:{referral.id}",
            seat_id=sending.sender.partner.seat.id,
            subject_id=referral.id,
            text=text,
            path=f"/orientations/{referral.id}",
            created_at=last.at + timedelta(minutes=1),
        )
    )
