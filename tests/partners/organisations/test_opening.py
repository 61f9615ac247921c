"""Opening hours: typed, in words, open now, opens next. No database."""

from datetime import UTC, datetime, time

import pytest

from partners.organisations.errors import HoursUnreadable
from partners.organisations.models import OpeningPeriod, Unit
from partners.organisations.opening import (
    hours_in_words,
    is_open_at,
    next_opening,
    read_hours,
    week_in_words,
    week_of,
)

MORNING, AFTERNOON = (time(9), time(12)), (time(13, 30), time(17))


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", []),
        ("fermé", []),
        ("9h-12h", [MORNING]),
        ("9 h - 12 h, 13 h 30 - 17 h", [MORNING, AFTERNOON]),
        ("13:30 à 17:00 ; 09:00-12:00", [MORNING, AFTERNOON]),
        ("de 9h à 12h et 13h30–17h", [MORNING, AFTERNOON]),
        ("9-12", [MORNING]),
    ],
)
def test_read_hours(typed: str, expected: list[tuple[time, time]]) -> None:
    assert read_hours(typed) == expected


@pytest.mark.parametrize(
    "typed", ["matin", "9h", "25h-26h", "9h60-12h", "12h-9h", "9h-12h, 11h-14h"]
)
def test_read_hours_refused(typed: str) -> None:
    with pytest.raises(HoursUnreadable) as refused:
        read_hours(typed)
    assert refused.value.message.endswith(".")


def test_what_is_written_can_be_read_back() -> None:
    assert read_hours(hours_in_words([AFTERNOON, MORNING])) == [MORNING, AFTERNOON]


def make_unit(commune_code: str | None = "33063", zone: str = "Europe/Paris", **more: bool) -> Unit:
    """A unit open on weekdays, morning and afternoon."""
    periods = [
        OpeningPeriod(weekday=day, opens_at=opens, closes_at=closes)
        for day in range(5)
        for opens, closes in (MORNING, AFTERNOON)
    ]
    values = {"is_active": True} | more
    return Unit(commune_code=commune_code, zone=zone, opening_periods=periods, **values)


def paris(day: int, hour: int, minute: int = 0) -> datetime:
    """November 2026: Paris is one hour ahead of UTC. The 26th is a Thursday."""
    return datetime(2026, 11, day, hour - 1, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        (paris(26, 9), True),
        (paris(26, 12), False),
        (paris(26, 13, 29), False),
        (paris(26, 16, 59), True),
        (paris(28, 10), False),
        (paris(11, 10), False),
    ],
)
def test_is_open_at(instant: datetime, expected: bool) -> None:
    assert is_open_at(make_unit(), instant) is expected


def test_a_closed_unit_is_never_open() -> None:
    assert not is_open_at(make_unit(is_active=False), paris(26, 10))
    assert next_opening(make_unit(is_active=False), paris(26, 10)) is None


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        (paris(26, 10), None),
        (paris(26, 8), paris(26, 9)),
        (paris(26, 12, 30), paris(26, 13, 30)),
        (paris(27, 18), paris(30, 9)),
        (paris(10, 18), paris(12, 9)),
    ],
)
def test_next_opening_passes_weekends_and_holidays(
    instant: datetime, expected: datetime | None
) -> None:
    assert next_opening(make_unit(), instant) == expected


def test_hours_are_those_of_the_unit_overseas() -> None:
    reunion = make_unit("97411", "Indian/Reunion")
    assert is_open_at(reunion, datetime(2026, 11, 26, 5, 0, tzinfo=UTC))
    assert not is_open_at(reunion, datetime(2026, 11, 26, 13, 0, tzinfo=UTC))


def test_week_of_has_seven_days() -> None:
    week = week_of(make_unit().opening_periods)
    assert [day.is_closed for day in week] == [False] * 5 + [True] * 2
    assert week[0].name == "lundi"
    assert week[0].hours.replace("\u00a0", " ") == "9 h – 12 h, 13 h 30 – 17 h"


def test_days_alike_are_told_once() -> None:
    periods = make_unit().opening_periods
    words = week_in_words(periods).replace("\u00a0", " ")
    assert words == "lundi à vendredi 9 h – 12 h, 13 h 30 – 17 h"
    split = [one for one in periods if one.weekday != 2 and one.opens_at == time(9)]
    words = week_in_words(split).replace("\u00a0", " ")
    assert words == "lundi à mardi 9 h – 12 h ; jeudi à vendredi 9 h – 12 h"
    assert week_in_words([]) == ""
