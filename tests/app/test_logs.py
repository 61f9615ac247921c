"""Lines that tell what happened, and no secret."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from flask import Flask

from app.logs import init_logs

TOKEN = "s3cr3t-t0k3n"


@pytest.fixture
def app() -> Iterator[Flask]:
    """A small application whose lines are read."""
    app = Flask(__name__)
    init_logs(app, "INFO")
    app.add_url_rule("/liens/<token>", "open", lambda token: "ok", methods=["GET", "POST"])
    app.add_url_rule("/echec/<token>", "fail", _fail)
    yield app
    structlog.reset_defaults()


def _fail(token: str) -> str:
    raise ValueError(f"with {token}")


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """What was written."""
    written = capsys.readouterr().err
    assert TOKEN not in written
    return [json.loads(line) for line in written.splitlines()]


def test_request_is_told_by_its_rule(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    response = app.test_client().post(f"/liens/{TOKEN}?q={TOKEN}", data={"password": TOKEN})
    (line,) = lines(capsys)
    assert line.pop("ms") >= 0
    assert line.pop("timestamp")
    assert line.pop("request_id") == response.headers["X-Request-ID"]
    assert line == {
        "event": "request",
        "level": "info",
        "endpoint": "open",
        "method": "POST",
        "rule": "/liens/<token>",
        "status": 200,
    }


def test_failure_is_told_without_its_values(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.test_client().get(f"/echec/{TOKEN}").status_code == 500
    failure, request = lines(capsys)
    assert (failure["event"], failure["error"]) == ("request.failed", "ValueError")
    assert failure["trace"][-1].endswith("_fail")
    assert request["status"] == 500


def test_unknown_page_is_told_without_its_path(
    app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    app.test_client().get(f"/{TOKEN}")
    (line,) = lines(capsys)
    assert (line["rule"], line["status"]) == (None, 404)


def test_level_is_kept(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    init_logs(Flask("other"), "WARNING")
    app.test_client().get("/liens/a")
    assert lines(capsys) == []
