"""One size measured: every action by turns of the product, the bare page and the database."""

import itertools
import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import psycopg

from app.embedded.places import DATABASE
from app.embedded.postgres import SUPERUSER
from app.factory import create_app
from bench.database.filling import Filled, superuser
from bench.measure.actions import Action, reading_actions, writing_actions
from bench.measure.browser import Answer, Browser, signed_in
from bench.measure.counting import InProcess, collected_statements
from bench.measure.servers import Group, Site, running_site
from bench.measure.statements import READS, SCOPE, WRITES
from bench.measure.targets import Targets, find_targets
from bench.measure.timing import Times, ask_for, ask_together

ROUNDS = 3
CLIENTS = 8
#: Seconds of a slice: the product, then the bare page, then each way of asking the database.
PRODUCT_SLICE, BARE_SLICE, SQL_SLICE = 1.4, 0.6, 0.4
WARM_UPS, SQL_WARM_UPS = 6, 2
EXPORTS, PRINTS = 3, 3
EXPORT_PATH = "/dossiers/export.csv"
POLL_SECONDS, PRINT_SECONDS = 0.05, 60.0


@dataclass
class Measure:
    """What one action cost, everywhere it was asked."""

    action: Action
    statements: list[str] = field(default_factory=list)
    product: Times = field(default_factory=Times)
    product_together: Times = field(default_factory=Times)
    bare: Times = field(default_factory=Times)
    bare_together: Times = field(default_factory=Times)
    bare_without_journal: Times = field(default_factory=Times)
    sql: Times = field(default_factory=Times)
    sql_with_policies: Times = field(default_factory=Times)
    web_cpu: float = 0.0
    database_cpu: float = 0.0
    bare_cpu: float = 0.0
    size: int = 0
    numbers: Iterator[int] = field(default_factory=itertools.count)
    bare_numbers: Iterator[int] = field(default_factory=itertools.count)

    def as_json(self) -> dict[str, Any]:
        """Everything, rounded; CPU in milliseconds a request."""
        repeated = {text: n for text, n in Counter(self.statements).items() if n > 1}
        times = {
            "product": self.product,
            "product_8_clients": self.product_together,
            "bare": self.bare,
            "bare_8_clients": self.bare_together,
            "bare_without_journal": self.bare_without_journal,
            "sql": self.sql,
            "sql_with_policies": self.sql_with_policies,
        }
        return {
            "title": self.action.title,
            "statements": len(self.statements),
            "repeated_statements": repeated,
            "bytes": self.size,
            "web_cpu_ms": _each(self.web_cpu, self.product),
            "database_cpu_ms": _each(self.database_cpu, self.product),
            "bare_cpu_ms": _each(self.bare_cpu, self.bare),
            **{name: found.as_json() for name, found in times.items() if found.count},
        }


def _each(seconds: float, times: Times) -> float:
    return round(seconds * 1000 / times.count, 2) if times.count else math.nan


def measure_size(filled: Filled) -> dict[str, Any]:
    """All actions on this database."""
    with superuser(filled) as connection:
        targets = find_targets(connection)
    with running_site(filled) as site:
        return Run(site, targets).measure()


