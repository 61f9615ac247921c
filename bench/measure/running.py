"""One size measured: every action by turns of the product, the bare page and the database."""

import itertools
import math
import time
from collections import Counter, defaultdict
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
from bench.measure.counting import InProcess, Sent, collected_statements
from bench.measure.day import spend_a_day
from bench.measure.documents import measure_export, measure_printing
from bench.measure.machine import calibrate
from bench.measure.policies import Cost, cost_of_policies
from bench.measure.progress import say
from bench.measure.rows import rows_shown
from bench.measure.servers import Site, running_site
from bench.measure.statements import READS, WRITES
from bench.measure.targets import Targets, find_targets
from bench.measure.timing import Times, ask_for, ask_together
from bench.measure.watching import counted

ROUNDS = 3
CLIENTS = 8
#: Seconds of a slice: the product, then the bare page, then the database; what warms both workers.
PRODUCT_SLICE, BARE_SLICE, SQL_SLICE, WARM_UP_SLICE = 1.2, 0.5, 0.3, 0.3
WARM_UPS, SQL_WARM_UPS = 6, 2
#: Written once only: its statements cannot be sent a second time.
SENT_ONCE = "send"


@dataclass
class Measure:
    """What one action cost, everywhere it was asked."""

    action: Action
    statements: list[Sent] = field(default_factory=list)
    product: Times = field(default_factory=Times)
    product_together: Times = field(default_factory=Times)
    bare: Times = field(default_factory=Times)
    bare_together: Times = field(default_factory=Times)
    bare_without_journal: Times = field(default_factory=Times)
    sql: Times = field(default_factory=Times)
    policies: Cost | None = None
    #: Processor seconds of the web, of the database and of the bare page, one client then eight.
    processor: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    size: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=itertools.count)
    bare_numbers: Iterator[int] = field(default_factory=itertools.count)

    def as_json(self) -> dict[str, Any]:
        """Everything, rounded; processor in milliseconds a request."""
        repeated = {text: n for text, n in Counter(s.short for s in self.statements).items()}
        times = {
            "product": self.product,
            "product_8_clients": self.product_together,
            "bare": self.bare,
            "bare_8_clients": self.bare_together,
            "bare_without_journal": self.bare_without_journal,
            "sql": self.sql,
        }
        return {
            "title": self.action.title,
            "statements": len(self.statements),
            "repeated_statements": {text: n for text, n in repeated.items() if n > 1},
            "bytes": self.size,
            "rows": self.rows,
            "web_cpu_ms": self._each("web", self.product),
            "database_cpu_ms": self._each("database", self.product),
            "web_cpu_8_clients_ms": self._each("web together", self.product_together),
            "database_cpu_8_clients_ms": self._each("database together", self.product_together),
            "bare_cpu_ms": self._each("bare", self.bare),
            "bare_database_cpu_ms": self._each("bare database", self.bare),
            **{name: found.as_json() for name, found in times.items() if found.count},
            **({"policies": self.policies.as_json()} if self.policies else {}),
        }

    def _each(self, what: str, times: Times) -> float:
        return round(self.processor[what] * 1000 / times.count, 2) if times.count else math.nan


