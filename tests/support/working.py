"""The Celery application of the tests that run a real worker: two effects that can be counted.

Run by ``celery -A tests.support.working:celery``; the settings come from the environment.
"""

import time
import uuid
from dataclasses import replace
from typing import Any

from app import factory
from app.jobs import Outbox, job
from app.mail import send_mail
from app.notices import post_notice
from app.tasks import make_celery
from config import load_settings

#: Long enough for a worker to be killed in the middle.
SECONDS = 0.1


@job("tests.tell")
def tell(row: Outbox) -> None:
    """A notice and a mail."""
    seat_id = uuid.UUID(row.payload["seat_id"])
    time.sleep(SECONDS)
    post_notice(row.dedupe_key, seat_id, "Une orientation vous attend.")
    send_mail("a@b.example", "Une orientation vous attend", "Bonjour", message_id=row.id)
    time.sleep(SECONDS)


def __getattr__(name: str) -> Any:
    """Build the application when Celery asks for it, not when pytest reads this file."""
    if name == "celery":
        # The cluster of the tests is the embedded one, reached by an address: mails are kept.
        settings = replace(load_settings(), database_is_embedded=True)
        return make_celery(factory.create_app(settings, process="worker"))
    raise AttributeError(name)
