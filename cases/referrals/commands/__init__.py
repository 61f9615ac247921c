"""What changes needs and referrals: one function for each thing, none of which commits."""

from cases.referrals.commands.ending import (
    expire_referrals,
    stop_referrals_of_case,
    tell_partners_of_withdrawal,
)

__all__ = [
    "expire_referrals",
    "stop_referrals_of_case",
    "tell_partners_of_withdrawal",
]
