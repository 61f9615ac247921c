"""Opening hours of a unit: is it open now, when does it open next, its week in words. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from itertools import pairwise

from app.clock import WorkingCalendar, calendar_of
from app.days_off import department_of
from partners.organisations.errors import HoursUnreadable
from partners.organisations.models import OpeningPeriod, Unit

WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
LONGEST_CLOSURE_DAYS = 15
HOUR = r"(\d{1,2})\s*(?:h|:|heures?)?\s*(\d{2})?"
PERIOD = re.compile(rf"^(?:de\s+)?{HOUR}\s*(?:-|–|à|a)\s*{HOUR}$")
BETWEEN = re.compile(r"\s*(?:,|;|/|\bet\b|\bpuis\b)\s*")


@dataclass(frozen=True)
class DayHours:
    """One weekday of the table of hours: its French name, its periods in words."""

    weekday: int
    name: str
    hours: str

    @property
    def is_closed(self) -> bool:
        """Not open that weekday."""
        return not self.hours


def calendar_of_unit(unit: Unit) -> WorkingCalendar:
    """The unit's working calendar: its hours, its zone, the holidays of its département.

    ``unit.opening_periods`` must be loaded; without any, office hours are counted.
    """
    department = department_of(unit.commune_code) if unit.commune_code else None
    periods = [(p.weekday, p.opens_at, p.closes_at) for p in unit.opening_periods]
    return replace(calendar_of(department, periods), zone=unit.zone)


def is_open_at(unit: Unit, instant: datetime) -> bool:
    """Is the unit open at this instant (aware)? False for a unit that is closed for good."""
    return unit.is_active and calendar_of_unit(unit).is_open_at(instant)


def next_opening(unit: Unit, instant: datetime) -> datetime | None:
    """The next instant (UTC) at which the unit opens; None when it is open, or not within 15 days.

    Public holidays of its département are passed over.
    """
    calendar = calendar_of_unit(unit)
    if not unit.is_active or calendar.is_open_at(instant):
        return None
    wall = calendar.wall_clock(instant)
    for ahead in range(LONGEST_CLOSURE_DAYS):
        day = wall.date() + timedelta(days=ahead)
        periods = calendar.hours.get(day.weekday(), ()) if calendar.is_working_day(day) else ()
        for opens, _ in sorted(periods):
            if (start := datetime.combine(day, opens)) > wall:
                return calendar.instant(start)
    return None


def week_of(periods: Iterable[OpeningPeriod]) -> list[DayHours]:
    """The seven days of the table of hours, Monday first."""
    by_day: dict[int, list[tuple[time, time]]] = {weekday: [] for weekday in range(7)}
    for period in periods:
        by_day[period.weekday].append((period.opens_at, period.closes_at))
    return [DayHours(day, WEEKDAYS[day], hours_in_words(by_day[day])) for day in range(7)]


def week_in_words(periods: Iterable[OpeningPeriod]) -> str:
    """« lundi à jeudi 9 h – 17 h ; vendredi 9 h – 12 h »: days alike are told once."""
    spans: list[list[DayHours]] = []
    for day in week_of(periods):
        if spans and spans[-1][-1].hours == day.hours:
            spans[-1].append(day)
        else:
            spans.append([day])
    return " ; ".join(f"{_span(span)} {span[0].hours}" for span in spans if span[0].hours)


def _span(days: list[DayHours]) -> str:
    first, last = days[0].name, days[-1].name
    return first if first == last else f"{first} à {last}"


def hours_in_words(periods: Iterable[tuple[time, time]]) -> str:
    """« 9 h – 12 h, 13 h 30 – 17 h »; empty when closed."""
    return ", ".join(f"{_spell(opens)} – {_spell(closes)}" for opens, closes in sorted(periods))


def _spell(moment: time) -> str:
    minutes = f"\u00a0{moment.minute:02d}" if moment.minute else ""
    return f"{moment.hour}\u00a0h{minutes}"


def read_hours(text: str) -> list[tuple[time, time]]:
    """Periods of one day as typed: « 9h-12h, 13h30-17h », « 8:00 à 17:00 »; empty for closed.

    Raises ``HoursUnreadable`` with a French sentence: unknown form, end before start, overlap.
    """
    cleaned = text.replace("\u00a0", " ").strip().lower()
    if cleaned in ("", "fermé", "ferme", "-"):
        return []
    periods = sorted(_read_period(part) for part in BETWEEN.split(cleaned) if part)
    for (_, closes), (opens, _) in pairwise(periods):
        if opens < closes:
            raise HoursUnreadable("Deux plages de ce jour se chevauchent.")
    return periods


def _read_period(text: str) -> tuple[time, time]:
    found = PERIOD.match(text)
    if found is None:
        raise HoursUnreadable()
    numbers = [int(part or 0) for part in found.groups()]
    try:
        opens, closes = time(numbers[0], numbers[1]), time(numbers[2], numbers[3])
    except ValueError as error:
        raise HoursUnreadable(
            "Cette heure n’existe pas. Écrivez par exemple 9 h - 17 h."
        ) from error
    if closes <= opens:
        raise HoursUnreadable("La fermeture doit venir après l’ouverture.")
    return opens, closes
