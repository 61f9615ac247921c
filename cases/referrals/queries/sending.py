"""What stands between a need and the seats that would be asked, before it is sent."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, Text, Uuid, cast, exists, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from app.actors import Actor
from app.db import db
from cases.casework.models import Participation
from cases.referrals.models import Need, Referral
from cases.referrals.queries.links import has_readers
from cases.referrals.queries.referrals import is_told_to
from cases.referrals.queries.routing import select_receivers
from cases.referrals.rules.states import WAITING
from partners.organisations.models import Seat


@dataclass(frozen=True)
class Standing:
    """How a seat stands towards a need, as far as the actor reads it.

    ``was_sent`` under this very key; ``is_waiting`` when it was asked already and has not answered;
    ``is_inside`` when it takes part in the case; ``is_staffed`` when it has a member to be mailed.
    """

    was_sent: bool
    is_waiting: bool
    is_inside: bool
    is_staffed: bool


def read_standings(
    need: Need, keys: Mapping[uuid.UUID, str], actor: Actor
) -> dict[uuid.UUID, Standing]:
    """By seat, of those that would be asked under these keys: one statement for all of them."""
    found = db.session.execute(_standings(need, keys, actor))
    return {seat_id: Standing(*facts) for seat_id, *facts in found}


def list_receivers(
    need: Need, keys: Mapping[uuid.UUID, str], actor: Actor
) -> list[tuple[Seat, Standing]]:
    """Those that may be asked under these keys, as ``get_receivers`` has them, and how each stands:
    one statement."""
    # Asked of each seat once, not of each row that its units make.
    standing = _standings(need, keys, actor).offset(0).subquery()
    statement = select_receivers(actor).join(standing, standing.c.seat_id == Seat.id)
    found = db.session.execute(statement.add_columns(*list(standing.c)[1:])).unique()
    return [(seat, Standing(*facts)) for seat, *facts in found]


def _standings(need: Need, keys: Mapping[uuid.UUID, str], actor: Actor) -> Select[Any]:
    seats = literal(list(keys), ARRAY(Uuid))
    asked = func.unnest(seats, literal(list(keys.values()), ARRAY(Text)))
    table = asked.table_valued("seat_id", "key").render_derived()
    seat_id = cast(table.c.seat_id, Uuid)
    return select(
        seat_id.label("seat_id"),
        exists().where(is_told_to(actor), Referral.client_key == table.c.key).label("was_sent"),
        exists()
        .where(is_told_to(actor), Referral.need_id == need.id)
        .where(Referral.receiver_seat_id == seat_id, Referral.state.in_(sorted(WAITING)))
        .label("is_waiting"),
        exists()
        .where(Participation.case_id == need.case_id, Participation.seat_id == seat_id)
        .where(Participation.ended_at.is_(None))
        .label("is_inside"),
        has_readers(seat_id).label("is_staffed"),
    )
