"""Requests of the person about their data, and copies."""

from datetime import date, datetime, timedelta
from typing import Any

from app import clock
from cases.casework.models import CaseFile
from cases.rights.enums import Channel, CopyStatus, RightsKind
from cases.rights.models import RightsCopy, RightsRequest
from cases.rights.rules import MONTHS, MONTHS_EXTENDED, day_of, due_day
from partners.people.models import Membership
from tests.support.acting import seeding

CONTENT = [
    {
        "key": "identity",
        "title": "Vous et votre entreprise",
        "entries": [{"key": "e1", "title": "Identité", "lines": [["SIREN", "732 829 320"]]}],
    },
    {
        "key": "timeline",
        "title": "Fil du dossier",
        "entries": [
            {"key": "e2", "title": "Appel", "lines": [["Texte", "Il rappelle lundi."]]},
            {"key": "e3", "title": "Note", "lines": [["Texte", "Mme Tierce confie un secret."]]},
        ],
    },
]


def due_of(received_at: datetime, is_extended: bool = False) -> date:
    """When the answer is due."""
    return due_day(day_of(received_at), months=MONTHS_EXTENDED if is_extended else MONTHS)


def make_request(case: CaseFile, **more: Any) -> RightsRequest:
    """The person asked for a copy by their link, just now; ``received_by`` a member otherwise."""
    received_at = more.pop("received_at", clock.now())
    values: dict[str, Any] = {
        "kind": RightsKind.COPY,
        "channel": Channel.LINK,
        "asked_by": "Dominique Exemple",
        "answer_to": "d@exemple.test",
        "due_on": due_of(received_at, more.get("extended_at") is not None),
    }
    with seeding() as session:
        made = RightsRequest(case_id=case.id, received_at=received_at, **{**values, **more})
        session.add(made)
    return made


def make_copy(request: RightsRequest, member: Membership, **more: Any) -> RightsCopy:
    """A copy ready to be read again by this member."""
    values: dict[str, Any] = {
        "status": CopyStatus.READY,
        "content": CONTENT,
        "expires_at": clock.now() + timedelta(days=8),
    }
    with seeding() as session:
        made = RightsCopy(
            request_id=request.id,
            case_id=request.case_id,
            seat_id=member.seat_id,
            member_id=member.id,
            **{**values, **more},
        )
        session.add(made)
    return made


def give(copy: RightsCopy, **more: Any) -> RightsCopy:
    """The same copy, given, with its two files."""
    with seeding() as session:
        found = session.get_one(RightsCopy, copy.id)
        found.status, found.given_at = CopyStatus.GIVEN, clock.now()
        found.pdf, found.data = b"%PDF-1.7 copie", b'{"format": "relais-copie-1"}'
        for name, value in more.items():
            setattr(found, name, value)
    return copy
