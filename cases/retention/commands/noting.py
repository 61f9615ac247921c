"""The log of erasures: in the database, and outside of it, from where a restore replays it."""

import json
import os
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from uuid_utils.compat import uuid7

from app import clock
from app.db import db
from cases.retention.enums import Kind
from cases.retention.models import Erasure
from cases.retention.queries.log import waiting_lines
from cases.retention.rules import Duration

BATCH = 1000


def note_erasures(
    kind: Kind,
    duration: Duration,
    objects: Iterable[tuple[uuid.UUID | None, uuid.UUID | None]],
    count: int = 1,
) -> None:
    """One line for each (record, organisation); ``count`` rows behind a line without a record."""
    rule, at = duration_text(duration), clock.now()
    for object_id, organisation_id in objects:
        line = Erasure(id=uuid7(), kind=kind, object_id=object_id, at=at, rule=rule, count=count)
        line.organisation_id = organisation_id
        db.session.add(line)
    db.session.flush()


def duration_text(duration: Duration) -> str:
    """The rule as the log names it: « 36 months »."""
    parts = ((duration.months, "months"), (duration.days, "days"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "at once"


def write_outside(file: Path) -> int:
    """Append a batch of lines that are not outside yet; how many.

    Written and synced before they are marked: a line may be there twice, which a replay does not
    mind, and is never missing.
    """
    lines = waiting_lines(BATCH)
    if not lines:
        return 0
    file.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "w") as log:
        log.writelines(json.dumps(as_json(line)) + "\n" for line in lines)
        log.flush()
        os.fsync(log.fileno())
    now = clock.now()
    for line in lines:
        line.exported_at = now
    db.session.flush()
    return len(lines)


def as_json(line: Erasure) -> dict[str, Any]:
    """A line as it is written outside."""
    return {
        "id": str(line.id),
        "kind": line.kind,
        "object_id": str(line.object_id) if line.object_id else None,
        "organisation_id": str(line.organisation_id) if line.organisation_id else None,
        "at": line.at.isoformat(),
        "rule": line.rule,
        "count": line.count,
    }
