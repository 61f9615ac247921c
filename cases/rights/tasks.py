"""What leaves after a request of the person: the lead is told, the person answered, copies made."""

import uuid
from datetime import timedelta

from flask import current_app

from app.actors import SYSTEM
from app.db import db, unit_of_work
from app.jobs import NoLongerDue, Outbox, enqueue, job
from app.links import LinkPurpose, issue_link
from app.mail import public_address, send_mail
from app.notices import post_notice
from app.schedule import periodic
from cases.casework.errors import ReasonNeeded
from cases.casework.queries import seats_by_id
from cases.referrals.queries.telling import find_answering, find_member
from cases.rights import commands, messages
from cases.rights.commands.answering import TELL_ANSWER, TELL_EXTENSION
from cases.rights.commands.asking import TELL_LEAD, TELL_RECEIVED
from cases.rights.commands.copying import GIVE, PREPARE
from cases.rights.contents import parts_of
from cases.rights.enums import CopyStatus, RequestState
from cases.rights.messages import Message
from cases.rights.models import RightsRequest
from cases.rights.printouts import copy_json, render_copy
from cases.rights.queries.copies import count_own_texts_elsewhere, find_copy_for_system
from cases.rights.queries.gathering import gather
from cases.rights.queries.requests import find_request_for_system, get_request, list_managers

MAIL_LEAD = "cases.rights.mail_lead"
WAITS = "Une personne que vous accompagnez exerce un droit sur ses données."


@job(TELL_LEAD)
def tell_lead(row: Outbox) -> None:
    """The seat that leads now: a notice, and a mail to whoever answers for it."""
    request = _request(row)
    if not request.is_waiting:
        raise NoLongerDue("answered before it was told")
    seat_id, path = request.case.lead_seat_id, f"/droits/{request.id}"
    post_notice(row.dedupe_key, seat_id, WAITS, path=path, subject_id=request.id)
    for membership_id in _answering(request):
        enqueue(
            MAIL_LEAD,
            key=f"{request.id}:{membership_id}",
            by=SYSTEM,
            request_id=request.id,
            membership_id=membership_id,
        )


@job(MAIL_LEAD)
def mail_lead(row: Outbox) -> None:
    """One mail to one member, if they still sit there; it names nobody."""
    request, member = _request(row), find_member(uuid.UUID(row.payload["membership_id"]))
    if member is None or not member.user.is_active or not request.is_waiting:
        raise NoLongerDue("the member left, or the request is answered")
    link = public_address("rights.show", rights_request_id=request.id)
    message = messages.request_waits(request.due_on, link)
    send_mail(member.user.email, message.subject, message.text, message_id=row.id)


@job(TELL_RECEIVED)
def tell_received(row: Outbox) -> None:
    """The person: it is received, and by when it is answered."""
    request = _request(row)
    _write_person(row, request, messages.request_received(_lead(request), request.due_on))


@job(TELL_EXTENSION)
def tell_extension(row: Outbox) -> None:
    """The person: more time, and why."""
    request = _request(row)
    reason = request.extension_reason
    message = messages.request_extended(_lead(request), request.due_on, reason)
    _write_person(row, request, message)


@job(TELL_ANSWER)
def tell_answer(row: Outbox) -> None:
    """The person: the answer, or the refusal with the way to complain; and the lead's seat."""
    request = _request(row)
    organisation = _answerer(request)
    if request.state is RequestState.REFUSED and request.refusal is not None:
        reason = request.refusal.label
        message = messages.request_refused(organisation, reason, request.answer)
    else:
        message = messages.request_answered(organisation, request.answer)
    _write_person(row, request, message)


@job(PREPARE, as_author=True)
def prepare_copy(row: Outbox) -> None:
    """Gather what the case holds, with the rights its asker has now."""
    copy = find_copy_for_system(uuid.UUID(row.payload["copy_id"]))
    if copy is None or copy.status is not CopyStatus.WAITING:
        raise NoLongerDue("no longer asked for")
    author = current_app.extensions["relais.actors"]["author"](row.user_id, row.seat_id)
    request = get_request(copy.request_id, author)
    try:
        held = gather(request.case_id, author)
    except ReasonNeeded as refusal:
        raise NoLongerDue("its asker has to say why first") from refusal
    commands.fill_copy(copy, parts_of(held, count_own_texts_elsewhere(request.case_id)))


@job(GIVE)
def give_copy(row: Outbox) -> None:
    """Make both files and send the link: its token exists in the mail only, so it is made here."""
    copy = find_copy_for_system(uuid.UUID(row.payload["copy_id"]))
    if copy is None or copy.status is not CopyStatus.GIVEN:
        raise NoLongerDue("no longer given")
    request = find_request_for_system(copy.request_id)
    assert request is not None and copy.given_at is not None
    organisation = seats_by_id([copy.seat_id])[copy.seat_id].organisation.name
    facts = (copy.content, copy.left_out, organisation, copy.given_at)
    link, token = issue_link(LinkPurpose.COPY, copy.id, by=SYSTEM)
    link.seat_id = copy.seat_id
    commands.lend_copy(copy, render_copy(*facts), copy_json(*facts), link.expires_at)
    db.session.flush()
    if request.answer_to:
        url = public_address("rights.copy", token=token)
        message = messages.copy_given(organisation, request.answer, url, link.expires_at)
        send_mail(request.answer_to, message.subject, message.text, message_id=row.id)


@periodic("rights.forget_copies", every=timedelta(hours=1))
def forget_copies() -> None:
    """Copies live as long as their link."""
    while True:
        with unit_of_work():
            done = commands.forget_copies()
        if not done:
            return


def _request(row: Outbox) -> RightsRequest:
    request = find_request_for_system(uuid.UUID(row.payload["request_id"]))
    if request is None:
        raise NoLongerDue
    return request


def _lead(request: RightsRequest) -> str:
    return request.case.lead_seat.organisation.name


def _answerer(request: RightsRequest) -> str:
    """The organisation that signed the answer, whoever leads since."""
    assert request.answered_seat_id is not None
    return seats_by_id([request.answered_seat_id])[request.answered_seat_id].organisation.name


def _answering(request: RightsRequest) -> list[uuid.UUID]:
    """Who follows the case; while they are away, their deputy and the managers, who may answer."""
    one = request.case.lead_member_id
    answering = find_answering(one) if one is not None else None
    if answering is not None and answering.id == one:
        return [one]
    told = [answering] if answering else []
    told += list_managers(request.case.lead_seat_id)
    return list(dict.fromkeys(member.id for member in told))


def _write_person(row: Outbox, request: RightsRequest, message: Message) -> None:
    if not request.answer_to:
        raise NoLongerDue("no address: the lead writes by post")
    send_mail(request.answer_to, message.subject, message.text, message_id=row.id)
