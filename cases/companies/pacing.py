"""Good manners towards a public service: a pace shared by all threads, answers kept a while."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Protocol

Clock = Callable[[], float]


class AnswerCache(Protocol):
    """Where answers are kept; several machines may share one by giving their own."""

    def get(self, key: str) -> Any | None:
        """The value kept under a key, None when there is none or it is too old."""

    def set(self, key: str, value: Any, ttl_seconds: float) -> None:
        """Keep a value for so many seconds."""


class MemoryCache:
    """Answers kept in the process: at most ``size`` of them, the oldest leave first."""

    def __init__(self, size: int = 500, clock: Clock = time.monotonic) -> None:
        self._size, self._clock = size, clock
        self._kept: OrderedDict[str, tuple[float, Any]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> Any | None:
        """The value kept under a key, None when there is none or it is too old."""
        with self._lock:
            until, value = self._kept.get(key, (0.0, None))
            return value if until > self._clock() else None

    def set(self, key: str, value: Any, ttl_seconds: float) -> None:
        """Keep a value for so many seconds."""
        with self._lock:
            self._kept[key] = (self._clock() + ttl_seconds, value)
            self._kept.move_to_end(key)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)


class Pace:
    """At most ``per_second`` departures a second, evenly spaced, whatever the threads."""

    def __init__(self, per_second: float, clock: Clock = time.monotonic) -> None:
        self._interval, self._clock = 1 / per_second, clock
        self._next = 0.0
        self._lock = threading.Lock()

    def book(self, longest_wait: float) -> float | None:
        """Seconds to wait before leaving, or None (nothing booked) when it would be too long."""
        with self._lock:
            present = self._clock()
            departure = max(present, self._next)
            if departure - present > longest_wait:
                return None
            self._next = departure + self._interval
            return departure - present

    def hold(self, seconds: float) -> None:
        """Nobody leaves for so many seconds: the service asked for it."""
        with self._lock:
            self._next = max(self._next, self._clock() + seconds)
