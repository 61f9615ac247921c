"""Long-lived commands end when they are told to, after what they are doing."""

import signal
from threading import Event
from typing import Any


def stop_event() -> Event:
    """An event that is set by SIGTERM and SIGINT."""
    stop = Event()

    def tell(_number: int, _frame: Any) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, tell)
    return stop
