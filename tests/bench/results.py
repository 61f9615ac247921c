"""Results as a run makes them, small: what the tests of aims and tables read."""

from datetime import date
from typing import Any

from bench.measure.actions import Action, reading_actions, writing_actions
from bench.measure.targets import Sending, Targets

IDENTIFIER = "01a21789-0b2c-748d-a995-a94abedc3ab2"


def targets() -> Targets:
    """Of a database that was never filled."""
    member = {"me": IDENTIFIER, "user": IDENTIFIER, "seat": IDENTIFIER, "email": "a@b.example"}
    sendings = [Sending(IDENTIFIER, IDENTIFIER, IDENTIFIER)]
    ids = [IDENTIFIER]
    return Targets(
        *(member, member, member),
        cases=ids,
        closed_cases=ids,
        open_cases=ids,
        writable=ids,
        long_case=IDENTIFIER,
        sendings=sendings,
        received=ids,
        readable=2_000,
        today=date(2026, 1, 5).isoformat(),
    )


def actions() -> list[Action]:
    """Those that are measured."""
    return [*reading_actions(targets()), *writing_actions(targets())]


def action_result(title: str, milliseconds: float, statements: int) -> dict[str, Any]:
    """One action; the bare page takes 4 ms, the policies 1.2 times the processor."""
    times = {"median_ms": milliseconds, "p95_ms": milliseconds * 2, "per_second": 99.0}
    bare = {"median_ms": 4.0, "p95_ms": 8.0, "per_second": 250.0}
    names = ("web_cpu_ms", "database_cpu_ms", "web_cpu_8_clients_ms", "database_cpu_8_clients_ms")
    return {
        "title": title,
        "statements": statements,
        "bytes": 1_000 * statements,
        "rows": {"product": 25, "bare": 25, "both": 25},
        "product": times,
        "product_8_clients": times,
        "bare": bare,
        "bare_8_clients": bare,
        "sql": {"median_ms": 1.0},
        "policies": {"times": 1.2, "left_out": []},
        "bare_cpu_ms": 3.0,
        **{name: 7.0 for name in names},
    }


def size_result(milliseconds: float, statements: int) -> dict[str, Any]:
    """One size, every action as long as the others."""
    found = {one.key: action_result(one.title, milliseconds, statements) for one in actions()}
    calibration = {"when": "before", "python_ms": 15.0, "sql_ms": 10.0, "load_average": [1, 2, 3]}
    return {
        "measured_seat_reads": 2_000,
        "machine": [calibration],
        "actions": found,
        "export": export_result(),
        "print": {
            **{"ready_ms": [700, 800], "cpu_ms": [500, 600], "database_cpu_ms": [40, 50]},
            "first_ready_ms": 2400,
        },
        "day": {},
        "memory": {"before": memory(200.0), "after": memory(280.0)},
    }


def export_result() -> dict[str, Any]:
    """The product takes three times as long as the bare page."""
    found: dict[str, Any] = {"rows": 10_000, "bare_rows": 10_000}
    for name, total in (("product", 300.0), ("bare", 100.0)):
        figures = {"total_ms": total, "first_byte_ms": 9.0, "cpu_ms": 80.0, "database_cpu_ms": 50.0}
        found |= {f"{name}_{figure}": [value, value + 9] for figure, value in figures.items()}
        found[f"{name}_memory_mb"] = [1.0, 12.0]
    return found


def memory(megabytes: float) -> dict[str, float]:
    """Shared pages make the resident size larger."""
    return {"pss_mb": megabytes, "workers_mb": megabytes + 60, "largest_mb": megabytes / 2}


def growth_result(to: int, growth: float) -> dict[str, Any]:
    """Of one action, by turns."""
    rounds = [growth - 0.1, growth, growth + 0.1]
    found = {"growth": growth, "rounds": rounds, "processor_growth": 1.05}
    return {"from": 10_000, "to": to, "actions": {"open": found}}
