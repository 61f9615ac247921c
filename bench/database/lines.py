"""Values as ``COPY … FROM STDIN`` reads them: text, tab between columns, ``\\N`` for nothing.

Instants are whole seconds since 1970, in UTC, until they are written.
"""

import random
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache

NULL = r"\N"
TRUE, FALSE = "t", "f"
DAY = 86_400
#: Hours, in UTC, between which people work.
FIRST_HOUR, LAST_HOUR = 7, 17


def escaped(text: str) -> str:
    """Any text as one column."""
    text = text.replace("\\", "\\\\").replace("\t", "\\t")
    return text.replace("\n", "\\n").replace("\r", "\\r")


def array(items: Iterable[str]) -> str:
    """An array of plain words: no quote, no backslash, no comma inside."""
    return "{" + ",".join(items) + "}"


def quoted_array(items: Iterable[str]) -> str:
    """An array whose words may hold spaces."""
    return "{" + ",".join(f'"{one}"' for one in items) + "}"


@lru_cache(maxsize=8192)
def day_text(day: int) -> str:
    """ISO date of a day counted from 1970."""
    return datetime.fromtimestamp(day * DAY, UTC).date().isoformat()


def instant(seconds: int) -> str:
    """An instant with its zone."""
    day, rest = divmod(seconds, DAY)
    return f"{day_text(day)} {rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}+00"


class Draw(random.Random):
    """Draws of the bench: the same seed gives the same database."""

    def identifier(self, seconds: int) -> str:
        """A UUIDv7 of that second: rows sort by time, as real ones do."""
        moment = f"{seconds * 1000 + self.getrandbits(10) % 1000:012x}"
        tail = f"{self.getrandbits(74):019x}"
        variant = "89ab"[int(tail[3], 16) & 3]
        return f"{moment[:8]}-{moment[8:]}-7{tail[:3]}-{variant}{tail[4:7]}-{tail[7:]}"

    def working_time(self, seconds: int) -> int:
        """An instant of that day at which people work."""
        span = (LAST_HOUR - FIRST_HOUR) * 3600
        return seconds // DAY * DAY + FIRST_HOUR * 3600 + int(self.random() * span)

    def between(self, start: int, end: int) -> int:
        """A working instant between two others, or something in between."""
        if end <= start + 1:
            return start + 1
        drawn = start + 1 + int(self.random() * (end - start - 1))
        found = self.working_time(drawn)
        return found if start < found < end else drawn
