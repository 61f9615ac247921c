"""What the tests of retention share: running as the system, the log in a folder of the test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.actors import SYSTEM
from app.db import db
from cases.retention.enums import Kind
from cases.retention.running import run_retention
from tests.support.acting import acting_as


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    """Where the log is written outside of the database."""
    return tmp_path / "var" / "erasures.jsonl"


@pytest.fixture
def run(app: Flask, log_file: Path) -> Iterator[Callable[[], dict[Kind, int]]]:
    """Run retention as the scheduler does."""

    def run_once() -> dict[Kind, int]:
        db.session.expunge_all()
        with acting_as(SYSTEM):
            return run_retention(log_file)

    yield run_once
