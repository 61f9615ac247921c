"""A seat as the loader writes it: texts ready for ``COPY``."""

import json
from dataclasses import dataclass
from typing import Any

from app.actors import Side
from bench.database.lines import escaped
from bench.database.pools import Town
from cases.demo.organisations import Partner
from cases.referrals.commands.sending import ANSWER_HOURS
from partners.organisations.enums import Subject


@dataclass(frozen=True)
class Worker:
    """A member who reads cases."""

    membership: str
    user: str
    name: str


@dataclass(frozen=True)
class BenchSeat:
    """A seat, its people, and the subjects on which it may be asked."""

    id: str
    name: str
    kind: str
    unit: str
    unit_name: str
    is_aid: bool
    workers: tuple[Worker, ...]
    subjects: tuple[Subject, ...]


def bench_seat(partner: Partner) -> BenchSeat:
    """Health is left out: what is sealed is not read by the case."""
    served = {one.subject for one in partner.services} - {Subject.HEALTH}
    workers = [
        Worker(str(one.membership.id), str(one.user.id), one.user.full_name)
        for one in partner.workers
    ]
    unit = partner.units[0]
    return BenchSeat(
        id=str(partner.seat.id),
        name=partner.organisation.name,
        kind=partner.organisation.kind.value,
        unit=str(unit.id),
        unit_name=unit.name,
        is_aid=partner.seat.side is Side.AID,
        workers=tuple(workers),
        subjects=tuple(sorted(served)) or (Subject.OTHER,),
    )


def frozen(sender: BenchSeat, worker: Worker, lead: str, receiver: BenchSeat, town: Town) -> str:
    """The names a referral keeps (``cases.referrals.sheets.frozen_names``)."""
    return json_column(
        {
            "sender": {"organisation": sender.name, "member": worker.name},
            "receiver": {
                "organisation": receiver.name,
                "kind": receiver.kind,
                "unit": receiver.unit_name,
            },
            "territory": {
                "commune": town.code,
                "commune_name": town.name,
                "department": town.department_code,
                "region": town.region_code,
            },
            "lead": lead,
            "promises": {"answer_hours": ANSWER_HOURS},
        }
    )


def json_column(value: Any) -> str:
    """A JSON value as one column."""
    return escaped(json.dumps(value, ensure_ascii=False))
