"""Effects of referrals, run by the worker: load, check that it still holds, tell. Safe twice."""

import uuid
from collections.abc import Callable
from datetime import timedelta

from flask import current_app
from sqlalchemy.orm import Session

from app import clock, journal
from app.actors import SYSTEM
from app.db import db, unit_of_work
from app.jobs import NoLongerDue, Outbox, enqueue, job
from app.links import LinkPurpose, issue_link
from app.mail import public_address, send_mail
from app.notices import post_notice
from app.schedule import periodic
from cases.casework.enums import Section
from cases.casework.errors import ReasonNeeded
from cases.casework.rules import is_in_force
from cases.referrals import commands, messages
from cases.referrals.commands.answering import TELL_ANSWER, TELL_ENTREPRENEUR
from cases.referrals.commands.asking import TELL_LEAD
from cases.referrals.commands.ending import TELL_EXPIRY, TELL_STOP, TELL_WITHDRAWAL
from cases.referrals.commands.following import TELL_PROGRESS
from cases.referrals.commands.linking import SEND_ANSWER_LINK
from cases.referrals.commands.printing import PRINT_SHEET
from cases.referrals.commands.sending import TELL_RECEIVER, TELL_REVOKED
from cases.referrals.enums import PrintoutStatus, ReferralState
from cases.referrals.messages import Message
from cases.referrals.models import Printout, Referral
from cases.referrals.printouts import render_sheet
from cases.referrals.queries import telling
from cases.referrals.queries.access import find_lead_of
from cases.referrals.queries.links import find_answer_address
from cases.referrals.queries.referrals import get_referral
from cases.referrals.rules.rights import can_be_answered_by_link, can_print_sheet
from cases.referrals.rules.states import is_sheet_open

MAIL_MEMBER = "cases.referrals.mail_member"
WRITERS: dict[str, Callable[[str], Message]] = {
    "referral_waits": messages.referral_waits,
    "answer_arrived": messages.answer_arrived,
    "referral_moved": messages.referral_moved,
    "referral_closed": messages.referral_closed,
    "access_asked": messages.access_asked,
}
ANSWERS = {
    ReferralState.ACCEPTED: "a accepté votre orientation",
    ReferralState.DECLINED: "a décliné votre orientation",
    ReferralState.REDIRECTED: "vous propose une autre organisation",
    ReferralState.FIRST_CONTACT: "a pris un premier contact",
    ReferralState.IN_PROGRESS: "a commencé l’accompagnement",
    ReferralState.COMPLETED: "a terminé l’accompagnement",
    ReferralState.GIVEN_UP: "a arrêté l’accompagnement",
}


@job(TELL_RECEIVER)
def tell_receiver(row: Outbox) -> None:
    """The receiver: an orientation waits."""
    referral = _still_due(row)
    if not is_sheet_open(referral) and referral.answered_at is None:
        raise NoLongerDue("withdrawn or taken back before it was told")
    sender = referral.sender_seat.organisation.name
    _tell_page(row, referral, f"{sender} vous adresse une orientation.", "referral_waits")


@job(SEND_ANSWER_LINK)
def send_answer_link(row: Outbox) -> None:
    """Make a link and send it to the receiver: the token exists in the mail only.

    The referral must still wait, on an agreement still in force; the address is the directory's.
    """
    referral = telling.load_referral(uuid.UUID(row.payload["referral_id"]))
    if referral is None or not can_be_answered_by_link(referral) or not _may_share(referral):
        raise NoLongerDue("it waits for no answer, or its agreement ended")
    address = find_answer_address(referral)
    if not address:
        raise NoLongerDue("the directory knows no address to write to")
    link, token = issue_link(LinkPurpose.ANSWER, referral.id, by=SYSTEM)
    link.seat_id = referral.sender_seat_id
    journal.record(referral, "answer_link.sent", by=SYSTEM)
    sender = referral.sender_seat.organisation.name
    url = public_address("referrals.answer", token=token)
    message = messages.answer_by_link(sender, url)
    send_mail(address, message.subject, message.text, message_id=row.id)


