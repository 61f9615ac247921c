"""The journey of one referral: which states it goes through, and when."""

from dataclasses import dataclass
from datetime import datetime

from cases.demo.randomness import Dice
from cases.referrals.commands.sending import EXPIRES_AFTER
from cases.referrals.enums import ReferralState
from cases.referrals.rules.states import TAKEN, WAITING

S = ReferralState
#: How often each end is met, when there is time for it.
ENDS = {
    S.COMPLETED: 44,
    S.IN_PROGRESS: 14,
    S.ACCEPTED: 5,
    S.FIRST_CONTACT: 3,
    S.GIVEN_UP: 7,
    S.DECLINED: 11,
    S.REDIRECTED: 15,
    S.EXPIRED: 6,
    S.REVOKED: 5,
}
#: Days that pass before each state, at least and at most.
DAYS = {
    S.SEEN: (0.05, 2.0),
    S.ACCEPTED: (0.05, 3.5),
    S.DECLINED: (0.1, 4.0),
    S.REDIRECTED: (0.1, 3.0),
    S.REVOKED: (0.2, 5.0),
    S.FIRST_CONTACT: (0.5, 4.0),
    S.IN_PROGRESS: (2.0, 9.0),
    S.COMPLETED: (12.0, 75.0),
    S.GIVEN_UP: (8.0, 45.0),
}
WORK = (S.FIRST_CONTACT, S.IN_PROGRESS)


@dataclass(frozen=True)
class Move:
    """One transition; ``note`` is the code that some of them carry."""

    before: S
    after: S
    at: datetime
    note: str = ""


def travel(
    sent_at: datetime,
    limit: datetime,
    dice: Dice,
    withdrawn_at: datetime | None,
    can_redirect: bool,
    is_answered: bool = True,
) -> list[Move]:
    """Moves from the draft to where things stand at ``limit`` (the present, or the closing).

    A withdrawal ends whatever is still alive; half of what is not answered was opened.
    """
    moves, last = [Move(S.DRAFT, S.SENT, sent_at)], min(limit, withdrawn_at or limit)
    end = dice.weighted(ENDS)
    if end is S.REDIRECTED and not can_redirect:
        end = S.DECLINED
    path = _path(end, dice) if is_answered else [S.SEEN] * dice.between(0, 1)
    for state in path:
        before = moves[-1]
        expires = state is S.EXPIRED
        at = sent_at + EXPIRES_AFTER if expires else dice.after(before.at, *DAYS[state])
        if at >= last:
            break
        moves.append(Move(before.after, state, at))
    if withdrawn_at and moves[-1].after in WAITING | TAKEN:
        moves.append(Move(moves[-1].after, S.REVOKED, withdrawn_at, "consent_withdrawn"))
    return _expired(moves, limit)


def _path(end: S, dice: Dice) -> list[S]:
    """States up to an end; not every referral is opened before it is answered."""
    seen = [S.SEEN] if end not in (S.EXPIRED, S.REVOKED) or dice.chance(0.4) else []
    if end not in TAKEN | {S.COMPLETED, S.GIVEN_UP}:
        return [*seen, end]
    work = [] if end is S.ACCEPTED else list(WORK[: 1 + (end is not S.FIRST_CONTACT)])
    return [*seen, S.ACCEPTED, *work, *([end] if end not in work and end is not S.ACCEPTED else [])]


def _expired(moves: list[Move], limit: datetime) -> list[Move]:
    """Nothing waits for more than thirty days."""
    expiry = moves[0].at + EXPIRES_AFTER
    if moves[-1].after in WAITING and expiry < limit:
        moves.append(Move(moves[-1].after, S.EXPIRED, expiry))
    return moves
