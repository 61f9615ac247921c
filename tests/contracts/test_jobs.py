"""What is asked for exists: enqueued kinds and registered effects are the same."""

import ast
import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from app.jobs import JOBS
from app.schedule import PERIODIC
from config import FEATURES, ROOT


def constants(path: Path) -> set[str]:
    """Texts written in a file, those that register an effect left out."""
    tree = ast.parse(path.read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    registering = {id(arg) for call in calls if _name(call.func) == "job" for arg in call.args}
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if id(node) not in registering
    }


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else ""


def written(feature: str) -> set[str]:
    """Texts written in a feature."""
    files = (ROOT / feature.replace(".", "/")).rglob("*.py")
    return set().union(*(constants(path) for path in files))


def ours() -> dict[str, str]:
    """Effects that the features register, with the module of each."""
    found = {kind: job.run.__module__ for kind, job in JOBS.items()}
    return {kind: module for kind, module in found.items() if not module.startswith("tests")}


@pytest.mark.parametrize("feature", FEATURES)
def test_kinds_that_are_asked_for_are_registered(app: Flask, feature: str) -> None:
    is_kind = re.compile(rf"{re.escape(feature)}\.[a-z_]+")
    asked = {text for text in written(feature) if is_kind.fullmatch(text)}
    assert asked <= set(ours()), "no effect of this kind: the row would fail eight times"


@pytest.mark.parametrize("feature", FEATURES)
def test_registered_effects_are_asked_for(app: Flask, feature: str) -> None:
    texts = written(feature)
    mine = [kind for kind in ours() if kind.startswith(f"{feature}.")]
    forgotten = [kind for kind in mine if not {kind, kind.rpartition(".")[2]} & texts]
    assert forgotten == []


def test_effects_are_registered_in_the_tasks_of_their_feature(app: Flask) -> None:
    for kind, module in ours().items():
        feature = next((name for name in FEATURES if kind.startswith(f"{name}.")), "")
        assert feature, f"{kind} begins with the name of no feature"
        assert module.startswith(f"{feature}.tasks"), f"{kind} is in {module}"


def test_periodic_jobs_have_names_and_sensible_intervals(app: Flask) -> None:
    assert "journal.seal" in PERIODIC
    for name, job in PERIODIC.items():
        assert name == job.name and "." in name
        assert timedelta(seconds=10) <= job.every <= timedelta(days=1)


@pytest.mark.parametrize("folder", ["partners", "cases"])
def test_nobody_rings_the_workers_directly(folder: str) -> None:
    for path in (ROOT / folder).rglob("*.py"):
        text = path.read_text()
        assert ".apply_async(" not in text and ".send_task(" not in text, path
