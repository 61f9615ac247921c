"""Chance that repeats itself: the same seed and the same day give the same demonstration."""

import random
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from app.days_off import PARIS

Item = TypeVar("Item")

SEED = 20261
FIRST_MINUTE, LAST_MINUTE = 8 * 60 + 20, 18 * 60 + 10


class Dice:
    """Draws of one kind of thing; two dice of different names do not disturb one another."""

    def __init__(self, name: str) -> None:
        self._random = random.Random(f"{SEED}:{name}")

    def chance(self, share: float) -> bool:
        """True so often (0 to 1)."""
        return self._random.random() < share

    def pick(self, items: Sequence[Item]) -> Item:
        """One of them."""
        return items[self._random.randrange(len(items))]

    def some(self, items: Sequence[Item], count: int) -> list[Item]:
        """So many different ones, or all of them."""
        return self._random.sample(list(items), min(count, len(items)))

    def weighted(self, weights: Mapping[Item, float]) -> Item:
        """One of the keys, each as often as its weight."""
        return self._random.choices(list(weights), list(weights.values()))[0]

    def between(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return self._random.randint(low, high)

    def shuffled(self, items: Sequence[Item]) -> list[Item]:
        """All of them in another order."""
        return self.some(items, len(items))

    def identifier(self, at: datetime) -> uuid.UUID:
        """A UUIDv7 of that instant, so that rows sort by time as real ones do."""
        value = (int(at.timestamp() * 1000) & (2**48 - 1)) << 80
        value |= 0x7 << 76 | self._random.getrandbits(12) << 64
        return uuid.UUID(int=value | 0b10 << 62 | self._random.getrandbits(62))

    def office_time(self, day: date) -> datetime:
        """An instant of that day at which people work, in UTC; a weekend gives way to Friday."""
        day -= timedelta(days=max(0, day.weekday() - 4))
        minutes = self.between(FIRST_MINUTE, LAST_MINUTE)
        wall = datetime.combine(day, time(minutes // 60, minutes % 60), ZoneInfo(PARIS))
        return (wall + timedelta(seconds=self.between(0, 59))).astimezone(UTC)

    def after(self, start: datetime, low_days: float, high_days: float) -> datetime:
        """An office time strictly after an instant, within so many days or a weekend more."""
        later = start + timedelta(days=self._random.uniform(low_days, high_days))
        found = self.office_time(later.astimezone(ZoneInfo(PARIS)).date())
        if found <= start:
            found = start + timedelta(minutes=self.between(20, 200))
        return found

    def instant(self, start: datetime, end: datetime) -> datetime:
        """An office time between two instants, else something in between."""
        span = max((end - start).total_seconds(), 2.0)
        drawn = start + timedelta(seconds=self._random.uniform(0, span))
        found = self.office_time(drawn.astimezone(ZoneInfo(PARIS)).date())
        return found if start < found < end else drawn
