"""The tables that are printed, and the file of results."""

import json
import math
import statistics
import textwrap
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.database.shape import GROWTH
from bench.measure.reaches import Reach, Results, reaches_of
from bench.measure.timing import ratio

REASONS = Path(__file__).parents[1] / "reasons.toml"
WIDTH = 100
TIMES_HEADINGS = ("action", "ms", "p95", "8 cl.", "p95", "r/s", "bare", "x", "bare 8", "x 8")
TIMES_WIDTHS = (7, 7, 7, 7, 6, 7, 6, 7, 6)
COSTS_HEADINGS = ("action", "sql", "web", "db", "web 8", "db 8", "bare", "query", "rls", "rows")
COSTS_WIDTHS = (5, 7, 7, 7, 7, 7, 7, 7, 9)
LEGEND = """ms, p95: one client · 8 cl., p95, r/s: eight clients · bare, x: the bare page, times it
sql: statements of the page · web, db: processor milliseconds of a request, one client then eight
bare: processor of the bare page · query: milliseconds of its SQL alone
rls: processor of the database for the product's own statements, times without their policies
rows: named by the page; when the bare page shows others, product / bare / common to both"""


@dataclass(frozen=True)
class Report:
    """Everything that a run found."""

    results: Results
    growth: dict[str, Any]
    machine: dict[str, Any]

    @property
    def reaches(self) -> list[Reach]:
        """The aims, with the reasons written beside this code for those that are missed."""
        return reaches_of(self.results, self.growth, read_reasons())

    def as_json(self) -> dict[str, Any]:
        """For ``results.json``."""
        found = {
            "machine": self.machine,
            "what_grows": GROWTH,
            "promises": "the product has no table of promises yet: a referral keeps its two dates",
            "journal_seals": "none: the scheduler seals, and no measured page reads seals",
            "sizes": {str(size): found for size, found in self.results.items()},
            "growth": self.growth,
            "reaches": [one.as_json() for one in self.reaches],
        }
        return {name: _clean(value) for name, value in found.items()}


def read_reasons() -> dict[str, str]:
    """By the name of an aim: why it is missed."""
    with REASONS.open("rb") as file:
        found: dict[str, str] = tomllib.load(file)["reasons"]
    return found


def write_file(report: Report, path: Path) -> None:
    """Keep the results."""
    text = json.dumps(report.as_json(), indent=1, ensure_ascii=False)
    path.write_text(f"{text}\n", encoding="utf-8")


def table(report: Report) -> Iterator[str]:
    """Lines to print, a hundred columns at most: two tables by size, then the aims."""
    for size, found in sorted(report.results.items()):
        actions = found["actions"].values()
        yield from ("", f"{size} cases · the measured seat reads {found['measured_seat_reads']}")
        yield from (_told_of_machine(one) for one in found["machine"])
        yield from ("", _line(TIMES_HEADINGS, TIMES_WIDTHS))
        yield from (_line(_times(one), TIMES_WIDTHS) for one in actions)
        yield from ("", _line(COSTS_HEADINGS, COSTS_WIDTHS))
        yield from (_line(_costs(one), COSTS_WIDTHS) for one in actions)
        yield ""
        yield from _told_of_rest(found)
    yield from ("", *LEGEND.splitlines(), "")
    for reach in report.reaches:
        yield from _told_of_reach(reach)


def _told_of_reach(reach: Reach) -> Iterator[str]:
    value = "-" if math.isnan(reach.value) else f"{reach.value:.2f}"
    yield f"{reach.verdict:12} {reach.name:62} {value:>8} / {reach.limit:g}"
    told = [reach.remark, f"why: {reach.why}" if reach.verdict == "missed" else ""]
    for sentence in filter(None, told):
        indent = " " * 13
        yield from textwrap.wrap(
            sentence, WIDTH, initial_indent=indent, subsequent_indent=f"{indent}  "
        )


