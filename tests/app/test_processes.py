"""Starting and stopping: ports, processes kept alive, refusals."""

import os
import signal
import socket
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.processes import keeping, ports, preparing, running
from app.processes.errors import CannotRun
from app.processes.stopping import is_running, pid_file
from config import Settings


@pytest.fixture(autouse=True)
def _signals_as_before() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def held_port() -> Iterator[int]:
    """A port that this process listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_held_port_names_its_owner(held_port: int) -> None:
    assert not ports.is_free(held_port)
    assert ports.describe_owner(held_port).startswith(f"pid {os.getpid()} (")


def test_run_refused_when_the_port_is_held(tmp_path: Path, held_port: int) -> None:
    settings = Settings(var_dir=tmp_path, web_port=held_port)
    with pytest.raises(CannotRun, match=f"port {held_port} is held by pid {os.getpid()}"):
        running.refuse_to_start(settings)


def test_run_refused_with_its_reason(tmp_path: Path) -> None:
    settings = Settings(var_dir=tmp_path, public_url="http://relais.example")
    with pytest.raises(CannotRun, match="https"):
        running.refuse_to_start(settings)


def test_number_of_another_process_is_not_ours(tmp_path: Path) -> None:
    pid_file(tmp_path).write_text("1")
    assert not is_running(tmp_path)


def test_process_that_dies_is_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "PAUSE_SECONDS", 0)
    monkeypatch.setattr(keeping, "MOST_FAILED_STARTS", 3)
    mark = tmp_path / "mark"
    code = f"open({str(mark)!r}, 'a').write('x'); raise SystemExit(7)"
    assert keeping.keep([sys.executable, "-c", code]) == 7
    assert mark.read_text() == "xxx"


def test_kept_process_ends_when_told(monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = keeping.Keeper([sys.executable, "-c", "pass"])
    keeper._stop(15, None)
    assert keeper.run() == 0


def test_every_process_is_kept_on_local_address_only() -> None:
    found = running.commands(replace(Settings(), web_port=8123))
    assert list(found) == ["web", "worker", "beat", "relay"]
    assert "127.0.0.1:8123" in found["web"]


def test_demonstration_data_only_in_demonstration() -> None:
    steps = [preparing.data_steps(Settings(demo=demo)) for demo in (False, True)]
    assert ["demo", "load"] not in steps[0] and steps[1][-1] == ["demo", "load"]


def test_reset_refused_outside_the_demonstration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparing, "load_settings", lambda: Settings(demo=False))
    with pytest.raises(CannotRun, match="demonstration"):
        preparing.reset_demo([])
