"""Referrals of the demonstration: sent, frozen, answered, followed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.notices import Notice
from cases.casework.enums import Audience, ChangeKind, EntryKind, ParticipantRole
from cases.casework.models import CaseChange, LegalBasis, Participation
from cases.demo.journeys import Move, travel
from cases.demo.organisations import Partner
from cases.demo.people import Member
from cases.demo.story import Stay, Story, actor_of
from cases.demo.texts import content
from cases.referrals.commands.sending import EXPIRES_AFTER
from cases.referrals.enums import DeclineCode, ReferralKind, ReferralState
from cases.referrals.models import Need, Referral, ReferralSheet, ReferralStep
from cases.referrals.rules.states import ENDED, REFUSED, WAITING
from cases.referrals.sheets import frozen_names, sheet_content
from cases.referrals.today import NEWS
from partners.organisations.enums import OrganisationKind, Subject
from partners.organisations.models import Unit

S = ReferralState
DECLINES = {
    DeclineCode.NO_CAPACITY: 30,
    DeclineCode.OUT_OF_SCOPE: 22,
    DeclineCode.OUT_OF_TERRITORY: 9,
    DeclineCode.ALREADY_FOLLOWED: 10,
    DeclineCode.UNREACHABLE: 12,
    DeclineCode.ENTREPRENEUR_REFUSES: 9,
    DeclineCode.CONFLICT_OF_INTEREST: 4,
    DeclineCode.OTHER: 4,
}
#: Ends that a member of the receiving seat signs.
SIGNED = frozenset(S) - {S.DRAFT, S.SENT, S.EXPIRED, S.REVOKED}
RECENT = timedelta(days=7)


@dataclass
class Sending:
    """A need on its way to a partner, who may propose another one."""

    story: Story
    need: Need
    sender: Stay
    partner: Partner
    unit: Unit
    kind: ReferralKind
    sent_at: datetime
    proposed: Partner | None = None
    is_answered: bool = True
    redirected_from: Referral | None = None


def give_signpost(sending: Sending) -> Referral:
    """The partner's details are given: nothing travels, it ends at once."""
    message = _message(sending)
    referral = _insert(sending, None, message)
    referral.ended_at = sending.sent_at
    name = sending.partner.organisation.name
    fact = f"Coordonnées de {name} remises à l’entrepreneur"
    _tell_sender(sending, referral, fact)
    _step(sending, referral, Move(S.DRAFT, S.COMPLETED, sending.sent_at))
    return referral


def keep_draft(sending: Sending) -> Referral:
    """Not sent yet."""
    referral = _insert(sending, None, "")
    referral.sent_at = referral.answer_by = referral.expires_at = None
    return referral


def send(sending: Sending, basis: LegalBasis) -> Referral:
    """Freeze the sheet, then let the referral live until now."""
    story, dice = sending.story, sending.story.dice
    referral = _insert(sending, basis, "")
    can_redirect = sending.proposed is not None
    withdrawn_at = basis.withdrawn_at
    life = (story.end, dice, withdrawn_at, can_redirect, sending.is_answered)
    moves = travel(sending.sent_at, *life)
    if not story.is_open and moves[-1].after in WAITING:
        moves.append(Move(moves[-1].after, S.REVOKED, story.end, "case_closed"))
    signer = dice.pick(sending.partner.workers)
    _tell_sender(sending, referral, f"Orientation envoyée à {sending.partner.organisation.name}")
    for move in moves:
        _step(sending, referral, move, signer)
    if moves[-1].after is not S.EXPIRED:
        _freeze_sheet(sending, referral, basis)
    if any(move.after is S.ACCEPTED for move in moves):
        _enter(sending, referral, basis, signer)
    _notify(sending, referral, moves[-1])
    return referral


def _insert(sending: Sending, basis: LegalBasis | None, message: str) -> Referral:
    story, partner, at = sending.story, sending.partner, sending.sent_at
    is_signpost = sending.kind is ReferralKind.SIGNPOST
    hours = story.world.answer_hours(partner)
    lead = story.lead.partner.organisation.name
    names = (actor_of(sending.sender.member), lead, partner.seat, sending.unit, story.commune)
    identifier = story.dice.identifier(at)
    return story.world.rows.add(
        Referral(
            id=identifier,
            case_id=story.case.id,
            need_id=sending.need.id,
            kind=sending.kind,
            state=S.DRAFT,
            subject=sending.need.subject,
            sender_seat_id=sending.sender.partner.seat.id,
            sender_member_id=sending.sender.member.membership.id,
            receiver_seat_id=partner.seat.id,
            receiver_unit_id=sending.unit.id,
            basis_id=basis.id if basis else None,
            redirected_from_id=sending.redirected_from.id if sending.redirected_from else None,
            message=message,
            frozen=frozen_names(*names, hours),
            client_key=f"demo-{identifier}",
            sent_at=at,
            answer_by=None if is_signpost else story.world.answer_by(partner, sending.unit, at),
            expires_at=None if is_signpost else at + EXPIRES_AFTER,
            created_at=at,
        )
    )