class Run:
    """The measures of one size, while its site runs."""

    def __init__(self, site: Site, targets: Targets) -> None:
        self.site, self.targets = site, targets
        self.members = {
            "adviser": targets.adviser,
            "exporter": targets.exporter,
            "observer": targets.observer,
        }
        self.browsers: dict[str, Browser] = {}
        self.app = create_app(replace(site.settings, log_level="ERROR"))

    def measure(self) -> dict[str, Any]:
        """Pages, then what writes, then the file and the document."""
        for who in ("adviser", "observer"):
            self._sign_in(who)
        before = self.site.web.memory()
        actions = [*reading_actions(self.targets), *writing_actions(self.targets)]
        measures = {action.key: self._measure(action) for action in actions}
        export = self._export()
        printing = self._print()
        return {
            "cases": self.site.filled.cases,
            "measured_seat_reads": self.targets.readable,
            "actions": {key: one.as_json() for key, one in measures.items()},
            "export": export,
            "print": printing,
            "memory": {"before": before, "after": self.site.web.memory()},
        }

    def _sign_in(self, who: str) -> Browser:
        login = self.members[who]["email"]
        self.browsers[who] = signed_in(self.site.port, login)
        return self.browsers[who]

    # --- pages and writings ---------------------------------------------------------------------

    def _measure(self, action: Action) -> Measure:
        found = Measure(action)
        browser = self.browsers[action.who]
        found.statements = self._count(found, browser)
        plain = browser.twin(self.site.bare_port)
        for _ in range(WARM_UPS if action.is_reading else 2):
            found.size = len(action.ask(browser, next(found.numbers)).body)
            action.bare(plain, next(found.bare_numbers))
        for _ in range(ROUNDS):
            self._round(action, found, browser, plain)
        _tell(found)
        return found

    def _round(self, action: Action, found: Measure, browser: Browser, plain: Browser) -> None:
        def product(one: Browser) -> Callable[[], Answer]:
            return lambda: action.ask(one, next(found.numbers))

        def bare(one: Browser) -> Callable[[], Answer]:
            return lambda: action.bare(one, next(found.bare_numbers))

        most = action.most // ROUNDS
        with _counted(self.site.web) as web, _counted(self.site.database) as database:
            found.product.add(ask_for(PRODUCT_SLICE, product(browser), most))
        found.web_cpu += web[0]
        found.database_cpu += database[0]
        with _counted(self.site.bare) as cpu:
            found.bare.add(ask_for(BARE_SLICE, bare(plain), most))
        found.bare_cpu += cpu[0]
        if lighter := action.bare_without_journal:
            ask = lighter
            found.bare_without_journal.add(
                ask_for(BARE_SLICE, lambda: ask(plain, next(found.bare_numbers)), most)
            )
        self._ask_database(action, found, most)
        twins = [browser.twin() for _ in range(CLIENTS)]
        found.product_together.add(ask_together(PRODUCT_SLICE, list(map(product, twins)), most))
        twins = [plain.twin() for _ in range(CLIENTS)]
        found.bare_together.add(ask_together(BARE_SLICE, list(map(bare, twins)), most))

    def _ask_database(self, action: Action, found: Measure, most: int) -> None:
        """The bare SQL: as a superuser, then as the web's role in the member's context."""
        member = self.members[action.who]
        for login, times in ((SUPERUSER, found.sql), ("relais_web", found.sql_with_policies)):
            if login == "relais_web" and action.key == "territory":
                continue  # an observer reads no case: the product asks a function
            dsn = self.site.filled.info.dsn(login, DATABASE)
            with psycopg.connect(dsn) as connection:
                times.add(self._statements(connection, action, member, found.bare_numbers, most))

    def _statements(
        self,
        connection: psycopg.Connection,
        action: Action,
        member: dict[str, Any],
        numbers: Iterator[int],
        most: int,
    ) -> Times:
        """Only the statements are timed, and the commit of those that write.

        A connection is new: what it plans and reads for the first time is left out.
        """
        found, began, warming = Times(), time.perf_counter(), SQL_WARM_UPS
        while warming or time.perf_counter() - began < SQL_SLICE or found.count < 3:
            values = {**member, **action.values(next(numbers))}
            connection.execute(SCOPE, member)
            start = time.perf_counter()
            for statement in READS.get(action.key, ()):
                connection.execute(statement.encode(), values).fetchall()
            if not action.is_reading:
                for statement in WRITES[action.key]:
                    connection.execute(statement.encode(), values)
            connection.commit()
            if warming:
                warming, began = warming - 1, time.perf_counter()
                continue
            found.samples.append((time.perf_counter() - start) * 1000)
            if found.count >= most:
                break
        found.seconds = time.perf_counter() - began
        return found

    def _count(self, measure: Measure, browser: Browser) -> list[str]:
        """Asked twice: the first time fills what a process keeps (labels of the reference)."""
        asks, ask = InProcess(self.app, browser), measure.action.ask
        ask(asks, next(measure.numbers))
        with collected_statements(self.app) as found:
            ask(asks, next(measure.numbers))
        return list(found)

    # --- the file and the document ----------------------------------------------------------------

    def _export(self) -> dict[str, Any]:
        """First byte, total, rows, and the memory that the workers took for it."""
        browser = self._sign_in("exporter")
        plain = browser.twin(self.site.bare_port)
        found: dict[str, list[float]] = {}
        rows = 0
        for _ in range(EXPORTS):
            for name, one, path, group in (
                ("product", browser, EXPORT_PATH, self.site.web),
                ("bare", plain, "/export.csv", self.site.bare),
            ):
                with _peak_memory(group) as grown:
                    start = time.perf_counter()
                    answer = one.get(path).expect(200)
                    total = (time.perf_counter() - start) * 1000
                rows = answer.body.count(b"\r\n") - 1 if name == "product" else rows
                found.setdefault(f"{name}_first_byte_ms", []).append(round(answer.first * 1000, 1))
                found.setdefault(f"{name}_total_ms", []).append(round(total, 1))
                found.setdefault(f"{name}_memory_mb", []).append(grown[0])
        with collected_statements(self.app) as statements:
            InProcess(self.app, browser).get(EXPORT_PATH).expect(200)
        print(f"bench: csv {rows} rows, {found['product_total_ms']} ms", flush=True)
        return {"rows": rows, "statements": len(statements), **found}

    def _print(self) -> dict[str, Any]:
        """From the asking to the document being ready, by the outbox, the relay and the worker."""
        browser, found = self.browsers["adviser"], []
        with self.site.workers():
            for number in range(PRINTS + 1):
                referral = self.targets.received[number % len(self.targets.received)]
                path, fields = f"/orientations/{referral}/imprimer", {"csrf_token": browser.token}
                start = time.perf_counter()
                place = browser.post(path, fields).expect(302).location
                _await_document(browser, place)
                found.append(round((time.perf_counter() - start) * 1000))
        print(f"bench: pdf {found[1:]} ms", flush=True)
        return {"first_ms": found[0], "ready_ms": found[1:]}


def _await_document(browser: Browser, place: str) -> None:
    deadline = time.monotonic() + PRINT_SECONDS
    while b"/fichier" not in browser.get(place).expect(200).body:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{place} is not ready after {PRINT_SECONDS:.0f} s")
        time.sleep(POLL_SECONDS)


@contextmanager
def _counted(group: Group) -> Iterator[list[float]]:
    """Processor seconds of a group meanwhile, as the only item of a list."""
    found, before = [0.0], group.cpu_seconds()
    yield found
    found[0] = group.cpu_seconds() - before


@contextmanager
def _peak_memory(group: Group) -> Iterator[list[float]]:
    """The most that the largest worker grew meanwhile, in MB."""
    found, before, done = [0.0], group.memory(), threading.Event()

    def watch() -> None:
        while not done.is_set():
            grown = group.memory()["workers_mb"] - before["workers_mb"]
            found[0] = round(max(found[0], grown), 1)
            done.wait(0.01)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield found
    finally:
        done.set()
        thread.join()


def _tell(one: Measure) -> None:
    print(
        f"bench: {one.action.title:36} {one.product.median:8.1f} ms"
        f"  bare {one.bare.median:6.1f}  sql {one.sql.median:6.2f}"
        f"  policies {one.sql_with_policies.median:6.2f}  {len(one.statements)} statements",
        flush=True,
    )
