"""Where a run is: printed with the time since it began."""

import time

_BEGAN = time.monotonic()


def say(text: str) -> None:
    """One line, at once, with minutes and seconds."""
    minutes, seconds = divmod(int(time.monotonic() - _BEGAN), 60)
    print(f"bench: {minutes:2}:{seconds:02}  {text}", flush=True)
