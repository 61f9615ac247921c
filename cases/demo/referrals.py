"""Referrals of the demonstration: sent, frozen, answered, followed."""

from app.actors import ActorKind
from app.jobs import UNDO_DELAY, Outbox
from cases.casework.enums import Audience, EntryKind
from cases.casework.models import LegalBasis
from cases.demo.arrivals import enter, notify
from cases.demo.journeys import Move, travel
from cases.demo.people import Member
from cases.demo.sending import Sending, fit_texts
from cases.demo.story import actor_of
from cases.demo.texts import content
from cases.referrals.commands.linking import SEND_ANSWER_LINK
from cases.referrals.commands.sending import EXPIRES_AFTER
from cases.referrals.enums import DeclineCode, ReferralKind, ReferralState
from cases.referrals.models import Referral, ReferralSheet, ReferralStep
from cases.referrals.rules.states import ENDED, REFUSED, WAITING
from cases.referrals.sheets import frozen_names, sheet_content
from partners.organisations.enums import Subject

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
#: Their texts speak of the entrepreneur: they are written to the sender, not shown to the person.
ABOUT_THEM = (DeclineCode.UNREACHABLE, DeclineCode.ENTREPRENEUR_REFUSES)
#: Ends that a member of the receiving seat signs.
SIGNED = frozenset(S) - {S.DRAFT, S.SENT, S.EXPIRED, S.REVOKED}


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
    signer = dice.pick(sending.partner.workers) if sending.partner.workers else None
    moves = moves if signer else moves[:1]
    _tell_sender(sending, referral, f"Orientation envoyée à {sending.partner.organisation.name}")
    for move in moves:
        _step(sending, referral, move, signer)
    if moves[-1].after is not S.EXPIRED:
        _freeze_sheet(sending, referral, basis)
    if signer and any(move.after is S.ACCEPTED for move in moves):
        enter(sending, referral, basis, signer)
    notify(sending, referral, moves[-1])
    return referral


def offer_link(sending: Sending, referral: Referral, basis: LegalBasis) -> None:
    """What the sending asked of the outbox: a link, for who has no account there."""
    member = sending.sender.member
    sending.story.world.rows.add(
        Outbox(
            id=sending.story.dice.identifier(sending.sent_at),
            kind=SEND_ANSWER_LINK,
            dedupe_key=f"{SEND_ANSWER_LINK}:{referral.id}",
            payload={"referral_id": str(referral.id)},
            principal=ActorKind.MEMBER,
            user_id=member.user.id,
            seat_id=member.seat.id,
            subject_id=referral.id,
            basis_id=basis.id,
            available_at=sending.sent_at + UNDO_DELAY,
            created_at=sending.sent_at,
        )
    )


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
        referral.decline_text = say(fit_texts(texts, sending.partner), move.at)
        is_shown = sending.story.dice.chance(0.4)
        referral.can_entrepreneur_read = is_shown and referral.decline_code not in ABOUT_THEM
    elif move.after is S.REDIRECTED:
        texts = words["redirect"]["texts"] + content("phrases")["redirects"]
        called = sending.proposed.called if sending.proposed else "un partenaire"
        referral.end_note = say(texts, move.at, partenaire=called)
    elif move.after is S.GIVEN_UP:
        referral.end_note = say(words["give_up"]["texts"], move.at)
    elif move.after is S.COMPLETED and referral.kind is not ReferralKind.SIGNPOST:
        referral.end_note = content("needs")[referral.subject.value]["done"]


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
