"""What is aimed at (issue « as fast at a million cases as at a thousand ») and what was reached.

Pure: results in, sentences out. ``results`` maps a number of cases to what ``measure_size`` gave.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bench.measure.timing import ratio

MOST_STATEMENTS = 8
MOST_TIMES_BARE = 3.0
COMPARED_AT = 100_000
COMPARED = ("list", "search_rare", "open", "note")
GROWTH = {"open": 1.3, "note": 1.3, "box": 1.3, "today": 1.3, "list": 1.5, "search_rare": 1.5}
GROWTH_SIZES = (10_000, 1_000_000)
AT_A_MILLION_MS = {"search_common": 150.0, "territory": 150.0}
EXPORT_ROWS, EXPORT_TIMES_BARE, EXPORT_MEMORY_MB = 10_000, 3.0, 30.0
MOST_MEMORY_MB = 300.0
MOST_POLICY_COST = 1.3
Results = dict[int, dict[str, Any]]


@dataclass(frozen=True)
class Reach:
    """One aim: ``value`` is NaN when it was not measured."""

    name: str
    value: float
    limit: float
    remark: str = ""

    @property
    def verdict(self) -> str:
        """``met``, ``missed`` or ``not measured``."""
        if math.isnan(self.value):
            return "not measured"
        return "met" if self.value <= self.limit else "missed"

    def as_json(self) -> dict[str, Any]:
        """For a file: nothing instead of NaN."""
        value = None if math.isnan(self.value) else round(self.value, 2)
        facts = {"name": self.name, "value": value, "limit": self.limit}
        return {**facts, "verdict": self.verdict, "remark": self.remark}


def reaches_of(results: Results) -> list[Reach]:
    """Every aim, in the order of the issue."""
    return [
        *_statements(results),
        *_compared(results),
        *_growth(results),
        *_at_a_million(results),
        *_export(results),
        *_memory(results),
        *_policies(results),
    ]


def median_of(results: Results, size: int, key: str, what: str = "product") -> float:
    """Milliseconds; NaN when it was not measured."""
    try:
        return float(results[size]["actions"][key][what]["median_ms"])
    except KeyError:
        return math.nan


def _statements(results: Results) -> Iterator[Reach]:
    largest = max(results)
    for one in results[largest]["actions"].values():
        name = f"statements: {one['title']}"
        yield Reach(name, float(one["statements"]), float(MOST_STATEMENTS))
    smallest = results[min(results)]["actions"]
    grown = [
        one["title"]
        for key, one in results[largest]["actions"].items()
        if key in smallest and one["statements"] != smallest[key]["statements"]
    ]
    yield Reach(
        "pages whose statements change with the size", float(len(grown)), 0.0, ", ".join(grown)
    )


def _compared(results: Results) -> Iterator[Reach]:
    for key in COMPARED:
        times = ratio(
            median_of(results, COMPARED_AT, key), median_of(results, COMPARED_AT, key, "bare")
        )
        yield Reach(f"times the bare page at {COMPARED_AT}: {key}", times, MOST_TIMES_BARE)


def _growth(results: Results) -> Iterator[Reach]:
    """From ten thousand to a million; to the largest that was measured, else."""
    smallest, largest = GROWTH_SIZES[0], max(results)
    remark = "" if largest == GROWTH_SIZES[1] else f"only to {largest}"
    for key, limit in GROWTH.items():
        grown = math.nan
        if smallest in results and largest > smallest:
            grown = ratio(median_of(results, largest, key), median_of(results, smallest, key))
        yield Reach(f"growth from {smallest}: {key}", grown, limit, remark)


def _at_a_million(results: Results) -> Iterator[Reach]:
    for key, limit in AT_A_MILLION_MS.items():
        yield Reach(f"ms at 1000000: {key}", median_of(results, 1_000_000, key), limit)


def _export(results: Results) -> Iterator[Reach]:
    export = results[max(results)]["export"]
    times = ratio(min(export["product_total_ms"]), min(export["bare_total_ms"]))
    rows, remark = export["rows"], ""
    if rows < EXPORT_ROWS:
        times, remark = math.inf, f"the product exports {rows} rows, not {EXPORT_ROWS}"
    yield Reach("times the bare file: CSV of 10000 rows", times, EXPORT_TIMES_BARE, remark)
    grown = max(export["product_memory_mb"])
    yield Reach("MB more for the file", grown, EXPORT_MEMORY_MB)


def _memory(results: Results) -> Iterator[Reach]:
    after = max(one["memory"]["after"]["workers_mb"] for one in results.values())
    yield Reach("MB of two web workers after the run", after, MOST_MEMORY_MB)


def _policies(results: Results) -> Iterator[Reach]:
    largest = max(results)
    for key, one in results[largest]["actions"].items():
        if "sql_with_policies" in one:
            plain = median_of(results, largest, key, "sql")
            cost = ratio(median_of(results, largest, key, "sql_with_policies"), plain)
            yield Reach(f"cost of the policies: {one['title']}", cost, MOST_POLICY_COST)
