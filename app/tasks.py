"""Celery: the workers' side of the outbox. Redis is only the doorbell.

Results are ignored, delays live in the table, a task carries an identifier and nothing else.
"""

import uuid
from typing import Any

from celery import Celery, Task
from celery.app.amqp import AMQP
from celery.signals import worker_process_init
from flask import Flask
from kombu import Connection

from app import delivery
from app.db import db
from config import Settings

#: Name of the one task: ``deliver(outbox_id)``.
DELIVER = "relais.deliver"
#: Seconds. A task that lasts longer is ended; the broker gives it again well after that.
SOFT_LIMIT = 90
HARD_LIMIT = 120
VISIBILITY = 600

CONFIGURATION: dict[str, Any] = {
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "task_ignore_result": True,
    "task_serializer": "json",
    "accept_content": ["json"],
    "task_soft_time_limit": SOFT_LIMIT,
    "task_time_limit": HARD_LIMIT,
    "task_publish_retry": True,
    "task_publish_retry_policy": {"max_retries": 1, "interval_start": 0, "interval_max": 0.2},
    "task_default_queue": "relais",
    "worker_prefetch_multiplier": 1,
    "worker_hijack_root_logger": False,
    "worker_redirect_stdouts": False,
    "worker_send_task_events": False,
    "worker_enable_remote_control": False,
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    "broker_connection_timeout": 2,
    "broker_transport_options": {"visibility_timeout": VISIBILITY, "socket_connect_timeout": 2},
    "enable_utc": True,
    "timezone": "UTC",
}


class PatientConnection(Connection):
    """Comes back within seconds to a broker that was away for hours (Celery waits up to 30)."""

    def ensure_connection(self, errback: Any = None, *args: Any, **options: Any) -> Any:
        """Try again, at most two seconds apart."""
        pauses = {"interval_start": 0.5, "interval_step": 0.5, "interval_max": 2}
        return super().ensure_connection(errback, *args, **{**pauses, **options})


class PatientAmqp(AMQP):
    """Celery's way to the broker, by such connections."""

    Connection = PatientConnection


def make_celery(app: Flask) -> Celery:
    """The Celery application of this Flask application; its tasks run in its context."""
    settings: Settings = app.config["SETTINGS"]
    celery = Celery("relais", broker=settings.broker_url, amqp=PatientAmqp, set_as_current=False)
    celery.conf.update(CONFIGURATION)

    class InContext(Task):
        """A task with the application around it."""

        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            with app.app_context():
                return self.run(*args, **kwargs)

    celery.Task = InContext
    celery.task(name=DELIVER)(_deliver)
    worker_process_init.connect(_forget_connections(app), weak=False)
    return celery


def _deliver(outbox_id: str) -> str:
    """Deliver one row of the outbox; the answer is only for the log."""
    return delivery.deliver(uuid.UUID(outbox_id))


def _forget_connections(app: Flask) -> Any:
    """A forked worker makes its own connections: those of its parent are not to be shared."""

    def forget(**_signal: Any) -> None:
        with app.app_context():
            db.engine.dispose(close=False)

    return forget