def _times(one: dict[str, Any]) -> tuple[str, ...]:
    product, together = one["product"], one["product_8_clients"]
    bare, bare_together = one["bare"], one["bare_8_clients"]
    return (
        one["title"],
        f"{product['median_ms']:.1f}",
        f"{product['p95_ms']:.1f}",
        f"{together['median_ms']:.1f}",
        f"{together['p95_ms']:.1f}",
        f"{together['per_second']:.0f}",
        f"{bare['median_ms']:.1f}",
        f"{ratio(product['median_ms'], bare['median_ms']):.1f}",
        f"{bare_together['median_ms']:.1f}",
        f"{ratio(together['median_ms'], bare_together['median_ms']):.1f}",
    )


def _costs(one: dict[str, Any]) -> tuple[str, ...]:
    rows = one["rows"]
    told = "/".join(str(rows[who]) for who in ("product", "bare", "both")) if rows else ""
    if rows and len(set(rows.values())) == 1:
        told = str(rows["both"])
    return (
        one["title"],
        str(one["statements"]),
        f"{one['web_cpu_ms']:.1f}",
        f"{one['database_cpu_ms']:.1f}",
        f"{one['web_cpu_8_clients_ms']:.1f}",
        f"{one['database_cpu_8_clients_ms']:.1f}",
        f"{one['bare_cpu_ms']:.1f}",
        f"{one['sql']['median_ms']:.2f}",
        f"{one['policies']['times']:.2f}" if "policies" in one else "",
        told,
    )


def _line(cells: tuple[str, ...], widths: tuple[int, ...]) -> str:
    first, *others = cells
    return f"{first:33}" + "".join(
        f"{cell:>{width}}" for cell, width in zip(others, widths, strict=True)
    )


def _told_of_machine(one: dict[str, Any]) -> str:
    load = " ".join(f"{part:.1f}" for part in one["load_average"])
    fixed = f"fixed work {one['python_ms']} ms in Python, {one['sql_ms']} ms in SQL"
    return f"{one['when']}: {fixed}, load {load}"


def _told_of_rest(found: dict[str, Any]) -> Iterator[str]:
    """The journal of an opening, the file, the document, the day, the memory."""
    for one in found["actions"].values():
        if lighter := one.get("bare_without_journal"):
            yield (
                f"{one['title']}: the bare page without its journal row"
                f" {lighter['median_ms']:.1f} ms, with it {one['bare']['median_ms']:.1f} ms"
            )
    export, printing, memory = found["export"], found["print"], found["memory"]
    for name, rows in (("product", export["rows"]), ("bare", export["bare_rows"])):
        first, total, web, database = (
            min(export[f"{name}_{figure}"])
            for figure in ("first_byte_ms", "total_ms", "cpu_ms", "database_cpu_ms")
        )
        grown = max(export[f"{name}_memory_mb"])
        yield (
            f"CSV of {rows} rows, {name}: first byte {first:.0f} ms, in all {total:.0f} ms,"
            f" processor {web:.0f} web {database:.0f} db, {grown} MB more"
        )
    ready, web, database = (
        statistics.median(printing[figure]) for figure in ("ready_ms", "cpu_ms", "database_cpu_ms")
    )
    yield (
        f"PDF, from asked to ready: {ready:.0f} ms (the first {printing['first_ready_ms']:.0f}),"
        f" processor {web:.0f} web and worker {database:.0f} db"
    )
    if day := found["day"]:
        yield (
            f"a day of use: {day['count']} requests in {day['seconds']} s, {day['addresses']}"
            f" addresses, {day['other_pages']} other pages, {day['median_ms']:.0f} ms in the middle"
        )
    for when, size in memory.items():
        pss, rss = (f"{size[name]:.1f} MB" for name in ("pss_mb", "workers_mb"))
        moment = when.replace("_", " the ")
        yield f"memory {moment}: PSS {pss} (two workers and their master), RSS {rss} (the workers)"


def _clean(value: Any) -> Any:
    """JSON knows neither NaN nor infinity."""
    if isinstance(value, dict):
        return {key: _clean(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_clean(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