def _step(sending: Sending, referral: Referral, move: Move, signer: Member | None = None) -> None:
    """Write a move on the referral, in its history and in the journal."""
    story, member = sending.story, _who(sending, move, signer)
    referral.state = move.after
    if move.after is S.SEEN:
        referral.seen_at = move.at
    if move.after in REFUSED | {S.ACCEPTED} and move.after is not S.EXPIRED and signer:
        referral.answered_at, referral.receiver_member_id = move.at, signer.membership.id
    if move.after in ENDED:
        referral.ended_at = move.at
        _explain(sending, referral, move)
    story.world.rows.add(
        ReferralStep(
            id=story.dice.identifier(move.at),
            referral_id=referral.id,
            before=move.before,
            after=move.after,
            at=move.at,
            seat_id=member.seat.id if member else None,
            member_id=member.membership.id if member else None,
            note=move.note,
        )
    )
    action = "referral.read" if move.after is S.SEEN else f"referral.{move.after.value}"
    story.record(action, referral, move.at, member, before=move.before.value)


def _who(sending: Sending, move: Move, signer: Member | None) -> Member | None:
    """Who signs a move: the receiver, the sender, or nobody when it comes by itself."""
    if move.after is S.EXPIRED or move.note == "consent_withdrawn":
        return None
    return signer if signer and move.after in SIGNED else sending.sender.member


def _explain(sending: Sending, referral: Referral, move: Move) -> None:
    """The words of an end."""
    say, words = sending.story.voice.say, content("words")
    if move.after is S.DECLINED:
        referral.decline_code = sending.story.dice.weighted(DECLINES)
        texts = words["decline"][referral.decline_code.value]
        texts = texts + content("phrases")["declines"][referral.decline_code.value]
        referral.decline_text = say(_fit(texts, sending.partner), move.at)
        referral.can_entrepreneur_read = sending.story.dice.chance(0.4)
    elif move.after is S.REDIRECTED:
        referral.end_note = say(words["redirect"]["texts"], move.at)
    elif move.after is S.GIVEN_UP:
        referral.end_note = say(words["give_up"]["texts"], move.at)
    elif move.after is S.COMPLETED and referral.kind is not ReferralKind.SIGNPOST:
        referral.end_note = content("needs")[referral.subject.value]["done"]


def _fit(texts: list[str], partner: Partner) -> list[str]:
    """Only associations speak of their volunteers."""
    if partner.organisation.kind is OrganisationKind.ASSOCIATION:
        return texts
    return [one for one in texts if "bénévole" not in one] or texts[:1]


def _message(sending: Sending) -> str:
    needs, phrases = content("needs")[sending.need.subject.value], content("phrases")
    own = needs["messages"]
    pool = own if sending.story.dice.chance(0.6) else phrases["messages"]
    if sending.need.subject is Subject.HEALTH:
        pool = own
    return sending.story.voice.say(pool, sending.sent_at)


def _freeze_sheet(sending: Sending, referral: Referral, basis: LegalBasis) -> None:
    story = sending.story
    before = [one for one in story.assessments if one.created_at < sending.sent_at]
    sheet = sheet_content(
        story.case,
        sending.need,
        _message(sending),
        basis.sections,
        assessment=before[-1] if before else None,
        commune=story.commune,
    )
    row = {"sections": list(sheet), "content": sheet, "frozen_at": sending.sent_at}
    story.world.rows.add(ReferralSheet(referral_id=referral.id, **row))


def _tell_sender(sending: Sending, referral: Referral, fact: str) -> None:
    text = f"{fact} : {referral.subject.label} ({referral.kind.label.lower()})."
    story, member, at = sending.story, sending.sender.member, sending.sent_at
    own = Audience.OWN
    story.tell(EntryKind.REFERRAL, text, at, member, audience=own, object_id=referral.id)


def _enter(sending: Sending, referral: Referral, basis: LegalBasis, signer: Member) -> None:
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
    if is_handover:
        _pass_the_lead(story, stay, at)


def _pass_the_lead(story: Story, stay: Stay, at: datetime) -> None:
    """The first lead stays as a partner."""
    before = story.lead.participation
    before.role, before.was_lead = ParticipantRole.PARTNER, True
    story.case.lead_seat_id = stay.partner.seat.id
    story.case.lead_member_id = stay.member.membership.id
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


def _notify(sending: Sending, referral: Referral, last: Move) -> None:
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