def measure_size(filled: Filled, with_day: bool) -> dict[str, Any]:
    """All actions on this database; then, or not, a day of use."""
    with superuser(filled) as connection:
        targets = find_targets(connection)
    with running_site(filled) as site:
        return Run(site, targets).measure(with_day)


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
        self.dsn = {
            login: site.filled.info.dsn(login, DATABASE) for login in (SUPERUSER, "relais_web")
        }
        self.calibrations: list[dict[str, Any]] = []

    def measure(self, with_day: bool) -> dict[str, Any]:
        """Pages, then what writes, then the file, the document, and the day."""
        for who in ("adviser", "observer"):
            self._sign_in(who)
        memory = {"before": self.site.web.memory()}
        self._calibrate("before")
        actions = self._measure_all()
        self._calibrate("after the actions")
        export = measure_export(self.site, self.app, self._sign_in("exporter"))
        printing = measure_printing(self.site, self.browsers["adviser"], self.targets)
        memory["after"] = self.site.web.memory()
        day: dict[str, Any] = {}
        if with_day:
            day = spend_a_day(self.site, self.app, self.targets, self._sign_in("adviser"))
            memory["after_day"] = self.site.web.memory()
            self._calibrate("after the day")
        return {
            "cases": self.site.filled.cases,
            "measured_seat_reads": self.targets.readable,
            "machine": self.calibrations,
            "actions": actions,
            "export": export,
            "print": printing,
            "day": day,
            "memory": memory,
        }

    def _sign_in(self, who: str) -> Browser:
        """Lately enough for the files, which ask for the password again after a while."""
        self.browsers[who] = signed_in(self.site.port, self.members[who]["email"])
        return self.browsers[who]

    def _calibrate(self, when: str) -> None:
        self.calibrations.append(calibrate(self.dsn[SUPERUSER], when))

    def _measure_all(self) -> dict[str, dict[str, Any]]:
        actions = [*reading_actions(self.targets), *writing_actions(self.targets)]
        found = {}
        for number, action in enumerate(actions, 1):
            one = self._measure(action)
            found[action.key] = one.as_json()
            _tell(f"{self.site.filled.cases} cases {number:2}/{len(actions)}", one)
        return found

    # --- one action -----------------------------------------------------------------------------

    def _measure(self, action: Action) -> Measure:
        found = Measure(action)
        browser = self.browsers[action.who]
        plain = browser.twin(self.site.bare_port)
        found.statements = self._statements(found, browser)
        self._warm_up(action, found, browser, plain)
        for _ in range(ROUNDS):
            self._round(action, found, browser, plain)
        if action.key != SENT_ONCE:
            found.policies = cost_of_policies(
                found.statements, self.dsn["relais_web"], self.dsn[SUPERUSER]
            )
        return found

    def _statements(self, measure: Measure, browser: Browser) -> list[Sent]:
        """Asked twice: the first time fills what a process keeps (labels of the reference)."""
        asks, ask = InProcess(self.app, browser), measure.action.ask
        ask(asks, next(measure.numbers))
        with collected_statements(self.app) as found:
            ask(asks, next(measure.numbers))
        return list(found)

    def _warm_up(self, action: Action, found: Measure, browser: Browser, plain: Browser) -> None:
        """Both workers, so that what they keep is kept; what both pages show is compared."""
        for _ in range(WARM_UPS if action.is_reading else 2):
            page = action.ask(browser, next(found.numbers)).body
            bare = action.bare(plain, next(found.bare_numbers)).body
        found.size = len(page)
        if action.shows:
            found.rows = rows_shown(page.decode(), bare.decode(), action.shows)
        if action.is_reading:
            for one, ask, numbers in (
                (browser, action.ask, found.numbers),
                (plain, action.bare, found.bare_numbers),
            ):
                ask_together(WARM_UP_SLICE, self._twins(one, ask, numbers))

    def _twins(
        self, browser: Browser, ask: Callable[[Browser, int], Answer], numbers: Iterator[int]
    ) -> list[Callable[[], Answer]]:
        """Eight clients of the same session."""

        def client(one: Browser) -> Callable[[], Answer]:
            return lambda: ask(one, next(numbers))

        return [client(browser.twin()) for _ in range(CLIENTS)]

    def _round(self, action: Action, found: Measure, browser: Browser, plain: Browser) -> None:
        most = action.most // ROUNDS
        with self._counted(found, "web", "database"):
            times = ask_for(PRODUCT_SLICE, lambda: action.ask(browser, next(found.numbers)), most)
            found.product.add(times)
        with self._counted(found, "bare", "bare database"):
            times = ask_for(BARE_SLICE, lambda: action.bare(plain, next(found.bare_numbers)), most)
            found.bare.add(times)
        if lighter := action.bare_without_journal:
            times = ask_for(BARE_SLICE, lambda: lighter(plain, next(found.bare_numbers)), most)
            found.bare_without_journal.add(times)
        found.sql.add(self._bare_sql(action, found.bare_numbers, most))
        with self._counted(found, "web together", "database together"):
            twins = self._twins(browser, action.ask, found.numbers)
            found.product_together.add(ask_together(PRODUCT_SLICE, twins, most))
        twins = self._twins(plain, action.bare, found.bare_numbers)
        found.bare_together.add(ask_together(BARE_SLICE, twins, most))

    @contextmanager
    def _counted(self, found: Measure, program: str, database: str) -> Iterator[None]:
        """Processor seconds meanwhile, added under these names."""
        group = self.site.bare if program == "bare" else self.site.web
        with counted(group) as own, counted(self.site.database) as other:
            yield
        found.processor[program] += own[0]
        found.processor[database] += other[0]

    def _bare_sql(self, action: Action, numbers: Iterator[int], most: int) -> Times:
        """Only the statements are timed, and the commit of those that write.

        A connection is new: what it plans and reads for the first time is left out.
        """
        member = self.members[action.who]
        found, began, warming = Times(), time.perf_counter(), SQL_WARM_UPS
        with psycopg.connect(self.dsn[SUPERUSER]) as connection:
            while warming or time.perf_counter() - began < SQL_SLICE or found.count < 3:
                values = {**member, **action.values(next(numbers))}
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


def _tell(where: str, one: Measure) -> None:
    cost = f"{one.policies.times:.2f}" if one.policies else "-"
    say(
        f"{where}  {one.action.title:33} {one.product.median:7.1f} ms"
        f"  bare {one.bare.median:6.1f}  policies {cost}  {len(one.statements)} statements"
    )
