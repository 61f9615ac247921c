"""The clock: what time it is, and how promises are counted on working time (domain §7).

A promise in hours runs 24 hours on each working day and none on a day off; one in working days ends
at closing time of the last day, the day of its start not being counted; one begun on a day off
begins at opening of the next working day. Everything is counted on the wall clock of the unit:
a change of summer time neither adds nor takes an hour.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.days_off import MAINLAND, PARIS, Territory, is_public_holiday, zone_of

Opening = tuple[time, time]
OpeningHours = Mapping[int, tuple[Opening, ...]]

ONE_DAY = timedelta(days=1)
#: Monday to Friday, 9:00–17:00: for a unit that has not said its hours.
OFFICE_HOURS: OpeningHours = {weekday: ((time(9), time(17)),) for weekday in range(5)}


def now() -> datetime:
    """The present instant, aware, in UTC. SQL ``now()`` stands still in a transaction."""
    return datetime.now(UTC)


def today(zone: str = PARIS) -> date:
    """The present date in a time zone (IANA name)."""
    return now().astimezone(ZoneInfo(zone)).date()


@dataclass(frozen=True)
class WorkingCalendar:
    """Working days of a unit: its zone, its territory's holidays, its opening hours by weekday.

    ``hours`` maps a weekday (0 is Monday) to its periods; a weekday without period is a day off.
    Raises ValueError when no weekday is open.
    """

    zone: str = PARIS
    territory: Territory = MAINLAND
    hours: OpeningHours = field(default_factory=lambda: OFFICE_HOURS)

    def __post_init__(self) -> None:
        if not any(self.hours.get(weekday) for weekday in range(7)):
            raise ValueError("a working calendar needs one open weekday")

    def is_working_day(self, day: date) -> bool:
        """Open that weekday, and not a public holiday."""
        return bool(self.hours.get(day.weekday())) and not is_public_holiday(day, self.territory)

    def next_working_day(self, day: date) -> date:
        """The first working day strictly after a day."""
        day += ONE_DAY
        while not self.is_working_day(day):
            day += ONE_DAY
        return day

    def opening(self, day: date) -> datetime:
        """Wall-clock instant (naive) at which a working day opens."""
        return datetime.combine(day, min(period[0] for period in self.hours[day.weekday()]))

    def closing(self, day: date) -> datetime:
        """Wall-clock instant (naive) at which a working day closes."""
        return datetime.combine(day, max(period[1] for period in self.hours[day.weekday()]))

    def is_open_at(self, instant: datetime) -> bool:
        """Is the unit open at this instant (aware)?"""
        wall = self.wall_clock(instant)
        periods = self.hours.get(wall.weekday(), ()) if self.is_working_day(wall.date()) else ()
        return any(opens <= wall.time() < closes for opens, closes in periods)

    def wall_clock(self, instant: datetime) -> datetime:
        """An aware instant as the naive time of the unit's wall. Raises ValueError if naive."""
        if instant.tzinfo is None:
            raise ValueError("an instant needs its time zone")
        return instant.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)

    def instant(self, wall: datetime) -> datetime:
        """A naive time of the unit's wall as an aware instant in UTC."""
        return wall.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC)


def calendar_of(
    department: str | None,
    periods: Iterable[tuple[int, time, time]] = (),
    has_good_friday: bool = True,
) -> WorkingCalendar:
    """Calendar of a unit: its département and its (weekday, opens, closes) rows, maybe none."""
    hours: dict[int, tuple[Opening, ...]] = {}
    for weekday, opens, closes in periods:
        hours[weekday] = (*hours.get(weekday, ()), (opens, closes))
    territory = Territory(department or MAINLAND.department, has_good_friday)
    return WorkingCalendar(zone_of(department), territory, hours or OFFICE_HOURS)


def begin(start: datetime, calendar: WorkingCalendar) -> datetime:
    """When a promise begins: at once, or at opening of the next working day. Aware, UTC."""
    return calendar.instant(_begin(start, calendar))


def add_working_hours(start: datetime, hours: float, calendar: WorkingCalendar) -> datetime:
    """Due instant (UTC) of a promise of so many hours, 24 of them in each working day."""
    wall, left = _begin(start, calendar), timedelta(hours=hours)
    while left >= (today_left := _next_midnight(wall) - wall):
        left -= today_left
        wall = datetime.combine(calendar.next_working_day(wall.date()), time.min)
    return calendar.instant(wall + left)


def add_working_days(start: datetime, days: int, calendar: WorkingCalendar) -> datetime:
    """Due instant (UTC) of a promise of so many working days: closing time of the last one."""
    day = _begin(start, calendar).date()
    for _ in range(days):
        day = calendar.next_working_day(day)
    return calendar.instant(calendar.closing(day))


def working_hours_between(start: datetime, end: datetime, calendar: WorkingCalendar) -> float:
    """Working hours from ``start`` to ``end``, 24 in each working day; negative when it is past."""
    if end < start:
        return -working_hours_between(end, start, calendar)
    wall, last, total = calendar.wall_clock(start), calendar.wall_clock(end), timedelta()
    while wall < last:
        stop = min(_next_midnight(wall), last)
        total += stop - wall if calendar.is_working_day(wall.date()) else timedelta()
        wall = stop
    return total / timedelta(hours=1)


def _begin(start: datetime, calendar: WorkingCalendar) -> datetime:
    wall = calendar.wall_clock(start)
    if calendar.is_working_day(wall.date()):
        return wall
    return calendar.opening(calendar.next_working_day(wall.date()))


def _next_midnight(wall: datetime) -> datetime:
    return datetime.combine(wall.date() + ONE_DAY, time.min)
