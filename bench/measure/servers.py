"""The processes under measure: two web workers of the product, two of the bare page, a worker."""

import os
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import psutil

from app.embedded.places import DATABASE
from app.embedded.postgres import SUPERUSER
from app.embedded.valkey import ensure_valkey, stop_valkey
from app.processes.ports import is_free
from app.processes.running import commands
from bench.database.filling import Filled
from config import ROOT, Settings, load_settings

PRODUCT_PORT = int(os.environ.get("BENCH_PORT", "8790"))
START_SECONDS = 60.0
STOP_SECONDS = 20.0
NOBODY = b'{"results": [], "total_results": 0, "page": 1, "per_page": 10, "total_pages": 0}'


@dataclass(frozen=True)
class Group:
    """A program and its children."""

    process: psutil.Process

    @property
    def members(self) -> list[psutil.Process]:
        """The program and what it started, still alive."""
        try:
            return [self.process, *self.process.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def cpu_seconds(self) -> float:
        """Processor time used until now."""
        return sum(_cpu(one) for one in self.members)

    def resident_mb(self) -> float:
        """Resident memory of the workers (the children) in MB; what they share counts for each."""
        return sum(_rss(one) for one in self.members[1:]) / 1e6

    def memory(self) -> dict[str, float]:
        """In MB: ``pss_mb`` of the program and its workers, what they share counted once;
        ``workers_mb`` and ``largest_mb``, resident, of the workers."""
        sizes = [_rss(one) for one in self.members[1:]] or [0]
        found = {"pss_mb": sum(map(_pss, self.members)), "workers_mb": sum(sizes)}
        found["largest_mb"] = max(sizes)
        return {name: round(size / 1e6, 1) for name, size in found.items()}


def postmaster(folder: Path) -> Group:
    """The database server and its backends."""
    pid = int((folder / "postgres" / "data" / "postmaster.pid").read_text().split("\n", 1)[0])
    return Group(psutil.Process(pid))


@dataclass(frozen=True)
class Site:
    """What runs while a size is measured."""

    filled: Filled
    settings: Settings
    environment: Mapping[str, str]
    web: Group
    bare: Group
    database: Group
    port: int
    bare_port: int

    @contextmanager
    def workers(self) -> Iterator[list[Group]]:
        """The broker, a worker and the relay, for as long as something needs them: the last two."""
        ensure_valkey(self.filled.folder)
        named = commands(self.settings)
        found = [
            start_process(named[name], self.environment, self.filled.folder, name)
            for name in ("worker", "relay")
        ]
        try:
            yield [Group(psutil.Process(one.pid)) for one in found]
        finally:
            stop_all(found)
            stop_valkey(self.filled.folder)


@contextmanager
def running_site(filled: Filled, port: int = PRODUCT_PORT) -> Iterator[Site]:
    """The product and the bare page, each with two workers, on ports of their own."""
    for number in (port, port + 1):
        if not is_free(number):
            raise RuntimeError(f"port {number} is taken: choose another one (BENCH_PORT=8900)")
    with _registry() as registry_url:
        environment = environment_of(filled, port, registry_url)
        settings = load_settings(environment)
        web = commands(settings)["web"]
        bare = [part.replace(f":{port}", f":{port + 1}") for part in web[:-1]]
        dsn = {"BENCH_DSN": filled.info.dsn(SUPERUSER, DATABASE)}
        started = [
            start_process(web, environment, filled.folder, "web"),
            start_process(
                [*bare, "bench.measure.bare:app"], {**environment, **dsn}, filled.folder, "bare"
            ),
        ]
        try:
            for number in (port, port + 1):
                await_port(number)
            product, plain = (Group(psutil.Process(one.pid)) for one in started)
            database = postmaster(filled.folder)
            yield Site(filled, settings, environment, product, plain, database, port, port + 1)
        finally:
            stop_all(started)


def environment_of(filled: Filled, port: int, registry_url: str) -> dict[str, str]:
    """The product's variables: as in production, on the embedded database."""
    return {
        **os.environ,
        "RELAIS_VAR": str(filled.folder),
        "RELAIS_DEMO": "0",
        "PORT": str(port),
        "WEB_WORKERS": "2",
        "REGISTRY_URL": registry_url,
        "PYTHONUNBUFFERED": "1",
    }


def start_process(
    command: list[str], environment: Mapping[str, str], folder: Path, name: str
) -> subprocess.Popen[bytes]:
    """Start a program of the site; what it says goes to a file of the folder."""
    with (folder / f"{name}.log").open("ab") as log:
        return subprocess.Popen(command, cwd=ROOT, env=dict(environment), stdout=log, stderr=log)


def stop_all(started: list[subprocess.Popen[bytes]]) -> None:
    """End these processes and wait for them."""
    for one in started:
        one.terminate()
    for one in started:
        try:
            one.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            one.kill()
            one.wait()


def await_port(port: int) -> None:
    """Wait until somebody listens."""
    deadline = time.monotonic() + START_SECONDS
    while is_free(port):
        if time.monotonic() > deadline:
            raise RuntimeError(f"nothing listens on port {port}: see the logs in var/bench")
        time.sleep(0.1)
    time.sleep(1.0)


class _Registry(BaseHTTPRequestHandler):
    """The public registry, which knows nobody: what it costs is not the product's."""

    def do_GET(self) -> None:
        """Always the same answer."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(NOBODY)))
        self.end_headers()
        self.wfile.write(NOBODY)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@contextmanager
def _registry() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Registry)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _cpu(process: psutil.Process) -> float:
    """Its own time and that of its children that have ended, so that what was counted stays."""
    try:
        return float(sum(process.cpu_times()[:4]))
    except psutil.NoSuchProcess:
        return 0.0


def _rss(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


def _pss(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except psutil.NoSuchProcess:
        return 0
