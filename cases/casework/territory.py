"""One's usual territory, and what is asked of whoever opens a case outside it (``domain.md`` §14).

Pure decisions, like the rules. The grain is the département: a unit that covers one commune knows
its neighbours, and a company two streets away is not far.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.actors import Actor
from app.days_off import department_of
from cases.casework.shown import AnyCase

#: A reason is good so long, for one member and one case.
REASON_GOOD_FOR = timedelta(days=30)


@dataclass(frozen=True)
class Ties:
    """What ties a member to a case they read; ``said_why_at`` is when they last gave a reason."""

    follows: bool = False
    opened: bool = False
    referred: bool = False
    said_why_at: datetime | None = None


def is_home(actor: Actor, department: str) -> bool:
    """Is this département in the member's usual territory?

    A member without a unit works for the whole seat, a national unit covers every département, and
    a unit that declares nothing closes nothing: all three are at home everywhere.
    """
    return not actor.territory or department in actor.territory


def place_of(case: AnyCase) -> str:
    """Département of the company; empty for a person without company, or a company without place.

    Needs ``case.company`` loaded.
    """
    return _department(case.company.commune_code if case.company else None)


def is_outside(actor: Actor, case: AnyCase) -> bool:
    """The case has a place, and it is not in the member's usual territory."""
    return is_outside_home(actor, case.company.commune_code if case.company else None)


def is_outside_home(actor: Actor, commune_code: str | None) -> bool:
    """The same of a company's commune (INSEE code)."""
    place = _department(commune_code)
    return actor.is_member and place != "" and not is_home(actor, place)


def _department(commune_code: str | None) -> str:
    return department_of(commune_code) if commune_code else ""


def must_say_why(ties: Ties, at: datetime) -> bool:
    """Of a case outside: not asked of who follows it, opened it, sent or took one of its referrals,
    nor while the reason they gave is good."""
    if ties.follows or ties.opened or ties.referred:
        return False
    return ties.said_why_at is None or ties.said_why_at + REASON_GOOD_FOR <= at
