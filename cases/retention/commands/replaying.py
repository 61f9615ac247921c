"""After a restore: what was erased since the backup is erased again, from the log kept outside."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from app.db import db
from cases.retention.commands.anonymising import anonymise_cases
from cases.retention.commands.erasing import erase_named
from cases.retention.enums import Kind
from cases.retention.models import Erasure
from cases.retention.queries.durations import durations_in_force
from cases.retention.queries.log import known_lines
from cases.retention.queries.traits import closed_among, lock_cases, open_among

#: Cases freed of their company before the company goes.
ORDER = {kind: index for index, kind in enumerate(Kind)}
MOST = 100_000


def replay(lines: Iterable[Mapping[str, Any]]) -> list[str]:
    """Erase again each named record, in the order of kinds; what could not be, in words.

    Handler of the hook ``restored``. Lines without a record need nothing: what they counted is
    past its time still, and the job finds it. Safe twice.
    """
    named = [line for line in lines if line.get("object_id")]
    left: list[str] = []
    for kind in sorted({Kind(line["kind"]) for line in named}, key=ORDER.__getitem__):
        ids = [uuid.UUID(line["object_id"]) for line in named if line["kind"] == kind]
        if kind is Kind.CASE:
            left += _replay_cases(ids)
        else:
            erase_named(kind, ids)
    _write_again(named)
    return left


def _replay_cases(ids: list[uuid.UUID]) -> list[str]:
    """A case that the backup still holds open was closed later: a human closes it first."""
    cases = lock_cases(closed_among(ids), MOST)
    if cases:
        anonymise_cases(cases, durations_in_force())
    still_open = db.session.scalars(open_among(ids))
    return [f"case {case_id} is open in this backup" for case_id in still_open]


def _write_again(lines: list[Mapping[str, Any]]) -> None:
    """The log itself went back in time: its lines return as they were, once."""
    known = known_lines([uuid.UUID(line["id"]) for line in lines])
    for line in {line["id"]: line for line in lines}.values():
        if uuid.UUID(line["id"]) not in known:
            db.session.add(_erasure(line))
    db.session.flush()


def _erasure(line: Mapping[str, Any]) -> Erasure:
    at, owner = datetime.fromisoformat(line["at"]), line.get("organisation_id")
    return Erasure(
        id=uuid.UUID(line["id"]),
        kind=line["kind"],
        object_id=uuid.UUID(line["object_id"]),
        organisation_id=uuid.UUID(owner) if owner else None,
        at=at,
        rule=line["rule"],
        count=line["count"],
        exported_at=at,
    )
