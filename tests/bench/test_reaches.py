"""What is said of the aims: met, missed with a reason, or not measured."""

import math
from typing import Any

from bench.measure.reaches import GROWTH, NO_REASON, Reach, reaches_of
from tests.bench.results import growth_result, memory, size_result


def told(
    results: dict[int, dict[str, Any]], growth: dict[str, Any], **reasons: str
) -> dict[str, Reach]:
    """Aims by their names; a reason is named by the first word of its aim."""
    found = {one.name: one for one in reaches_of(results, growth, reasons)}
    assert len(found) == len(reaches_of(results, growth, reasons)), "two aims of the same name"
    return found


def test_reach_is_met_up_to_its_limit_and_missed_above() -> None:
    verdicts = [Reach("a", value, 3.0).verdict for value in (3.0, 3.1, math.nan)]
    assert verdicts == ["met", "missed", "not measured"]


def test_reaches_compare_sizes_and_pages() -> None:
    results = {10_000: size_result(10.0, 8), 100_000: size_result(14.0, 9)}
    found = told(results, growth_result(100_000, 1.4))
    values = {name: (round(one.value, 2), one.verdict) for name, one in found.items()}
    assert values["statements: opening a case"] == (9.0, "missed")
    assert values["pages whose statements change with the size"] == (15.0, "missed")
    assert values["times the bare page at 100000: open"] == (3.5, "missed")
    assert values["times the bare file: CSV of 10000 rows"] == (3.0, "met")
    assert values["MB more for the file"] == (12.0, "met")
    assert values["cost of the policies: opening a case"] == (1.2, "met")


def test_growth_is_that_of_the_turns_and_the_runs_apart_are_told_beside() -> None:
    results = {10_000: size_result(10.0, 8), 100_000: size_result(25.0, 8)}
    found = told(results, growth_result(100_000, 1.2))
    grown = found["growth from 10000: open"]
    assert (grown.value, grown.verdict) == (1.2, "met")
    assert (
        grown.remark
        == "only to 100000; rounds 1.10 to 1.30, processor 1.05, apart 2.50; a page of 8 then 8 kB"
    )
    others = [found[f"growth from 10000: {key}"].verdict for key in GROWTH if key != "open"]
    assert set(others) == {"not measured"}


def test_growth_to_a_million_needs_no_remark_of_its_size() -> None:
    results = {10_000: size_result(10.0, 8), 1_000_000: size_result(12.0, 8)}
    found = told(results, growth_result(1_000_000, 1.2))
    assert (
        found["growth from 10000: open"].remark
        == "rounds 1.10 to 1.30, processor 1.05, apart 1.20; a page of 8 then 8 kB"
    )
    assert found["ms at 1000000: search_common"].value == 12.0


def test_memory_is_judged_after_a_day_with_shared_pages_once() -> None:
    size = size_result(10.0, 8)
    name = "MB of two web workers after a day of use"
    assert told({100_000: size}, {})[name].verdict == "not measured"
    size |= {"day": {"count": 5_000}, "memory": {**size["memory"], "after_day": memory(290.0)}}
    found = told({100_000: size}, {})[name]
    assert (found.value, found.verdict) == (290.0, "met")
    assert "350.0" in found.remark


def test_a_file_that_is_cut_short_is_missed() -> None:
    for who in ("rows", "bare_rows"):
        size = size_result(10.0, 8)
        size["export"][who] = 2000
        found = told({100_000: size}, {})["times the bare file: CSV of 10000 rows"]
        assert (found.verdict, found.remark) == ("missed", "2000 rows were exported, not 10000")


def test_statements_that_policies_alone_filter_are_told() -> None:
    size = size_result(10.0, 8)
    size["actions"]["box"]["policies"] = {"times": 1.31, "left_out": [{"statement": "SELECT"}]}
    found = told({100_000: size}, {})["cost of the policies: referral box"]
    assert (found.verdict, found.remark) == ("missed", "statements left out: 1, see results.json")


def test_what_is_missed_says_why_and_what_is_met_does_not() -> None:
    results = {100_000: size_result(14.0, 8)}
    missed, met = "times the bare page at 100000: open", "MB more for the file"
    named = reaches_of(results, {}, {missed: "Templates take most of it.", met: "Not said."})
    found = {one.name: one for one in named}
    assert found[missed].as_json()["why"] == "Templates take most of it."
    assert found["times the bare page at 100000: note"].why == NO_REASON
    assert found[met].why == "" and "why" not in found[met].as_json()
