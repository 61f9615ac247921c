"""A need on its way to a partner, in the demonstration."""

from dataclasses import dataclass
from datetime import datetime

from cases.demo.organisations import Partner
from cases.demo.story import Stay, Story
from cases.referrals.enums import ReferralKind
from cases.referrals.models import Need, Referral
from partners.organisations.enums import OrganisationKind
from partners.organisations.models import Unit


@dataclass
class Sending:
    """A need on its way to a partner, who may propose another one."""

    story: Story
    need: Need
    sender: Stay
    partner: Partner
    unit: Unit
    kind: ReferralKind
    sent_at: datetime
    proposed: Partner | None = None
    is_answered: bool = True
    redirected_from: Referral | None = None


def fit_texts(texts: list[str], partner: Partner) -> list[str]:
    """Only associations speak of their volunteers."""
    if partner.organisation.kind is OrganisationKind.ASSOCIATION:
        return texts
    return [one for one in texts if "bénévole" not in one] or texts[:1]
