"""A live site on 127.0.0.1 for browsers: its own database, committed, a worker at hand.

The web application signs in as ``relais_web`` and the worker as ``relais_worker``, as in real life;
tokens are asked for and the headers are the real ones. Effects leave when the test says so
(``site.drain()``), as if their minute had passed.
"""

import secrets
import socket
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask, got_request_exception, request
from sqlalchemy import update
from werkzeug.serving import WSGIRequestHandler, make_server

from app import clock
from app.db import db, unit_of_work
from app.delivery import deliver
from app.embedded.postgres import PostgresInfo
from app.factory import create_app
from app.jobs import Outbox, OutboxStatus
from app.relay import claim_due
from config import Settings
from tests.support.databases import cloned_database

LIBRARIES = "site-packages"
NOBODY_LISTENS = "http://127.0.0.1:9"


@dataclass
class LiveSite:
    """A running site. ``failures`` tells the exceptions its pages met: none is expected."""

    url: str
    web: Flask
    worker: Flask
    failures: list[str] = field(default_factory=list)

    def drain(self) -> list[str]:
        """Deliver all that waits in the outbox, due or not; the statuses, in order."""
        done: list[str] = []
        with self.worker.app_context():
            while ids := self._claim():
                done += [deliver(outbox_id) for outbox_id in ids]
            db.session.remove()
        return done

    @staticmethod
    def _claim() -> list[Any]:
        waiting = Outbox.status == OutboxStatus.PENDING, Outbox.attempts == 0
        with unit_of_work() as session:
            due = update(Outbox).where(*waiting).values(available_at=clock.now())
            session.execute(due.execution_options(synchronize_session=False))
        return claim_due(timedelta(minutes=5))


@contextmanager
def live_site(
    info: PostgresInfo, var_dir: Path, registry_url: str = NOBODY_LISTENS, **more: Any
) -> Iterator[LiveSite]:
    """A site on a fresh clone of the template; ``more`` are settings.

    The caller is inside the web application's context: factories write where the site reads.
    """
    name = f"relais_live_{secrets.token_hex(6)}"
    with socket.socket() as door, cloned_database(info, name):
        door.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{door.getsockname()[1]}"
        settings = _settings(info, name, var_dir, public_url=url, registry_url=registry_url, **more)
        site = LiveSite(url, create_app(settings), create_app(settings, process="worker"))
        try:
            with _collecting_failures(site), _serving(site.web, door), site.web.app_context():
                try:
                    yield site
                finally:
                    db.session.remove()
        finally:
            _close_connections(site)


def _settings(info: PostgresInfo, database: str, var_dir: Path, **more: Any) -> Settings:
    logins = {
        "database_url": "relais_web",
        "worker_database_url": "relais_worker",
        "migrate_database_url": "relais_migrate",
        "backup_database_url": "relais_backup",
    }
    values: dict[str, Any] = {
        "secret_key": "a-secret-for-tests-of-more-than-32-characters",
        "var_dir": var_dir,
        "broker_url": "memory://",
        **{name: info.url(login, database) for name, login in logins.items()},
    }
    return Settings(**{**values, **more})


class _Quiet(WSGIRequestHandler):
    """One connection per request: a browser's idle ones never keep the server from stopping, for
    longer than these seconds."""

    protocol_version = "HTTP/1.0"
    timeout = 2

    def log(self, type: str, message: str, *args: Any) -> None:
        """Tests are quiet."""


@contextmanager
def _serving(app: Flask, door: socket.socket) -> Iterator[None]:
    host, port = door.getsockname()
    door.listen(128)
    server = make_server(host, port, app, threaded=True, fd=door.fileno(), request_handler=_Quiet)
    # What a browser that left had asked for ends before the connections are closed.
    server.daemon_threads, server.block_on_close = False, True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def _collecting_failures(site: LiveSite) -> Iterator[None]:
    def keep(_app: Flask, exception: BaseException, **_more: Any) -> None:
        frames = traceback.extract_tb(exception.__traceback__)
        ours = [
            f"{frame.filename}:{frame.lineno}"
            for frame in frames
            if LIBRARIES not in frame.filename
        ]
        site.failures.append(f"{request.path} {exception!r} {ours[-4:]}")

    got_request_exception.connect(keep, site.web)
    try:
        yield
    finally:
        got_request_exception.disconnect(keep, site.web)


def _close_connections(site: LiveSite) -> None:
    for app in (site.web, site.worker):
        with app.app_context():
            db.engine.dispose()