@job(TELL_ANSWER)
def tell_answer(row: Outbox) -> None:
    """The sender: the answer."""
    _tell_what_happened(row, "answer_arrived")


@job(TELL_ENTREPRENEUR)
def tell_entrepreneur(row: Outbox) -> None:
    """The entrepreneur: the words of the partner who declined, because it chose so.

    Not once they took their agreement back: a partner they no longer want to hear of does not
    write to them.
    """
    referral = _still_due(row)
    person = telling.find_entrepreneur(referral.case_id)
    if not _may_share(referral):
        raise NoLongerDue("the agreement ended meanwhile")
    if person is None or not person.email or not referral.can_entrepreneur_read:
        raise NoLongerDue("nobody to write to")
    organisation = referral.receiver_seat.organisation.name
    message = messages.declined_for_entrepreneur(organisation, referral.decline_text)
    send_mail(person.email, message.subject, message.text, message_id=row.id)


@job(TELL_PROGRESS)
def tell_progress(row: Outbox) -> None:
    """The sender: first contact, start, end."""
    _tell_what_happened(row, "referral_moved")


@job(TELL_REVOKED)
def tell_revoked(row: Outbox) -> None:
    """The receiver: the sender took it back."""
    referral = _still_due(row)
    sender = referral.sender_seat.organisation.name
    _tell_page(row, referral, f"{sender} a repris une orientation.", "referral_closed")


@job(TELL_STOP)
def tell_stop(row: Outbox) -> None:
    """The receiver: the case is closed."""
    referral = _still_due(row)
    sender = referral.sender_seat.organisation.name
    _tell_page(row, referral, f"L’orientation de {sender} est close.", "referral_closed")


@job(TELL_EXPIRY)
def tell_expiry(row: Outbox) -> None:
    """Everybody who reads it: thirty days without answer."""
    referral = _still_due(row)
    text = "Une orientation a expiré après trente jours sans réponse."
    _tell_page(row, referral, text, "referral_closed")


@job(TELL_WITHDRAWAL)
def tell_withdrawal(row: Outbox) -> None:
    """A seat the agreement named: it is withdrawn, its access is closed."""
    seat_id = uuid.UUID(row.payload["seat_id"])
    referral = telling.find_referral_of_basis(uuid.UUID(row.payload["agreement_id"]), seat_id)
    if referral is None:
        raise NoLongerDue("nothing had been sent on this agreement")
    text = "Un accord de partage a pris fin : l’orientation qui en dépendait est fermée."
    _tell_page(row, referral, text, "referral_closed")


@job(TELL_LEAD)
def tell_lead_of_request(row: Outbox) -> None:
    """The lead of the case an access request fell upon, if it fell upon one."""
    lead_seat_id = find_lead_of(uuid.UUID(row.payload["request_id"]))
    if lead_seat_id is None:
        raise NoLongerDue("no open case: nobody is to be told")
    path = "/orientations?onglet=acces"
    post_notice(row.dedupe_key, lead_seat_id, "Une structure demande un accès.", path=path)
    _mail(row, [one.id for one in telling.list_members(lead_seat_id)], "access_asked", path)


@job(MAIL_MEMBER)
def mail_member(row: Outbox) -> None:
    """One mail to one member, if they still sit there."""
    member = telling.find_member(uuid.UUID(row.payload["membership_id"]))
    if member is None or not member.user.is_active:
        raise NoLongerDue("the member left")
    message = WRITERS[row.payload["message"]](_address(row.payload["path"]))
    send_mail(member.user.email, message.subject, message.text, message_id=row.id)


