"""Needs and referrals as pages show them, read as documents (``app.documents``).

Under its case, a need has the shape of the models, less what is not shown; in the box, a line says
what it tells.
"""

import uuid
from datetime import datetime

import msgspec

from cases.referrals.enums import ReferralKind, ReferralState
from partners.organisations.enums import Subject
from partners.organisations.shown import ShownSeat


class ShownReferral(msgspec.Struct, frozen=True):
    """A referral, as told under its need."""

    id: uuid.UUID
    state: ReferralState
    answer_by: datetime | None
    receiver_seat: ShownSeat


class ShownNeed(msgspec.Struct, frozen=True):
    """A need, with the referrals that its reader may see, the oldest first."""

    id: uuid.UUID
    seat_id: uuid.UUID
    subject: Subject
    description: str
    referrals: list[ShownReferral]


class ShownLine(msgspec.Struct, frozen=True):
    """A referral in a list, as far as its reader may know: ``title`` says whom it is about,
    ``commune_code`` (INSEE) where that is, for whoever reads the case; ``sender`` and ``receiver``
    are the names of the organisations."""

    id: uuid.UUID
    title: str
    commune_code: str | None
    subject: Subject
    kind: ReferralKind
    state: ReferralState
    sent_at: datetime | None
    answer_by: datetime | None
    answered_at: datetime | None
    sender: str
    receiver: str


class ShownDeclined(msgspec.Struct, frozen=True):
    """A need that all its receivers declined."""

    id: uuid.UUID
    case_id: uuid.UUID
    title: str
    subject: Subject
    description: str


class ShownRequest(msgspec.Struct, frozen=True):
    """An access request, for the seat that made it."""

    company_name: str
    subject: Subject
    created_at: datetime


class ShownMatch(msgspec.Struct, frozen=True):
    """An access request, for the lead of the case it fell upon."""

    request_id: uuid.UUID
    seat_id: uuid.UUID
    organisation: str
    case_id: uuid.UUID
    title: str
    subject: Subject
    reason: str
    created_at: datetime


class BoxCounts(msgspec.Struct, frozen=True):
    """What each tab of the box holds that waits for a seat, counted up to a bound."""

    received: int = 0
    sent: int = 0
    all_declined: int = 0
    access: int = 0


class ShownBox(msgspec.Struct, frozen=True):
    """One page of what was received, or sent; ``partners`` are the organisations met there, by
    name, as ``(id, name)``."""

    counts: BoxCounts
    total: int
    lines: list[ShownLine]
    partners: list[tuple[str, str]]


class ShownBasket(msgspec.Struct, frozen=True):
    """One page of the needs that all their receivers declined (*tous ont décliné*)."""

    counts: BoxCounts
    total: int
    needs: list[ShownDeclined]


class ShownRequests(msgspec.Struct, frozen=True):
    """One page of the access requests to handle, one of those that the seat made."""

    counts: BoxCounts
    total: int
    matches: list[ShownMatch]
    own_total: int
    own: list[ShownRequest]
