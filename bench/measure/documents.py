"""The file of ten thousand rows and the printed document: time, processor, memory."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from flask import Flask

from bench.measure.browser import Browser
from bench.measure.counting import InProcess, collected_statements
from bench.measure.progress import say
from bench.measure.servers import Group, Site
from bench.measure.targets import Targets
from bench.measure.watching import counted, peak_memory

EXPORTS, PRINTS = 3, 3
EXPORT_PATH = "/dossiers/export.csv"
POLL_SECONDS, PRINT_SECONDS = 0.05, 60.0


def measure_export(site: Site, app: Flask, browser: Browser) -> dict[str, Any]:
    """First byte, total, rows, processor, and the memory that the workers took for it."""
    plain = browser.twin(site.bare_port)
    found: dict[str, list[float]] = {}
    rows = {"product": 0, "bare": 0}
    for _ in range(EXPORTS):
        for name, one, path, group in (
            ("product", browser, EXPORT_PATH, site.web),
            ("bare", plain, "/export.csv", site.bare),
        ):
            with peak_memory(group) as grown, _processor(site, group) as used:
                start = time.perf_counter()
                answer = one.get(path).expect(200)
                total = (time.perf_counter() - start) * 1000
            rows[name] = answer.body.count(b"\r\n")
            figures = {
                "first_byte_ms": round(answer.first * 1000, 1),
                "total_ms": round(total, 1),
                "memory_mb": grown[0],
                **used,
            }
            for figure, value in figures.items():
                found.setdefault(f"{name}_{figure}", []).append(value)
    with collected_statements(app) as statements:
        InProcess(app, browser).get(EXPORT_PATH).expect(200)
    rows["product"] -= 1  # its line of titles
    say(f"csv of {rows['product']} rows, {found['product_total_ms']} ms")
    return {
        "rows": rows["product"],
        "bare_rows": rows["bare"],
        "statements": len(statements),
        **found,
    }


def measure_printing(site: Site, browser: Browser, targets: Targets) -> dict[str, Any]:
    """From the asking to the document being ready, by the outbox, the relay and the worker."""
    found: dict[str, list[float]] = {}
    with site.workers() as groups:
        for number in range(PRINTS + 1):
            referral = targets.received[number % len(targets.received)]
            path, fields = f"/orientations/{referral}/imprimer", {"csrf_token": browser.token}
            with _processor(site, site.web, *groups) as used:
                start = time.perf_counter()
                place = browser.post(path, fields).expect(302).location
                _await_document(browser, place)
                ready = round((time.perf_counter() - start) * 1000)
            for figure, value in {"ready_ms": ready, **used}.items():
                found.setdefault(figure, []).append(value)
    say(f"pdf {found['ready_ms'][1:]} ms")
    first = {f"first_{figure}": values[0] for figure, values in found.items()}
    return {**first, **{figure: values[1:] for figure, values in found.items()}}


@contextmanager
def _processor(site: Site, *groups: Group) -> Iterator[dict[str, float]]:
    """Processor milliseconds used meanwhile by these groups and by the database."""
    found: dict[str, float] = {}
    with ExitStack() as stack:
        database = stack.enter_context(counted(site.database))
        programs = [stack.enter_context(counted(one)) for one in groups]
        yield found
    found["cpu_ms"] = round(sum(one[0] for one in programs) * 1000)
    found["database_cpu_ms"] = round(database[0] * 1000)


def _await_document(browser: Browser, place: str) -> None:
    deadline = time.monotonic() + PRINT_SECONDS
    while b"/fichier" not in browser.get(place).expect(200).body:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{place} is not ready after {PRINT_SECONDS:.0f} s")
        time.sleep(POLL_SECONDS)
