"""Waiting for somebody else, on a thread of their own, to be held up by a lock."""

import time
from concurrent.futures import Future
from typing import Any

from flask import Flask
from sqlalchemy import TextClause, text

from app.db import db

WAITING = text(
    "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
    " WHERE NOT l.granted AND a.datname = current_database()"
)
#: Not for a lock: it has found one taken, and will look again.
SLEEPING = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE wait_event = 'PgSleep' AND datname = current_database()"
)


def wait_until_held_up(app: Flask, running: Future[Any], how: TextClause = WAITING) -> None:
    """The other has ended, or waits for a lock."""
    with app.app_context(), db.engine.connect() as connection:
        # In a transaction the activity of others is what it was at the first look.
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        for _ in range(3000):
            if running.done() or connection.scalar(how):
                return
            time.sleep(0.01)
    raise AssertionError("the other neither ends nor waits")
