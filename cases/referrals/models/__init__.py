"""Needs and referrals, and what triggers keep of them for the box."""

from cases.referrals.models.boxed import BoxedReferral, DeclinedNeed
from cases.referrals.models.referrals import (
    NOT_TOLD,
    AccessRequest,
    AccessRequestMatch,
    Need,
    Printout,
    Referral,
    ReferralSheet,
    ReferralStep,
)

__all__ = [
    "NOT_TOLD",
    "AccessRequest",
    "AccessRequestMatch",
    "BoxedReferral",
    "DeclinedNeed",
    "Need",
    "Printout",
    "Referral",
    "ReferralSheet",
    "ReferralStep",
]
