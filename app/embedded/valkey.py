"""The embedded Valkey: the doorbell of the workers, which keeps nothing.

The outbox is in the database, so the broker may be stopped or emptied at any time.
"""

import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from app.embedded.binaries import valkey_program
from app.embedded.errors import EmbeddedServerError
from app.embedded.places import ValkeyPlaces, is_root, make_own_folder

START_SECONDS = 10.0
STOP_SECONDS = 10.0


@dataclass(frozen=True)
class ValkeyInfo:
    """A running broker."""

    places: ValkeyPlaces

    @property
    def url(self) -> str:
        """Address for Celery."""
        return self.places.url


def ensure_valkey(var_dir: Path) -> ValkeyInfo:
    """The broker of this folder, running. Raises ``EmbeddedServerError`` if it does not answer."""
    places = ValkeyPlaces.of(var_dir)
    if not _answers(places):
        _start(places)
        _await_answer(places)
    return ValkeyInfo(places)


def stop_valkey(var_dir: Path) -> bool:
    """Stop the broker of this folder; was it running?"""
    process = _process(ValkeyPlaces.of(var_dir))
    if process is None:
        return False
    process.terminate()
    psutil.wait_procs([process], timeout=STOP_SECONDS)
    return True


def _start(places: ValkeyPlaces) -> None:
    make_own_folder(places.folder, 0o700)
    make_own_folder(places.socket.parent, 0o755 if is_root() else 0o700)
    places.socket.unlink(missing_ok=True)
    done = subprocess.run([str(valkey_program()), *_options(places)], capture_output=True)
    if done.returncode != 0:
        raise EmbeddedServerError(f"Valkey did not start: see {places.log}")


def _options(places: ValkeyPlaces) -> list[str]:
    options = {
        "port": "0",
        "unixsocket": str(places.socket),
        "unixsocketperm": "700",
        "dir": str(places.folder),
        "pidfile": str(places.pid_file),
        "logfile": str(places.log),
        "daemonize": "yes",
        "save": "",
        "appendonly": "no",
        "maxmemory": "128mb",
        "maxmemory-policy": "noeviction",
    }
    return [part for name, value in options.items() for part in (f"--{name}", value)]


def _await_answer(places: ValkeyPlaces) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not _answers(places):
        if time.monotonic() > deadline:
            raise EmbeddedServerError(f"Valkey does not answer: see {places.log}")
        time.sleep(0.05)


def _answers(places: ValkeyPlaces) -> bool:
    try:
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(1)
            link.connect(str(places.socket))
            link.sendall(b"PING\r\n")
            return link.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def _process(places: ValkeyPlaces) -> psutil.Process | None:
    try:
        process = psutil.Process(int(places.pid_file.read_text()))
        return process if "valkey" in process.name() else None
    except (OSError, ValueError, psutil.NoSuchProcess):
        return None
