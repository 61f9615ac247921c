"""Needs and referrals."""

from datetime import timedelta
from typing import Any

from uuid_utils.compat import uuid7

from app import clock
from cases.casework.models import CaseFile, LegalBasis
from cases.referrals.enums import ReferralKind, ReferralState
from cases.referrals.models import (
    AccessRequest,
    AccessRequestMatch,
    Need,
    Referral,
    ReferralSheet,
)
from partners.organisations.enums import Subject
from partners.organisations.models import Seat
from partners.people.models import Membership
from tests.support.acting import seeding

Lines = list[list[str]]
MENUISERIE: Lines = [["Entreprise", "Menuiserie Exemple"]]


def make_need(
    case: CaseFile, author: Membership, subject: Subject = Subject.CASH_FLOW, **more: Any
) -> Need:
    """A need of the case."""
    values = {"description": "Trésorerie tendue depuis la perte d’un client."}
    with seeding() as session:
        made = Need(
            case_id=case.id,
            seat_id=author.seat_id,
            author_id=author.id,
            subject=subject,
            **{**values, **more},
        )
        session.add(made)
    return made


def make_referral(
    need: Need,
    sender: Membership,
    receiver: Seat,
    basis: LegalBasis | None,
    identity: Lines = MENUISERIE,
    **more: Any,
) -> Referral:
    """A joint referral sent just now, with its sheet."""
    now = clock.now()
    values: dict[str, Any] = {
        "kind": ReferralKind.JOINT,
        "state": ReferralState.SENT,
        "sent_at": now,
        "answer_by": now + timedelta(days=2),
        "expires_at": now + timedelta(days=30),
        "frozen": {"company": "Menuiserie Exemple", "sender": {"name": "Émetteur"}},
    }
    with seeding() as session:
        made = Referral(
            case_id=need.case_id,
            need_id=need.id,
            subject=need.subject,
            sender_seat_id=sender.seat_id,
            sender_member_id=sender.id,
            receiver_seat_id=receiver.id,
            basis_id=basis.id if basis else None,
            client_key=str(uuid7()),
            **{**values, **more},
        )
        session.add(made)
        session.flush()
        session.add(
            ReferralSheet(
                referral_id=made.id,
                sections=["identity", "situation"],
                content={"identity": identity},
            )
        )
    return made


def make_access_request(asker: Membership, case: CaseFile) -> AccessRequest:
    """A member asks for access to a company, and it fell upon this case."""
    with seeding() as session:
        made = AccessRequest(
            seat_id=asker.seat_id,
            member_id=asker.id,
            company_name="Menuiserie Exemple",
            subject=Subject.CASH_FLOW,
            reason="Nous l’accompagnons.",
        )
        session.add(made)
        session.flush()
        session.add(AccessRequestMatch(request_id=made.id, case_id=case.id))
    return made
