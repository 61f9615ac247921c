"""The tables: narrow enough to be read, a reason under each missed aim, a file without NaN."""

import json
import math

from bench.measure.reaches import reaches_of
from bench.measure.report import WIDTH, Report, read_reasons, table
from tests.bench.results import growth_result, memory, size_result


def full_report() -> Report:
    """Two sizes, the larger with its day, figures as wide as they come."""
    results = {10_000: size_result(12.3, 8), 1_000_000: size_result(1234.5, 23)}
    larger = results[1_000_000]
    larger["day"] = {
        **{"count": 5_000, "seconds": 61.5, "addresses": 999, "other_pages": 40},
        "median_ms": 72.4,
    }
    larger["memory"]["after_day"] = memory(1234.5)
    larger["actions"]["open"]["bare_without_journal"] = {"median_ms": 2.5}
    larger["actions"]["box"]["rows"] = {"product": 25, "bare": 25, "both": 3}
    larger["actions"]["send"].pop("policies")
    larger["actions"]["today"]["web_cpu_ms"] = math.nan
    return Report(results, growth_result(1_000_000, 1.4), {"cores": 2})


def test_no_line_is_wider_than_a_terminal() -> None:
    lines = list(table(full_report()))
    assert [line for line in lines if len(line) > WIDTH] == []
    assert sum(line.startswith("company search, mistyped") for line in lines) == 4


def test_rows_that_differ_are_told_by_both_pages() -> None:
    lines = [line for line in table(full_report()) if line.startswith("referral box")]
    assert [line.endswith(" 25/25/3") for line in lines] == [False, False, False, True]


def test_each_missed_aim_has_its_reason_below() -> None:
    lines = list(table(full_report()))
    missed = [line for line in lines if line.startswith("missed")]
    assert missed and len([line for line in lines if "why: " in line]) == len(missed)


def test_the_file_holds_every_aim_and_no_nan() -> None:
    report = full_report()
    text = json.dumps(report.as_json(), allow_nan=False)
    assert json.loads(text)["sizes"]["1000000"]["actions"]["today"]["web_cpu_ms"] is None
    assert len(report.as_json()["reaches"]) == len(report.reaches)


def test_every_reason_is_that_of_an_aim() -> None:
    report = full_report()
    aims = {one.name for one in reaches_of(report.results, report.growth, {})}
    assert set(read_reasons()) <= aims
