"""Start a process again when it dies; give up when it cannot even start."""

import shlex
import signal
import subprocess
import sys
import time
from types import FrameType

#: A process that lives less than this has not started.
START_SECONDS = 5.0
MOST_FAILED_STARTS = 10
PAUSE_SECONDS = 1.0


class Keeper:
    """Keeps one command alive until it is told to stop.

    The signal goes to the whole process group, so the command receives it as well: nothing is
    forwarded, for some programs take a second signal for impatience.
    """

    def __init__(self, command: list[str]) -> None:
        self.command = command
        self.is_stopping = False
        self.failed_starts = 0

    def run(self) -> int:
        """Exit code: 0 when told to stop, that of the command when it cannot start."""
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._stop)
        while True:
            code = self._live_once()
            if self.is_stopping:
                return 0
            if self.failed_starts >= MOST_FAILED_STARTS:
                return code or 1
            print(f"{shlex.join(self.command)} ended ({code}): started again", flush=True)
            time.sleep(PAUSE_SECONDS)

    def _live_once(self) -> int:
        began = time.monotonic()
        code = subprocess.Popen(self.command).wait()
        has_started = time.monotonic() - began >= START_SECONDS
        self.failed_starts = 0 if has_started else self.failed_starts + 1
        return code

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.is_stopping = True


def keep(arguments: list[str]) -> int:
    """``keep COMMAND…``: run it, again and again."""
    if not arguments:
        print("keep: which command?", file=sys.stderr)
        return 2
    return Keeper(arguments).run()