@job(PRINT_SHEET, as_author=True)
def print_sheet(row: Outbox) -> None:
    """Make the *fiche de liaison* with the rights its asker has now; progress is seen meanwhile."""
    printout = telling.find_printout(uuid.UUID(row.payload["printout_id"]))
    if printout is None or printout.status is PrintoutStatus.READY:
        raise NoLongerDue("no longer asked for")
    author = current_app.extensions["relais.actors"]["author"](row.user_id, row.seat_id)
    try:
        referral = get_referral(printout.referral_id, author)
    except ReasonNeeded as refusal:
        raise NoLongerDue("its asker has to say why first") from refusal
    if referral.sheet is None or not can_print_sheet(author, referral):
        raise NoLongerDue("its asker may no longer read it")
    _show_progress(printout.id, 40)
    labels = {section.value: section.label for section in Section}
    content = render_sheet(referral, labels, clock.now())
    commands.finish_printout(printout, content)


@periodic("referrals.expire", every=timedelta(minutes=10))
def expire_referrals() -> None:
    """End what waited thirty days, batch after batch."""
    while True:
        with unit_of_work():
            done = commands.expire_referrals()
        if not done:
            return


@periodic("referrals.forget_printouts", every=timedelta(hours=1))
def forget_printouts() -> None:
    """Documents are kept for a day."""
    with unit_of_work():
        commands.forget_printouts()


def _tell_what_happened(row: Outbox, message: str) -> None:
    referral = _still_due(row)
    step = telling.find_step(uuid.UUID(row.payload["step_id"]))
    assert step is not None
    receiver = referral.receiver_seat.organisation.name
    _tell_page(row, referral, f"{receiver} {ANSWERS[step.after]}.", message)


def _still_due(row: Outbox) -> Referral:
    """The referral, unless the step was undone."""
    step = telling.find_step(uuid.UUID(row.payload["step_id"]))
    referral = telling.load_referral(uuid.UUID(row.payload["referral_id"]))
    if step is None or referral is None or step.undone_at is not None:
        raise NoLongerDue("the step was undone")
    return referral


def _may_share(referral: Referral) -> bool:
    """Its agreement, or permission of the law, is in force now (``trust.md`` §2)."""
    return referral.basis is not None and is_in_force(referral.basis, clock.now())


def _tell_page(row: Outbox, referral: Referral, text: str, message: str) -> None:
    """A notice for the seat, a mail for each of those who answer; neither names the company."""
    seat_id, path = uuid.UUID(row.payload["seat_id"]), f"/orientations/{referral.id}"
    post_notice(row.dedupe_key, seat_id, text, path=path, subject_id=referral.id)
    _mail(row, _recipients(referral, seat_id), message, path)


def _recipients(referral: Referral, seat_id: uuid.UUID) -> list[uuid.UUID]:
    """The member who follows it or their deputy, else those who answer for the subject."""
    is_sender = seat_id == referral.sender_seat_id
    one = referral.sender_member_id if is_sender else referral.receiver_member_id
    if one is not None and (answering := telling.find_answering(one)):
        return [answering.id]
    return [member.id for member in telling.list_correspondents(seat_id, referral.subject)]


def _mail(row: Outbox, membership_ids: list[uuid.UUID], message: str, path: str) -> None:
    for membership_id in membership_ids:
        enqueue(
            MAIL_MEMBER,
            key=f"{row.id}:{membership_id}",
            by=SYSTEM,
            basis_id=row.basis_id,
            membership_id=membership_id,
            message=message,
            path=path,
        )


def _address(path: str) -> str:
    return f"{current_app.config['SETTINGS'].public_url}{path}"


def _show_progress(printout_id: uuid.UUID, percent: int) -> None:
    """Committed apart, so that the page sees it while the document is being made."""
    with Session(db.engine, info={"actor": SYSTEM}) as apart:
        printout = apart.get(Printout, printout_id)
        if printout is not None:
            printout.status, printout.progress = PrintoutStatus.RUNNING, percent
        apart.commit()
