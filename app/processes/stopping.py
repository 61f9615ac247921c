"""Stop the site and its embedded servers, and only them."""

from pathlib import Path

import psutil

from app.embedded.postgres import is_used, stop_postgres
from app.embedded.valkey import stop_valkey
from app.processes.errors import CannotRun
from config import Settings, load_settings

#: Variable that our processes carry, so that we never end anybody else's.
MARK = "RELAIS_RUN"
PATIENCE_SECONDS = 40
LEFTOVER_SECONDS = 10


def pid_file(var_dir: Path) -> Path:
    """Where the process manager writes its number."""
    return var_dir / "run.pid"


def is_running(var_dir: Path) -> bool:
    """The site of this folder runs."""
    return _manager(var_dir) is not None


def stop(_arguments: list[str]) -> int:
    """``make stop``: the site, then its servers, those of the tests included."""
    settings = load_settings()
    manager = _manager(settings.var_dir)
    if manager is not None:
        manager.terminate()
        _wait(manager)
    end_leftovers(settings.var_dir)
    stop_servers(settings)
    _stop_test_servers(settings.var_dir / "test")
    print("Relais: stopped" if manager is not None else "Relais: nothing was running")
    return 0


def stop_tests(_arguments: list[str]) -> int:
    """Stop the servers of the tests, unless another test run still uses them."""
    folder = load_settings().var_dir / "test"
    if not is_used(folder):
        _stop_test_servers(folder)
    return 0


def _stop_test_servers(folder: Path) -> None:
    stop_postgres(folder)
    stop_valkey(folder)


def stop_servers(settings: Settings) -> None:
    """Stop the embedded servers that run; external ones are not ours."""
    stop_valkey(settings.var_dir)
    stop_postgres(settings.var_dir)


def end_leftovers(var_dir: Path) -> None:
    """End the processes of an earlier run that was killed."""
    left = [process for process in psutil.process_iter() if _is_ours(process, var_dir)]
    for process in left:
        _terminate(process)
    _, stubborn = psutil.wait_procs(left, timeout=LEFTOVER_SECONDS)
    for process in stubborn:
        process.kill()


def _manager(var_dir: Path) -> psutil.Process | None:
    try:
        process = psutil.Process(int(pid_file(var_dir).read_text()))
        return process if "app.processes" in process.cmdline() else None
    except (OSError, ValueError, psutil.Error):
        return None


def _wait(process: psutil.Process) -> None:
    try:
        process.wait(timeout=PATIENCE_SECONDS)
    except psutil.TimeoutExpired as late:
        raise CannotRun(f"pid {process.pid} does not stop.") from late


def _is_ours(process: psutil.Process, var_dir: Path) -> bool:
    try:
        return process.environ().get(MARK) == str(var_dir)
    except (psutil.Error, OSError):
        return False


def _terminate(process: psutil.Process) -> None:
    try:
        process.terminate()
    except psutil.NoSuchProcess:
        return
