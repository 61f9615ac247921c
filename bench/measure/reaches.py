"""What is aimed at (issue « as fast at a million cases as at a thousand ») and what was reached.

Pure: results in, sentences out. ``results`` maps a number of cases to what ``measure_size`` gave;
``growth`` is what ``measure_growth`` gave, nothing when only one size was measured.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
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
#: Of a missed aim that nobody explained.
NO_REASON = "no reason is written in bench/reasons.toml"
Results = dict[int, dict[str, Any]]


@dataclass(frozen=True)
class Reach:
    """One aim: ``value`` is NaN when it was not measured; ``why`` says why it is missed."""

    name: str
    value: float
    limit: float
    remark: str = ""
    why: str = ""

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
        found = {**facts, "verdict": self.verdict, "remark": self.remark}
        return {**found, "why": self.why} if self.verdict == "missed" else found


def reaches_of(
    results: Results, growth: Mapping[str, Any], reasons: Mapping[str, str]
) -> list[Reach]:
    """Every aim, in the order of the issue; the missed ones with the reason given for them."""
    found = [
        *_statements(results),
        *_compared(results),
        *_growth(results, growth),
        *_at_a_million(results),
        *_export(results),
        *_memory(results),
        *_policies(results),
    ]
    return [
        replace(one, why=reasons.get(one.name, NO_REASON)) if one.verdict == "missed" else one
        for one in found
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
        "pages whose statements change with the size", float(len(grown)), 0.0, "; ".join(grown)
    )


def _compared(results: Results) -> Iterator[Reach]:
    for key in COMPARED:
        times = ratio(
            median_of(results, COMPARED_AT, key), median_of(results, COMPARED_AT, key, "bare")
        )
        yield Reach(f"times the bare page at {COMPARED_AT}: {key}", times, MOST_TIMES_BARE)


def _growth(results: Results, growth: Mapping[str, Any]) -> Iterator[Reach]:
    """By turns on both sizes; the processor, and the two runs minutes apart, are told beside."""
    for key, limit in GROWTH.items():
        name = f"growth from {GROWTH_SIZES[0]}: {key}"
        if key not in growth.get("actions", {}):
            yield Reach(name, math.nan, limit)
            continue
        found, sizes = growth["actions"][key], (growth["from"], growth["to"])
        small, large = (median_of(results, size, key) for size in sizes)
        remark = "" if sizes == GROWTH_SIZES else f"only to {sizes[1]}; "
        remark += f"rounds {found['rounds'][0]:.2f} to {found['rounds'][-1]:.2f}"
        apart = ratio(large, small)
        remark += f", processor {found['processor_growth']:.2f}, apart {apart:.2f}"
        kilobytes = [round(results[size]["actions"][key]["bytes"] / 1000) for size in sizes]
        if any(kilobytes):
            remark += f"; a page of {kilobytes[0]} then {kilobytes[1]} kB"
        yield Reach(name, found["growth"], limit, remark)


def _at_a_million(results: Results) -> Iterator[Reach]:
    for key, limit in AT_A_MILLION_MS.items():
        yield Reach(f"ms at 1000000: {key}", median_of(results, 1_000_000, key), limit)


def _export(results: Results) -> Iterator[Reach]:
    export = results[max(results)]["export"]
    times = ratio(min(export["product_total_ms"]), min(export["bare_total_ms"]))
    rows, remark = min(export["rows"], export["bare_rows"]), ""
    if rows < EXPORT_ROWS:
        times, remark = math.inf, f"{rows} rows were exported, not {EXPORT_ROWS}"
    yield Reach("times the bare file: CSV of 10000 rows", times, EXPORT_TIMES_BARE, remark)
    grown = max(export["product_memory_mb"])
    yield Reach("MB more for the file", grown, EXPORT_MEMORY_MB)


def _memory(results: Results) -> Iterator[Reach]:
    """What the workers share is counted once, and the program that started them is counted."""
    days = [one["memory"]["after_day"] for one in results.values() if one["day"]]
    after = max(days, key=lambda one: one["pss_mb"], default={"pss_mb": math.nan, "workers_mb": 0})
    remark = f"resident, shared pages counted for each: {after['workers_mb']}"
    yield Reach("MB of two web workers after a day of use", after["pss_mb"], MOST_MEMORY_MB, remark)


def _policies(results: Results) -> Iterator[Reach]:
    """Of the product's own statements, by the processor of the database."""
    for one in results[max(results)]["actions"].values():
        if "policies" not in one:
            continue
        cost, remark = one["policies"], ""
        if cost["left_out"]:
            remark = f"statements left out: {len(cost['left_out'])}, see results.json"
        yield Reach(
            f"cost of the policies: {one['title']}", cost["times"], MOST_POLICY_COST, remark
        )
