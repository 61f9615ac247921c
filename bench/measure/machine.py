"""What the machine was like: its facts, its load, and how long a fixed work takes on it.

Somebody else's work on the same cores makes every figure larger. The same loop in Python and the
same statement in PostgreSQL, timed again and again during a run, say how much.
"""

import os
import statistics
import sys
import time
from typing import Any

import psutil
import psycopg

#: About 15 and 10 ms on the machine of ``docs/performance.md``.
LOOPS, ROWS = 300_000, 60_000
TURNS = 7
FIXED_SQL = f"SELECT sum(sqrt(i)) FROM generate_series(1, {ROWS}) i"


def machine_facts() -> dict[str, object]:
    """What the figures depend on."""
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "python": sys.version.split()[0],
    }


def load_average() -> list[float]:
    """Of the last minute, five and fifteen."""
    return [round(one, 2) for one in os.getloadavg()]


def calibrate(superuser_dsn: str, when: str) -> dict[str, Any]:
    """Middle milliseconds of the fixed works, and the load, now."""
    with psycopg.connect(superuser_dsn, autocommit=True) as connection:
        python, sql = [], []
        for _ in range(TURNS):
            python.append(_timed(_fixed_loop))
            sql.append(_timed(lambda: connection.execute(FIXED_SQL.encode()).fetchall()))
    return {
        "when": when,
        "python_ms": round(statistics.median(python), 1),
        "sql_ms": round(statistics.median(sql), 1),
        "load_average": load_average(),
    }


def processor_seconds(pid: int) -> float:
    """Processor time of a process of this machine, to the nanosecond; Linux only."""
    return time.clock_gettime((~pid << 3) | 2)


def _fixed_loop() -> float:
    total = 0.0
    for number in range(LOOPS):
        total += number * 0.5
    return total


def _timed(work: Any) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000
