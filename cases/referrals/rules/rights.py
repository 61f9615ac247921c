"""Who may do what to a need or a referral: yes or no, never acting.

``role`` is how the actor's seat takes part in the case (``cases.casework.rules.role_of``).
"""

from dataclasses import replace

from app.actors import Actor, ActorKind, Side
from app.links import LinkPurpose
from cases.casework.enums import ParticipantRole
from cases.casework.models import CaseFile
from cases.casework.rules import can_write_in_case, leads_case
from cases.casework.shown import AnyCase
from cases.referrals.enums import ReferralKind, ReferralState
from cases.referrals.models import Need, Referral
from cases.referrals.rules.states import TAKEN, WAITING, is_sheet_open
from partners.organisations.enums import Subject


def works_with_referrals(actor: Actor) -> bool:
    """Advisers, managers, coordinators and accountants send and receive."""
    return actor.reads_cases


def can_add_need(actor: Actor, case: AnyCase, role: ParticipantRole | None) -> bool:
    """Whoever writes in the case, on the helping side."""
    return can_write_in_case(actor, case, role) and actor.side is Side.AID


def can_edit_need(actor: Actor, need: Need) -> bool:
    """A member of the seat that wrote it."""
    return actor.reads_cases and need.seat_id == actor.seat_id


def can_send(
    actor: Actor, case: CaseFile, role: ParticipantRole | None, kind: ReferralKind
) -> bool:
    """Passing the relay is for the lead; the other kinds for whoever may add a need."""
    if kind is ReferralKind.REQUEST:
        return False
    if kind is ReferralKind.HANDOVER and not leads_case(actor, case, role):
        return False
    return can_add_need(actor, case, role)


def kinds_for(
    actor: Actor, case: CaseFile, role: ParticipantRole | None, subject: Subject
) -> tuple[ReferralKind, ...]:
    """Kinds this member may choose. Health never brings anybody into the shared file."""
    kinds = (ReferralKind.JOINT, ReferralKind.HANDOVER, ReferralKind.SIGNPOST)
    open_kinds = (kind for kind in kinds if can_send(actor, case, role, kind))
    return tuple(k for k in open_kinds if k is not ReferralKind.HANDOVER or not is_sealed(subject))


def is_sealed(subject: Subject) -> bool:
    """Health and psychological matters travel apart from the shared file (``domain.md`` §5)."""
    return subject is Subject.HEALTH


def is_receiver(actor: Actor, referral: Referral) -> bool:
    """A member of the receiving seat, once something was sent to it."""
    return (
        actor.reads_cases
        and referral.receiver_seat_id == actor.seat_id
        and referral.state is not ReferralState.DRAFT
        and referral.kind is not ReferralKind.SIGNPOST
    )


def is_sender(actor: Actor, referral: Referral) -> bool:
    """A member of the sending seat."""
    return actor.reads_cases and referral.sender_seat_id == actor.seat_id


def is_page_of_case(actor: Actor, referral: Referral) -> bool:
    """Is its page a page of the case? Not while the receiver has to answer, nor for whoever cannot
    read the case: ``referral.case`` is loaded under the policies."""
    return referral.case is not None and not can_answer(actor, referral)


def can_answer(actor: Actor, referral: Referral) -> bool:
    """The receiver accepts, declines or redirects what still waits."""
    return is_receiver(actor, referral) and referral.state in WAITING


def can_be_answered_by_link(referral: Referral) -> bool:
    """A waiting referral may be answered without an account. A signpost waits for nothing; health
    is read after signing in, or not at all."""
    is_open = referral.kind.needs_basis and not is_sealed(referral.subject)
    return is_open and referral.state in WAITING


def can_send_answer_link(actor: Actor, referral: Referral) -> bool:
    """The sender, or the lead who reads it, has a link sent to the receiver."""
    reads = actor.reads_cases and actor.seat_id in referral.reader_seats
    return (
        reads and actor.seat_id != referral.receiver_seat_id and can_be_answered_by_link(referral)
    )


def bears_answer_link(actor: Actor, referral: Referral) -> bool:
    """The bearer of a link that was sent for this very referral."""
    return (
        actor.kind is ActorKind.LINK
        and actor.link_purpose == LinkPurpose.ANSWER
        and actor.link_object_id == referral.id
        and referral.state is not ReferralState.DRAFT
        and referral.kind.needs_basis
        and not is_sealed(referral.subject)
    )


def can_answer_by_link(actor: Actor, referral: Referral) -> bool:
    """The bearer accepts, declines or redirects what still waits."""
    return bears_answer_link(actor, referral) and referral.state in WAITING


def reads_sheet_by_link(actor: Actor, referral: Referral) -> bool:
    """As the receiver does: until the referral closes."""
    return bears_answer_link(actor, referral) and is_sheet_open(referral)


def as_receiver(actor: Actor, referral: Referral) -> Actor:
    """The bearer of an answer link acts for the receiving seat; ``receiver_seat`` is loaded."""
    name = referral.receiver_seat.organisation.name
    return replace(actor, seat_id=referral.receiver_seat_id, organisation_name=name)


def can_follow(actor: Actor, referral: Referral) -> bool:
    """The receiver says how the work goes, from the acceptance on."""
    return is_receiver(actor, referral) and referral.state in TAKEN


def can_revoke(actor: Actor, referral: Referral) -> bool:
    """The sender takes back what was not answered."""
    return is_sender(actor, referral) and referral.state in WAITING


def can_send_on(actor: Actor, referral: Referral) -> bool:
    """The sender, or the lead, sends what was redirected to the organisation proposed."""
    is_redirected = referral.state is ReferralState.REDIRECTED
    return (
        actor.reads_cases
        and is_redirected
        and referral.proposed_seat_id is not None
        and referral.receiver_seat_id != actor.seat_id
    )


def can_print_sheet(actor: Actor, referral: Referral) -> bool:
    """Whoever may read the sheet may print it."""
    if referral.kind is ReferralKind.SIGNPOST or referral.state is ReferralState.DRAFT:
        return False
    return actor.reads_cases and (not is_receiver(actor, referral) or reads_sheet(actor, referral))


def reads_sheet(actor: Actor, referral: Referral) -> bool:
    """The receiver reads it until the referral closes; the sender and the lead keep it."""
    return actor.reads_cases and (not is_receiver(actor, referral) or is_sheet_open(referral))


def reads_decline_text(actor: Actor, referral: Referral) -> bool:
    """The text of a decline is for the two seats and the lead, all of whom read the row."""
    return actor.reads_cases and referral.state is ReferralState.DECLINED
