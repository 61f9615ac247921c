"""Jinja filters: dates, times, amounts, numbers as they are read in French.

Instants are aware UTC datetimes and are shown at the time of Paris; amounts are whole cents.
No-break spaces keep a figure and its unit on one line.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_timedelta
from babel.numbers import format_decimal

from app.folding import fold

PARIS = ZoneInfo("Europe/Paris")
LOCALE = "fr"
NBSP = "\u00a0"
NNBSP = "\u202f"
LAST_MINUTE = f"23{NBSP}h{NBSP}59"
NEAR_DAYS = {-1: "hier", 0: "aujourd’hui", 1: "demain"}


def _day(value: date | datetime) -> date:
    return value.astimezone(PARIS).date() if isinstance(value, datetime) else value


@lru_cache(maxsize=4096)
def _written(day: date, pattern: str) -> str:
    return format_date(day, pattern, locale=LOCALE)


def _spell(day: date, pattern: str) -> str:
    text = _written(day, pattern)
    return text.replace("1 ", "1er ", 1) if day.day == 1 else text


def date_long(value: date | datetime | None) -> str:
    """« jeudi 26 novembre 2026 »; empty for ``None``."""
    if value is None:
        return ""
    day = _day(value)
    return f"{_written(day, 'EEEE')} {_spell(day, 'd MMMM y')}"


def date_medium(value: date | datetime | None) -> str:
    """« 26 novembre 2026 »; empty for ``None``."""
    return "" if value is None else _spell(_day(value), "d MMMM y")


def date_short(value: date | datetime | None) -> str:
    """« 26/11/2026 »; empty for ``None``."""
    return "" if value is None else _day(value).strftime("%d/%m/%Y")


def time_short(value: datetime | None) -> str:
    """« 14 h » or « 14 h 05 », at the time of Paris; empty for ``None``."""
    if value is None:
        return ""
    local = value.astimezone(PARIS)
    minutes = f"{NBSP}{local.minute:02d}" if local.minute else ""
    return f"{local.hour}{NBSP}h{minutes}"


def datetime_long(value: datetime | None) -> str:
    """« jeudi 26 novembre 2026 à 14 h 05 »; empty for ``None``."""
    return "" if value is None else _long(value)


@lru_cache(maxsize=4096)
def _long(value: datetime) -> str:
    return f"{date_long(value)} à{NBSP}{time_short(value)}"


def datetime_short(value: datetime | None) -> str:
    """« 26/11/2026 à 14 h 05 »; empty for ``None``."""
    return "" if value is None else f"{date_short(value)} à{NBSP}{time_short(value)}"


def datetime_near(value: datetime | None) -> str:
    """« aujourd’hui à 14 h », « demain à 9 h », « jeudi à 14 h » within six days of today.

    Further away the day is written with its month, and with its year when it is another one. The
    last minute of a day stands for the day: no hour is said.
    """
    if value is None:
        return ""
    from app.clock import now

    return _near(value, _day(now()))


@lru_cache(maxsize=4096)
def _near(value: datetime, today: date) -> str:
    day, hour = _near_day(_day(value), today), time_short(value)
    return day if hour == LAST_MINUTE else f"{day} à{NBSP}{hour}"


def _near_day(day: date, today: date) -> str:
    distance = (day - today).days
    if distance in NEAR_DAYS:
        return NEAR_DAYS[distance]
    if 1 < distance < 7:
        return _written(day, "EEEE")
    pattern = "d MMMM" if day.year == today.year else "d MMMM y"
    return f"{_written(day, 'EEEE')} {_spell(day, pattern)}"


def ago(value: datetime | None) -> str:
    """« il y a 3 minutes », « dans 2 jours »; empty for ``None``."""
    if value is None:
        return ""
    from app.clock import now

    return _from_now(_told_length(value - now()))


def _told_length(length: timedelta) -> timedelta:
    """As exact as what is said of it: to the second within an hour, to the minute within a day."""
    hours = abs(length) / timedelta(hours=1)
    unit = timedelta(seconds=1 if hours < 1 else 60 if hours < 24 else 3600)
    return round(length / unit) * unit


@lru_cache(maxsize=4096)
def _from_now(length: timedelta) -> str:
    return format_timedelta(length, add_direction=True, locale=LOCALE)


def iso(value: date | datetime | None) -> str:
    """Machine form for the ``datetime`` attribute of ``<time>``; empty for ``None``."""
    return "" if value is None else value.isoformat()


def number(value: int | float | None) -> str:
    """« 12 500 », with a no-break space between thousands; empty for ``None``."""
    if value is None:
        return ""
    return format_decimal(value, locale=LOCALE).replace(NNBSP, NBSP)


def euros(cents: int | None) -> str:
    """« 1 500,00 € » from whole cents, with no-break spaces; empty for ``None``."""
    if cents is None:
        return ""
    sign = "-" if cents < 0 else ""
    whole, rest = divmod(abs(cents), 100)
    return f"{sign}{number(whole)},{rest:02d}{NBSP}€"


def siren(digits: str | None) -> str:
    """« 732 829 320 » or « 732 829 320 00074 » from the bare digits; empty for ``None``.

    A line may end before the establishment's own digits, nowhere else.
    """
    if not digits:
        return ""
    unit = NBSP.join(group for group in (digits[0:3], digits[3:6], digits[6:9]) if group)
    return f"{unit} {digits[9:]}" if digits[9:] else unit


def phone(text: str | None) -> str:
    """« 05 56 00 00 00 » from ten digits; other forms are shown as they were typed."""
    if not text:
        return ""
    digits = text.replace(" ", "").replace(".", "").replace("+33", "0")
    if len(digits) != 10 or not digits.isdigit():
        return text
    return NBSP.join(digits[i : i + 2] for i in range(0, 10, 2))


def masked_email(address: str) -> str:
    """« c…t@exemple.fr » from « contact@exemple.fr »: enough to recognise, not to copy."""
    name, at, place = address.partition("@")
    if not at:
        return ""
    return f"{name[:1]}…{name[-1:] if len(name) > 3 else ''}@{place}"


def plural(count: int, one: str, many: str | None = None) -> str:
    """« 0 dossier », « 1 dossier », « 2 dossiers »: French plurals begin at two."""
    word = one if abs(count) < 2 else (many or f"{one}s")
    return f"{number(count)}{NBSP}{word}"


def initials(name: str) -> str:
    """« CD » from « Camille Durand »; « ? » when there is no name."""
    words = [word for word in name.replace("-", " ").split() if word[0].isalnum()]
    picked = words[:1] + words[-1:] if len(words) > 1 else words
    return "".join(word[0] for word in picked).upper() or "?"


def of_person(name: str) -> str:
    """« de Camille Durand », « d’Étienne Durand »: before a vowel, *de* loses its own."""
    return f"d’{name}" if fold(name)[:1] in tuple("aeiouy") else f"de {name}"


def _filters(*functions: Callable[..., str]) -> dict[str, Callable[..., str]]:
    return {function.__name__: function for function in functions}


FILTERS = _filters(
    date_long,
    date_medium,
    date_short,
    time_short,
    datetime_long,
    datetime_short,
    datetime_near,
    ago,
    iso,
    number,
    euros,
    siren,
    phone,
    masked_email,
    plural,
    initials,
    of_person,
)
