"""Health: is this installation ready, and how long ago was each part heard.

Asked of the database through one SQL function, ``health_facts``, which gives counts and ages only;
the broker is called directly. No part may make the answer wait more than a moment.
"""

from datetime import timedelta
from functools import cache
from typing import Any

from kombu import Connection
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app import clock
from app.db import db
from app.pulses import BROKER, RELAY, SCHEDULER
from app.replica import replica_lag
from app.schedule import PERIODIC
from config import ROOT

#: A process that has said nothing for that long is taken for dead.
OLDEST_PULSE = timedelta(seconds=30)
#: A periodic job is late when its last good run is older than this many intervals, and a minute.
LATE_AFTER_INTERVALS = 3
BROKER_SECONDS = 1.0
FACTS = text("SELECT health_facts(:at)")
VERSIONS = ROOT / "migrations" / "versions"

Report = dict[str, Any]


def readiness(broker_url: str) -> tuple[bool, Report]:
    """(ready, report): each part with ``ok`` and ``age_seconds``, then what deserves a look."""
    facts = _ask_database()
    parts = {
        "database": {"ok": facts is not None, "age_seconds": 0.0 if facts is not None else None},
        "broker": _broker(broker_url, facts),
        "relay": _process(facts, RELAY),
        "scheduler": _process(facts, SCHEDULER),
    }
    is_ready = all(part["ok"] for part in parts.values()) and not _is_behind(facts)
    status = {"status": "ready" if is_ready else "not ready", **parts}
    return is_ready, {**status, **_replica(facts), **_details(facts)}


def _ask_database() -> Report | None:
    try:
        facts = db.session.scalar(FACTS, {"at": clock.now()})
        db.session.rollback()
    except SQLAlchemyError:
        db.session.rollback()
        return None
    return dict(facts)


def _broker(url: str, facts: Report | None) -> Report:
    """Answers now (age 0), or was last heard by the relay some time ago."""
    is_up = answers(url)
    last = (facts or {}).get("pulses", {}).get(BROKER)
    return {"ok": is_up, "age_seconds": 0.0 if is_up else _age(last)}


def answers(url: str) -> bool:
    """The broker takes a connection."""
    options = {"socket_connect_timeout": BROKER_SECONDS, "socket_timeout": BROKER_SECONDS}
    try:
        with Connection(url, transport_options=options, connect_timeout=1) as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=BROKER_SECONDS)
            return True
    except Exception:
        return False


def _replica(facts: Report | None) -> Report:
    """Told, and never needed: without it, reports are read on the primary."""
    lag = replica_lag() if facts is not None else None
    return {"replica": lag} if lag else {}


def _process(facts: Report | None, name: str) -> Report:
    age = (facts or {}).get("pulses", {}).get(name)
    is_alive = age is not None and float(age) <= OLDEST_PULSE.total_seconds()
    return {"ok": is_alive, "age_seconds": _age(age)}


def _age(seconds: Any) -> float | None:
    return None if seconds is None else round(max(float(seconds), 0.0), 1)


def _details(facts: Report | None) -> Report:
    if facts is None:
        return {}
    waiting = {name: facts[name] for name in ("waiting", "dead", "uncertain")}
    return {
        "outbox": {**waiting, "oldest_due_seconds": _age(facts["oldest_due"]) or 0.0},
        "jobs": {name: _job(facts, name) for name in sorted(PERIODIC)},
        "migrations": {"ok": not _is_behind(facts), "at": facts["revision"], "expected": head()},
    }


def _job(facts: Report, name: str) -> Report:
    """Late, or failed the last time it ran: then a human looks at ``job_run``."""
    age, has_failed = facts["jobs"].get(name), name in facts["failed"]
    allowed = PERIODIC[name].every * LATE_AFTER_INTERVALS + timedelta(minutes=1)
    is_late = age is None or float(age) > allowed.total_seconds()
    return {"ok": not is_late and not has_failed, "age_seconds": _age(age), "failed": has_failed}


def _is_behind(facts: Report | None) -> bool:
    return facts is not None and facts["revision"] != head()


@cache
def head() -> str:
    """The newest migration that the code knows: they are numbered, and so are their files."""
    return max(path.name for path in VERSIONS.glob("[0-9]*.py")).split("_", 1)[0]
