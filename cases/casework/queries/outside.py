"""The door of a case outside one's territory, and the reasons that were given there.

``at_the_door`` is the only place that decides whether a reason is asked: every read that gets a
case for its pages goes through it.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from app import clock
from app.actors import Actor, Role
from app.db import db
from cases.casework.errors import ReasonNeeded
from cases.casework.models import CaseFile, OutsideAccess
from cases.casework.shown import AnyCase
from cases.casework.territory import Ties, is_outside, must_say_why
from partners.people.models import Membership

FACTS = ("follows", "opened", "referred", "said_why_at")


def at_the_door(case: AnyCase, actor: Actor) -> None:
    """Raises ReasonNeeded when this member has to say first why they open this case.

    ``case.company`` is loaded. Asks the database nothing inside the territory, nor of the member
    who follows the case; one statement otherwise.
    """
    if not is_outside(actor, case) or case.lead_member_id == actor.membership_id:
        return
    if must_say_why(_ties(case.id, actor), clock.now()):
        raise ReasonNeeded(case.id)


def list_outside_accesses(
    actor: Actor, since: datetime, *, offset: int = 0, limit: int = 25
) -> tuple[Sequence[OutsideAccess], int]:
    """What the members of a manager's own seat opened outside their territory, the latest first.

    And how many there are: two statements. The case is loaded if the seat still reads it.
    """
    found = _given_on_own_seat(actor).where(OutsideAccess.given_at >= since)
    total = db.session.scalar(select(func.count()).select_from(found.subquery())) or 0
    case = joinedload(OutsideAccess.case)
    statement = found.options(
        joinedload(OutsideAccess.member).joinedload(Membership.user),
        case.joinedload(CaseFile.company),
        case.joinedload(CaseFile.person),
    ).order_by(OutsideAccess.given_at.desc(), OutsideAccess.id)
    return db.session.scalars(statement.offset(offset).limit(limit)).all(), total


def _given_on_own_seat(actor: Actor) -> Select[OutsideAccess]:
    is_manager = actor.is_member and actor.role is Role.MANAGER
    seat_id = actor.seat_id if is_manager else None
    return select(OutsideAccess).where(OutsideAccess.seat_id == seat_id)


def _ties(case_id: uuid.UUID, actor: Actor) -> Ties:
    facts = func.ties_to_case(case_id, actor.membership_id).table_valued(*FACTS)
    return Ties(*db.session.execute(select(facts)).one())
