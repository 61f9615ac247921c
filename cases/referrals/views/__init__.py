"""Pages of needs and referrals, by journey: the box, sending, answering, printing, asking."""

from cases.referrals.views import (
    answering,
    asking,
    boxes,
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
    "choosing",
    "following",
    "printing",
    "sending",
    "starting",
]

blueprints = (blueprint,)
