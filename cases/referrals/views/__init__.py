"""Pages of needs and referrals, by journey: the box, sending, answering
(signed in or by a link), printing, asking."""

from cases.referrals.views import (
    answering,
    asking,
    boxes,
    by_link,
    choosing,
    following,
    printing,
    sending,
    starting,
)
from cases.referrals.views.blueprint import blueprint

__all__ = [
    "answering",
    "asking",
    "blueprints",
    "boxes",
    "by_link",
    "choosing",
    "following",
    "printing",
    "sending",
    "starting",
]

blueprints = (blueprint,)
template_parts = {"referral_parts": "cases/referrals/_parts.html"}
