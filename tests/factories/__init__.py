"""What tests find in the database: one file per feature, traits are situations."""

from tests.factories.casework import (
    make_basis,
    make_case,
    make_entry,
    make_outside_access,
    make_participation,
)
from tests.factories.companies import make_company, make_person
from tests.factories.organisations import make_organisation, make_seat, make_service, make_unit
from tests.factories.people import make_member, make_user
from tests.factories.referrals import make_need, make_referral

__all__ = [
    "make_basis",
    "make_case",
    "make_company",
    "make_entry",
    "make_member",
    "make_need",
    "make_organisation",
    "make_outside_access",
    "make_participation",
    "make_person",
    "make_referral",
    "make_seat",
    "make_service",
    "make_unit",
    "make_user",
]
