"""The table that is printed, and the file of results."""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.database.shape import GROWTH
from bench.measure.reaches import Results, reaches_of
from bench.measure.timing import ratio

HEADINGS = ("action", "ms", "p95", "8 cl.", "p95", "r/s", "sql", "web", "db", "bare", "x", "rls")
LEGEND = """ms, p95: one client, milliseconds · 8 cl., p95, r/s: eight clients · sql: statements
web, db: processor milliseconds of a request · bare: the bare page · x: times the bare page
rls: the bare SQL with its policies, times without · (…): the bare page without its journal row"""


def as_file(results: Results, machine: dict[str, Any]) -> dict[str, Any]:
    """Everything, for ``results.json``."""
    return _clean(
        {
            "machine": machine,
            "what_grows": GROWTH,
            "promises": "the product has no table of promises yet: a referral keeps its two dates",
            "journal_seals": "none: the scheduler seals, and no measured page reads seals",
            "sizes": {str(size): found for size, found in results.items()},
            "reaches": [one.as_json() for one in reaches_of(results)],
        }
    )


def write_file(results: Results, machine: dict[str, Any], path: Path) -> None:
    """Keep the results."""
    text = json.dumps(as_file(results, machine), indent=1, ensure_ascii=False)
    path.write_text(f"{text}\n", encoding="utf-8")


def table(results: Results) -> Iterator[str]:
    """Lines to print: one table by size, then the aims."""
    for size, found in sorted(results.items()):
        yield ""
        yield f"{size} cases · the measured seat reads {found['measured_seat_reads']}"
        yield _line(HEADINGS)
        for one in found["actions"].values():
            yield _line(_cells(one))
        yield _told_of_export(found["export"])
        yield f"PDF, from asked to ready: {found['print']['ready_ms']} ms"
        memory = found["memory"]
        yield f"two web workers: {memory['before']['workers_mb']} MB before," + (
            f" {memory['after']['workers_mb']} MB after"
        )
    yield from ("", LEGEND, "")
    for reach in reaches_of(results):
        value = "-" if math.isnan(reach.value) else f"{reach.value:.2f}"
        yield f"{reach.verdict:13} {reach.name:62} {value:>8} / {reach.limit:g}  {reach.remark}"


def _cells(one: dict[str, Any]) -> tuple[str, ...]:
    product, together = one["product"], one["product_8_clients"]
    bare, policies = one["bare"]["median_ms"], one.get("sql_with_policies", {})
    lighter = one.get("bare_without_journal", {}).get("median_ms")
    cost = ratio(policies.get("median_ms", math.nan), one["sql"]["median_ms"])
    return (
        one["title"],
        f"{product['median_ms']:.1f}",
        f"{product['p95_ms']:.1f}",
        f"{together['median_ms']:.1f}",
        f"{together['p95_ms']:.1f}",
        f"{together['per_second']:.0f}",
        str(one["statements"]),
        f"{one['web_cpu_ms']:.1f}",
        f"{one['database_cpu_ms']:.1f}",
        f"{bare:.1f}" + (f" ({lighter:.1f})" if lighter else ""),
        f"{ratio(product['median_ms'], bare):.1f}",
        "" if math.isnan(cost) else f"{cost:.2f}",
    )


def _line(cells: tuple[str, ...]) -> str:
    first, *others = cells
    widths = (7, 7, 7, 7, 6, 4, 6, 6, 11, 5, 5)
    return f"{first:36}" + "".join(
        f" {cell:>{width}}" for cell, width in zip(others, widths, strict=True)
    )


def _told_of_export(export: dict[str, Any]) -> str:
    product = f"{export['product_first_byte_ms'][-1]:.0f} ms to the first byte"
    total = f"{export['product_total_ms'][-1]:.0f} ms in all"
    return (
        f"CSV of {export['rows']} rows: {product}, {total}, {max(export['product_memory_mb'])} MB"
        f" more; bare, 10000 rows at most: {export['bare_total_ms'][-1]:.0f} ms"
    )


def _clean(value: Any) -> Any:
    """JSON knows neither NaN nor infinity."""
    if isinstance(value, dict):
        return {key: _clean(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_clean(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
