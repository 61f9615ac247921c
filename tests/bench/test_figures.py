"""The pure parts of the bench: what is said of times, and of what was aimed at. Nothing is timed.

The bench itself is a tool: the suite imports these rooms alone, which start nothing.
"""

import math
from typing import Any

from bench.database.shape import COMMON_ONE_IN, EXPORTED, RARE_HITS, Shape
from bench.measure.reaches import Reach, reaches_of
from bench.measure.timing import Times, percentile, ratio


def test_percentile_takes_the_nearest_rank() -> None:
    assert percentile(list(range(1, 101)), 95) == 95
    assert percentile([3.0], 95) == 3.0
    assert math.isnan(percentile([], 95))


def test_times_of_two_rounds_are_gathered() -> None:
    times = Times([1.0, 3.0], 1.0)
    times.add(Times([2.0], 0.5))
    assert (times.median, times.count, times.per_second) == (2.0, 3, 2.0)


def test_ratio_of_nothing_is_nothing() -> None:
    assert math.isnan(ratio(1.0, 0.0)) and math.isnan(ratio(math.nan, 2.0))
    assert ratio(6.0, 2.0) == 3.0


def test_measured_quantities_are_exact_at_every_size() -> None:
    for cases in (10_000, 100_000):
        shape = Shape(cases)
        read = [index for index in range(cases) if shape.is_measured(index)]
        assert len(read) == cases // 50
        assert sum(map(shape.is_rare, read)) == RARE_HITS
        assert sum(map(shape.is_common, read)) == len(read) // COMMON_ONE_IN
        assert sum(map(shape.is_exported, range(cases))) == EXPORTED
        assert shape.is_measured(shape.long_index)


def test_reach_is_met_up_to_its_limit_and_missed_above() -> None:
    verdicts = [Reach("a", value, 3.0).verdict for value in (3.0, 3.1, math.nan)]
    assert verdicts == ["met", "missed", "not measured"]


def _size(milliseconds: float, statements: int) -> dict[str, Any]:
    times = {"median_ms": milliseconds}
    action = {"title": "open", "statements": statements, "product": times}
    action |= {"bare": {"median_ms": 4.0}, "sql": {"median_ms": 1.0}}
    export = {"rows": 10_000, "product_total_ms": [300.0], "bare_total_ms": [100.0]}
    return {
        "actions": {"open": {**action, "sql_with_policies": {"median_ms": 1.2}}},
        "export": {**export, "product_memory_mb": [12.0]},
        "memory": {"after": {"workers_mb": 280.0}},
    }


def test_reaches_compare_sizes_and_pages() -> None:
    found = reaches_of({10_000: _size(10.0, 8), 100_000: _size(14.0, 9)})
    values = {one.name: (round(one.value, 2), one.verdict) for one in found}
    assert values["statements: open"] == (9.0, "missed")
    assert values["pages whose statements change with the size"] == (1.0, "missed")
    assert values["times the bare page at 100000: open"] == (3.5, "missed")
    assert values["growth from 10000: open"] == (1.4, "missed")
    assert values["times the bare file: CSV of 10000 rows"] == (3.0, "met")
    assert values["cost of the policies: open"] == (1.2, "met")
    assert values["MB of two web workers after the run"] == (280.0, "met")


def test_a_file_that_is_cut_short_is_missed() -> None:
    size = _size(10.0, 8)
    size["export"]["rows"] = 2000
    found = {one.name: one for one in reaches_of({100_000: size})}
    assert found["times the bare file: CSV of 10000 rows"].verdict == "missed"
