"""Run the site: web, worker, scheduler and outbox relay, under one process manager."""

import os
import shlex
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from honcho.manager import Manager

from app.processes import ports
from app.processes.errors import CannotRun
from app.processes.preparing import ensure_servers, prepare
from app.processes.stopping import MARK, end_leftovers, is_running, pid_file, stop_servers
from config import ROOT, Settings, load_settings

BIN = Path(sys.prefix) / "bin"


def run(_arguments: list[str]) -> int:
    """Prepare, start, wait for the end, stop what was started. 0 when it was asked to stop."""
    settings = load_settings()
    refuse_to_start(settings)
    with stopped_at_the_end(settings):
        settings = ensure_servers(settings)
        prepare(settings)
        print(f"Relais: open {settings.public_url} · stop with Ctrl-C or make stop", flush=True)
        return _supervise(settings)


def refuse_to_start(settings: Settings) -> None:
    """Raise ``CannotRun`` when the settings, another run or the port forbid it."""
    for sentence in settings.refusals():
        raise CannotRun(sentence)
    if is_running(settings.var_dir):
        raise CannotRun(f"already running at {settings.public_url}. To stop it: make stop")
    end_leftovers(settings.var_dir)
    if not ports.is_free(settings.web_port):
        owner = ports.describe_owner(settings.web_port)
        raise CannotRun(
            f"port {settings.web_port} is held by {owner}. Stop it, or type: make run PORT=8001"
        )


@contextmanager
def stopped_at_the_end(settings: Settings) -> Iterator[None]:
    """Whatever happens, nothing of ours stays behind."""
    path = pid_file(settings.var_dir)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(str(os.getpid()))
    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, _interrupt)
    try:
        yield
    except KeyboardInterrupt:
        print("Relais: stopping", flush=True)
    finally:
        end_leftovers(settings.var_dir)
        stop_servers(settings)
        path.unlink(missing_ok=True)


def _interrupt(_number: int, _frame: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt


def commands(settings: Settings) -> dict[str, list[str]]:
    """The processes of the site, by name."""
    celery = [str(BIN / "celery"), "--quiet", "-A", "wsgi:celery"]
    bind = f"127.0.0.1:{settings.web_port}"
    web = ["--bind", bind, "--workers", str(settings.web_workers)]
    web += ["--graceful-timeout", "4", "--timeout", "60", "--log-level", "warning"]
    quiet = ["--loglevel", "WARNING"]
    return {
        "web": [str(BIN / "gunicorn"), *web, "wsgi:app"],
        "worker": [*celery, "worker", "--concurrency", "2", "--without-mingle", *quiet],
        "beat": [str(BIN / "relais"), "beat"],
        "relay": [str(BIN / "relais"), "outbox", "relay"],
    }


def _supervise(settings: Settings) -> int:
    manager = Manager()
    environment = {**os.environ, MARK: str(settings.var_dir), "PYTHONUNBUFFERED": "1"}
    for name, command in commands(settings).items():
        kept = [sys.executable, "-m", "app.processes", "keep", *command]
        manager.add_process(name, f"exec {shlex.join(kept)}", env=environment, cwd=str(ROOT))
    signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    manager.loop()
    was_asked = manager.returncode in (128 + signal.SIGINT, 128 + signal.SIGTERM)
    return 0 if was_asked else manager.returncode or 1
