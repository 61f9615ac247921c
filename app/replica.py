"""Heavy readings on a streaming replica, when the installation has one (docs/decisions/0018).

A replica is late, and a late row is a row that may no longer be read: a participation ended a
second ago stands there still. So it is asked only once it has replayed what the primary had written
when the reading began; it then shows what the primary would have shown, under the same policies.
When it is away, late or interrupted, the primary answers. Who acts was checked on the primary, and
what must be journalled is written there, by the view, before anything leaves.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from flask import Flask, current_app
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.actors import Actor
from app.db import db

#: How long a report waits for what was just written to arrive.
PATIENCE_SECONDS = 1.0
POLL_SECONDS = 0.02
#: A replica that does not answer is left alone for so long.
REST_SECONDS = 30.0
#: How long it is left in peace when it was late.
LATE_SECONDS = 5.0
CONNECT_SECONDS = 2
#: A statement that lasted too long there would last too long here.
TOO_LONG = "57014"
#: Replaying could not wait any longer for a statement that read there.
STOPPED_FOR_REPLAY = "40001"
EXTENSION = "relais.replica"

#: What is committed and seen is before this point: flushed, unless the installation lets commits be
#: confirmed sooner. On this cluster, and on the history that began at the last failover.
POINT = text(
    "SELECT lsn::text AS lsn, ('x' || left(pg_walfile_name(lsn), 8))::bit(32)::int AS timeline,"
    " system_identifier AS cluster"
    " FROM pg_control_system(), CAST(CASE current_setting('synchronous_commit') WHEN 'off'"
    " THEN pg_current_wal_insert_lsn() ELSE pg_current_wal_flush_lsn() END AS pg_lsn) AS lsn"
)
#: The same history (a replica that a failover left aside may be ahead, on another), then how far.
STANDING = text(
    "SELECT pg_is_in_recovery() AND system_identifier = :cluster"
    " AND greatest(timeline_id, min_recovery_end_timeline) = :timeline AS follows,"
    " coalesce(pg_last_wal_replay_lsn() >= CAST(:lsn AS pg_lsn), false) AS has_arrived"
    " FROM pg_control_system(), pg_control_checkpoint(), pg_control_recovery()"
)
LAG = text(
    "SELECT pg_wal_lsn_diff(CAST(:lsn AS pg_lsn), pg_last_wal_replay_lsn())::bigint AS bytes,"
    " extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float AS seconds"
)

Answer = TypeVar("Answer")
log = structlog.get_logger("relais.replica")


class _NotUsable(Exception):
    """The replica is late, or does not follow this primary."""


@dataclass
class Replica:
    """The replica of this process; ``rests_until`` is when it is tried again after a failure."""

    engine: Engine
    rests_until: float = 0.0

    @property
    def is_resting(self) -> bool:
        """It did not answer a moment ago."""
        return time.monotonic() < self.rests_until


def init_replica(app: Flask, url: str, options: dict[str, Any]) -> None:
    """Know the replica at this address; it is not spoken to before it serves."""
    connecting = {**options["connect_args"], "connect_timeout": CONNECT_SECONDS}
    read_only = {"postgresql_readonly": True}
    options = {**options, "connect_args": connecting, "execution_options": read_only}
    app.extensions[EXTENSION] = Replica(create_engine(url, **options))


def find_replica() -> Replica | None:
    """The replica of this installation, None when it has none."""
    return current_app.extensions.get(EXTENSION)


def read_report(ask: Callable[[], Answer], actor: Actor) -> Answer:
    """What ``ask()`` reads for this actor, from the replica if it can be, else from the primary.

    ``ask`` reads, through ``db.session``, all that it gives: rows come back without a session.
    """
    replica = find_replica()
    if replica is None or replica.is_resting:
        return ask()
    point = _point()
    try:
        with _session_on(replica, actor) as session:
            _await(session, point)
            return ask()
    except _NotUsable:
        # A file asks once for each of its parts: they do not all wait in turn.
        replica.rests_until = time.monotonic() + LATE_SECONDS
        log.warning("replica.late")
    except OperationalError as error:
        _note_failure(replica, error)
    return ask()


def _note_failure(replica: Replica, error: OperationalError) -> None:
    """Raises it again when the primary would do no better."""
    state = getattr(error.orig, "sqlstate", None)
    if state == TOO_LONG:
        raise error
    if state != STOPPED_FOR_REPLAY:
        replica.rests_until = time.monotonic() + REST_SECONDS
    log.error("replica.away", error=type(error.orig).__name__)


def _point() -> dict[str, Any]:
    """How far the primary has written; no transaction stays open there while a report is read."""
    session = db.session()
    was_begun = session.in_transaction()
    point = session.execute(POINT).mappings().one()
    if not was_begun:
        session.commit()
    return dict(point)


@contextmanager
def _session_on(replica: Replica, actor: Actor) -> Iterator[Session]:
    """Inside, ``db.session`` is a session of the replica in which this actor acts."""
    registry = db.session.registry
    before = registry()
    session = Session(replica.engine, expire_on_commit=False, info={"actor": actor})
    registry.set(session)  # type: ignore[arg-type]  # a plain one: it is bound to the replica
    try:
        yield session
    finally:
        registry.set(before)
        session.close()


def _await(session: Session, point: dict[str, Any]) -> None:
    """Each statement sees what was replayed before it began. Raises ``_NotUsable``."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (standing := session.execute(STANDING, point).one()).has_arrived:
        if time.monotonic() > deadline:
            raise _NotUsable
        time.sleep(POLL_SECONDS)
    if not standing.follows:
        raise _NotUsable


def replica_lag() -> dict[str, Any] | None:
    """For ``/readyz``: does it answer, how late is it; None when there is none.

    The age is that of the last transaction it replayed, when there is more to replay.
    """
    replica = find_replica()
    if replica is None:
        return None
    try:
        point = _point()
        with replica.engine.connect() as connection:
            follows = connection.execute(STANDING, point).one().follows
            found = connection.execute(LAG, point).one()
    except OperationalError:
        return {"ok": False, "age_seconds": None, "behind_bytes": None}
    behind = max(found.bytes or 0, 0)
    age = round(max(found.seconds or 0.0, 0.0), 1) if behind else 0.0
    return {"ok": follows, "age_seconds": age, "behind_bytes": behind}
