"""What leaves after a case changed: consent links, what became of an agreement."""

import uuid
from datetime import timedelta

from app import clock
from app.actors import SYSTEM
from app.db import db, unit_of_work
from app.jobs import NoLongerDue, Outbox, job
from app.links import LinkPurpose, issue_link
from app.mail import public_address, send_mail
from app.notices import post_notice
from app.schedule import periodic
from cases.casework.commands import lapse_unconfirmed_agreements
from cases.casework.commands.acting import SEND_LINK as SEND_ACTION_LINK
from cases.casework.commands.acting import TELL_REPLY
from cases.casework.commands.agreeing import SEND_LINK, TELL_CONFIRMED, TELL_WITHDRAWN
from cases.casework.enums import ActionAnswer
from cases.casework.messages import action_message, consent_message
from cases.casework.models import LegalBasis
from cases.casework.queries import (
    get_action_for_system,
    get_agreement_for_system,
    get_reply_for_system,
)
from cases.casework.rules import is_asked, is_in_force

REPLIES = {
    ActionAnswer.DONE: "Une action confiée par un lien est faite.",
    ActionAnswer.NOT_YET: "Une autre date est proposée pour une action confiée par un lien.",
    ActionAnswer.HELP: "Une personne à qui une action est confiée demande de l’aide.",
}
CONFIRMED = "Un accord de partage est confirmé par l’entrepreneur."
WITHDRAWN = "Un accord de partage a pris fin : les accès qui en dépendaient sont fermés."


@job(SEND_LINK)
def send_consent_link(row: Outbox) -> None:
    """Make a link and send it: the token exists in the mail only, so it is made here."""
    basis = _agreement(row)
    if not basis.sent_to or not is_in_force(basis, clock.now()):
        raise NoLongerDue
    link, token = issue_link(LinkPurpose.CONSENT, basis.id, by=SYSTEM)
    link.seat_id = basis.recorded_seat_id
    db.session.flush()
    url = public_address("casework.consent", token=token)
    organisation = basis.recorded_seat.organisation.name
    message = consent_message(basis.given_by, organisation, url)
    send_mail(basis.sent_to, message.subject, message.text, message_id=row.id)


@job(SEND_ACTION_LINK)
def send_action_link(row: Outbox) -> None:
    """Make a link for whoever an action was given to, and send it."""
    action = get_action_for_system(uuid.UUID(row.payload["action_id"]))
    if action is None or not is_asked(action):
        raise NoLongerDue
    link, token = issue_link(LinkPurpose.ACTION, action.id, by=SYSTEM)
    link.seat_id = action.seat_id
    db.session.flush()
    url = public_address("casework.asked_action", token=token)
    message = action_message(action.owner_name, action.seat.organisation.name, url)
    send_mail(action.owner_email, message.subject, message.text, message_id=row.id)


@job(TELL_REPLY)
def tell_action_answered(row: Outbox) -> None:
    """The seat that asked learns that an answer came."""
    reply = get_reply_for_system(uuid.UUID(row.payload["reply_id"]))
    if reply is None:
        raise NoLongerDue
    path = f"/dossiers/{reply.case_id}#actions"
    seat_id = reply.action.seat_id
    post_notice(row.dedupe_key, seat_id, REPLIES[reply.answer], path=path, subject_id=reply.id)


@job(TELL_CONFIRMED)
def tell_agreement_confirmed(row: Outbox) -> None:
    """The lead and whoever recorded it learn that the entrepreneur confirmed."""
    _tell(row, CONFIRMED)


@job(TELL_WITHDRAWN)
def tell_agreement_withdrawn(row: Outbox) -> None:
    """The same when it ended."""
    _tell(row, WITHDRAWN)


@periodic("casework.lapse_agreements", every=timedelta(minutes=10))
def lapse_agreements() -> None:
    """Agreements by phone that nobody confirmed in 8 days end."""
    with unit_of_work():
        lapse_unconfirmed_agreements()


def _tell(row: Outbox, text: str) -> None:
    basis = _agreement(row)
    for seat_id in {basis.recorded_seat_id, basis.case.lead_seat_id}:
        path = f"/dossiers/{basis.case_id}/partage"
        post_notice(f"{row.dedupe_key}:{seat_id}", seat_id, text, path=path, subject_id=basis.id)


def _agreement(row: Outbox) -> LegalBasis:
    basis = get_agreement_for_system(uuid.UUID(row.payload["agreement_id"]))
    if basis is None:
        raise NoLongerDue
    return basis
