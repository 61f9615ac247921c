"""What a group of processes used while something was done."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from bench.measure.servers import Group

POLL_SECONDS = 0.01


@contextmanager
def counted(group: Group) -> Iterator[list[float]]:
    """Processor seconds of a group meanwhile, as the only item of a list."""
    found, before = [0.0], group.cpu_seconds()
    yield found
    found[0] = group.cpu_seconds() - before


@contextmanager
def peak_memory(group: Group) -> Iterator[list[float]]:
    """The most that the workers of a group grew meanwhile, in MB."""
    found, before, done = [0.0], group.resident_mb(), threading.Event()

    def watch() -> None:
        while not done.is_set():
            found[0] = round(max(found[0], group.resident_mb() - before), 1)
            done.wait(POLL_SECONDS)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield found
    finally:
        done.set()
        thread.join()
