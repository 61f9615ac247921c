"""Growth from one size to another: both sites run, each request of one is followed by the other's.

Two sizes measured one after the other are minutes apart, and the machine is never twice the same:
asked by turns, what slows one slows the other. The growth of each round is kept: how far they lie
apart is what is left of the noise. So is the growth of the processor time (web and database), which
what else runs changes little.
"""

import itertools
import statistics
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from bench.database.filling import Filled, superuser
from bench.measure.actions import Action, reading_actions, writing_actions
from bench.measure.browser import Answer, Browser, signed_in
from bench.measure.machine import load_average
from bench.measure.progress import say
from bench.measure.servers import PRODUCT_PORT, Site, running_site
from bench.measure.targets import find_targets
from bench.measure.timing import Times, ask_by_turns, ratio
from bench.measure.watching import counted

ROUNDS, SLICE, WARM_UPS = 7, 1.2, 12
#: A site takes two ports.
PORTS = (PRODUCT_PORT, PRODUCT_PORT + 2)


@dataclass
class Pair:
    """An action on a small database and on a large one; milliseconds, and the growth by round."""

    small: Times = field(default_factory=Times)
    large: Times = field(default_factory=Times)
    rounds: list[float] = field(default_factory=list)
    #: Processor seconds of the web and the database of each side.
    processor: list[float] = field(default_factory=lambda: [0.0, 0.0])

    def add(self, small: Times, large: Times) -> None:
        """One round of each."""
        self.small.add(small)
        self.large.add(large)
        self.rounds.append(ratio(large.median, small.median))

    @property
    def growth(self) -> float:
        """The middle of the rounds."""
        return statistics.median(self.rounds)

    def as_json(self) -> dict[str, Any]:
        """For a file."""
        return {
            "growth": round(self.growth, 3),
            "processor_growth": round(ratio(self.processor[1], self.processor[0]), 3),
            "rounds": [round(one, 3) for one in sorted(self.rounds)],
            "small": self.small.as_json(),
            "large": self.large.as_json(),
        }


@dataclass(frozen=True)
class Side:
    """A member signed in on one of the two sites, and what they ask there."""

    site: Site
    browser: Browser
    actions: dict[str, Action]

    def asker(self, key: str) -> Callable[[], Answer]:
        """Asks this action, each time with the next number."""
        ask, numbers = self.actions[key].ask, itertools.count()
        return lambda: ask(self.browser, next(numbers))


def measure_growth(small: Filled, large: Filled, keys: list[str]) -> dict[str, Any]:
    """The growth of these actions, by turns."""
    with ExitStack() as stack:
        sides = []
        for filled, port in zip((small, large), PORTS, strict=True):
            sides.append(_side(stack.enter_context(running_site(filled, port))))
        found = {key: _measure(key, *sides) for key in keys}
    return {
        "from": small.cases,
        "to": large.cases,
        "load_average": load_average(),
        "actions": {key: pair.as_json() for key, pair in found.items()},
    }


def _side(site: Site) -> Side:
    with superuser(site.filled) as connection:
        targets = find_targets(connection)
    actions = {one.key: one for one in (*reading_actions(targets), *writing_actions(targets))}
    return Side(site, signed_in(site.port, targets.adviser["email"]), actions)


def _measure(key: str, small: Side, large: Side) -> Pair:
    found, asks = Pair(), (small.asker(key), large.asker(key))
    for ask in asks:
        for _ in range(WARM_UPS):
            ask()
    with ExitStack() as stack:
        used = [
            [stack.enter_context(counted(group)) for group in (side.site.web, side.site.database)]
            for side in (small, large)
        ]
        for _ in range(ROUNDS):
            found.add(*ask_by_turns(SLICE, *asks))
    found.processor = [sum(group[0] for group in side) for side in used]
    low, high = min(found.rounds), max(found.rounds)
    say(f"growth of {key:12} {found.growth:.2f} (rounds from {low:.2f} to {high:.2f})")
    return found
