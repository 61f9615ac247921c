"""Needs as the page of a case shows them: the shape of the models, less what is not shown."""

import uuid
from datetime import datetime

import msgspec

from cases.referrals.enums import ReferralState
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
