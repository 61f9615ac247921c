"""Times, and what is said of them. No clock of the product, no database."""

import math
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

#: A slice asks at least so often, however slow the page.
LEAST_SAMPLES = 3


@dataclass
class Times:
    """Milliseconds of one kind of request, and the seconds during which they were asked."""

    samples: list[float] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, other: "Times") -> None:
        """Gather what another round measured."""
        self.samples += other.samples
        self.seconds += other.seconds

    @property
    def count(self) -> int:
        """How many requests."""
        return len(self.samples)

    @property
    def median(self) -> float:
        """The middle one."""
        return statistics.median(self.samples) if self.samples else math.nan

    @property
    def p95(self) -> float:
        """Nineteen in twenty take at most this."""
        return percentile(self.samples, 95)

    @property
    def per_second(self) -> float:
        """Requests answered a second."""
        return self.count / self.seconds if self.seconds else math.nan

    def as_json(self) -> dict[str, float]:
        """Rounded, for a file."""
        return {
            "median_ms": round(self.median, 2),
            "p95_ms": round(self.p95, 2),
            "per_second": round(self.per_second, 1),
            "count": self.count,
        }


def percentile(samples: Sequence[float], rank: float) -> float:
    """The value below which ``rank`` % of the samples are (nearest rank); NaN for none.

    >>> percentile([1, 2, 3, 4], 50)
    2
    """
    if not samples:
        return math.nan
    ordered = sorted(samples)
    return ordered[max(0, math.ceil(rank / 100 * len(ordered)) - 1)]


def ratio(one: float, other: float) -> float:
    """How many times ``other`` goes into ``one``; NaN when nothing was measured."""
    return one / other if other and not math.isnan(one) and not math.isnan(other) else math.nan


def ask_for(
    seconds: float, ask: Callable[[], object], most: int = 10_000, least: int = LEAST_SAMPLES
) -> Times:
    """Ask again and again for so long, one at a time."""
    found, began = Times(), time.perf_counter()
    while found.count < most:
        start = time.perf_counter()
        ask()
        now = time.perf_counter()
        found.samples.append((now - start) * 1000)
        if now - began >= seconds and found.count >= least:
            break
    found.seconds = time.perf_counter() - began
    return found


def ask_by_turns(
    seconds: float, one: Callable[[], object], other: Callable[[], object]
) -> tuple[Times, Times]:
    """Ask one, then the other, again and again: what slows the machine slows both."""
    found, began, turn = (Times(), Times()), time.perf_counter(), 0
    while time.perf_counter() - began < seconds or turn < LEAST_SAMPLES:
        for place, ask in ((0, one), (1, other)) if turn % 2 else ((1, other), (0, one)):
            start = time.perf_counter()
            ask()
            found[place].samples.append((time.perf_counter() - start) * 1000)
        turn += 1
    for times in found:
        times.seconds = sum(times.samples) / 1000
    return found


def ask_together(seconds: float, asks: Sequence[Callable[[], object]], most: int = 10_000) -> Times:
    """The same by several clients at a time; the first failure is raised."""
    parts: list[Times] = []
    failures: list[BaseException] = []

    def work(ask: Callable[[], object]) -> None:
        try:
            parts.append(ask_for(seconds, ask, max(1, most // len(asks)), least=1))
        except BaseException as failure:
            failures.append(failure)

    began = time.perf_counter()
    threads = [threading.Thread(target=work, args=[ask]) for ask in asks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    found = Times(seconds=time.perf_counter() - began)
    for part in parts:
        found.samples += part.samples
    return found
