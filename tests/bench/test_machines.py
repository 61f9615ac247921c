"""What the machines are judged by: each thing that is not as it must be is named. None is run."""

from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bench.machines.clients import Told
from bench.machines.processes import VICTIMS, WEBS, WORKERS, Victim
from bench.machines.verdict import KILLED_WITHIN, _not_once, errors_logged, errors_told


def machines(folder: Path, *killed: tuple[Victim, float]) -> Any:
    """Two machines, some of them killed."""
    filled = SimpleNamespace(folder=folder)
    return SimpleNamespace(killed=list(killed), names=("web0", "relay"), filled=filled)


@pytest.mark.parametrize(
    ("name", "seconds", "is_told"),
    [
        ("web0", 0.0, False),
        ("web0", KILLED_WITHIN - 0.1, False),
        ("web0", KILLED_WITHIN, True),
        ("web0", -0.1, True),
        ("web1", 0.5, True),
    ],
)
def test_only_requests_of_a_killed_machine_break_off(
    tmp_path: Path, name: str, seconds: float, is_told: bool
) -> None:
    told = Told(broken=[(name, 100.0 + seconds)])
    found = list(errors_told(machines(tmp_path, (Victim("web0"), 100.0)), told))
    assert found == ([f"{name} broke off without having been killed"] if is_told else [])


def test_refusals_are_told_as_they_came(tmp_path: Path) -> None:
    told = Told(errors=["web0 answers 503 'Trop de monde à la fois' to /dossiers"])
    assert list(errors_told(machines(tmp_path), told)) == told.errors


def test_what_a_process_calls_an_error_is_one(tmp_path: Path) -> None:
    lines = (
        '{"event": "request", "level": "info"}',
        "Traceback, as Celery says that its child was killed",
        '{"event": "database.busy", "error": "LockNotAvailable", "level": "error"}',
        "12",
    )
    (tmp_path / "web0.log").write_text("\n".join(lines))
    (tmp_path / "relay.log").write_text("")
    assert list(errors_logged(machines(tmp_path))) == ["web0 logs database.busy LockNotAvailable"]


def test_missing_and_doubled_are_named() -> None:
    assert list(_not_once("note", Counter(["a", "b"]), {"a", "b"})) == []
    assert list(_not_once("note", Counter(["b", "b"]), {"a", "b"})) == [
        "note: 1 missing, such as a",
        "note: 1 more than once, such as b",
    ]


def test_everybody_dies_once() -> None:
    kinds = {f"web{n}" for n in range(WEBS)} | {f"worker{n}" for n in range(WORKERS)}
    assert {victim.machine for victim in VICTIMS if not victim.is_child} >= {
        *kinds,
        *("relay", "beat"),
    }
    children = {victim.machine.rstrip("0123456789") for victim in VICTIMS if victim.is_child}
    assert children == {"web", "worker"}
