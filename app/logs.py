"""Logs: one JSON line per event on the standard error, without secrets, addresses or bodies.

A request is logged by its rule (``/liens/<token>``), never by its path or query: paths carry tokens
and identifiers. Who asked is told by the journal, not here.
"""

import logging
import sys
import time
import uuid
from typing import Any

import structlog
from flask import Flask, Response, g, request

#: Pages that probes and browsers fetch all the time.
SILENT = {"static", "kernel.healthz", "kernel.readyz"}

log = structlog.get_logger("relais.web")


def init_logs(app: Flask, level: str) -> None:
    """Write structured lines from this level on, and one for each request."""
    configure(level)
    app.before_request(_begin)
    app.after_request(_tell_request)
    app.log_exception = _tell_exception  # type: ignore[method-assign]


def configure(level: str) -> None:
    """Set the form of all lines; the standard ``logging`` of libraries is left to its warnings."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=_Stderr(),
        cache_logger_on_first_use=False,
    )


class _Stderr:
    """Looks the stream up at each line: a test or a server may have replaced it."""

    def __call__(self, *_names: Any) -> Any:
        return structlog.PrintLogger(file=sys.stderr)


def _begin() -> None:
    g.began, g.request_id = time.monotonic(), uuid.uuid4().hex[:16]
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _tell_request(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.get("request_id", "")
    if request.endpoint not in SILENT:
        log.info("request", **_facts(), status=response.status_code, ms=_elapsed())
    return response


def _tell_exception(exc_info: Any) -> None:
    """The trace goes with the error: it holds code, not what was typed."""
    log.error("request.failed", **_facts(), error=exc_info[0].__name__, trace=_trace(exc_info))


def _facts() -> dict[str, Any]:
    rule = request.url_rule.rule if request.url_rule else None
    return {"endpoint": request.endpoint, "method": request.method, "rule": rule}


def _elapsed() -> float:
    began: float = g.get("began", time.monotonic())
    return round((time.monotonic() - began) * 1000, 1)


def _trace(exc_info: Any) -> list[str]:
    """Where it happened, innermost last: file, line and function, without any value."""
    lines, step = [], exc_info[2]
    while step is not None:
        code = step.tb_frame.f_code
        lines.append(f"{code.co_filename}:{step.tb_lineno} {code.co_name}")
        step = step.tb_next
    return lines[-12:]
