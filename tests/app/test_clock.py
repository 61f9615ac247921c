"""Working time, with the examples of the domain (§7, Counting)."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from holidays import country_holidays

from app import clock
from app.clock import (
    WorkingCalendar,
    add_working_days,
    add_working_hours,
    begin,
    calendar_of,
    working_hours_between,
)
from app.days_off import Territory, department_of, holiday_name, is_public_holiday, zone_of

LYON = calendar_of("69")
STRASBOURG = calendar_of("67")
REUNION = calendar_of("974")


def at(text: str, zone: str = "Europe/Paris") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def test_now_travels_and_is_in_utc() -> None:
    with time_machine.travel(datetime(2026, 4, 2, 22, 30, tzinfo=UTC), tick=False):
        assert clock.now() == datetime(2026, 4, 2, 22, 30, tzinfo=UTC)
        assert clock.today() == date(2026, 4, 3)
        assert clock.today("America/Martinique") == date(2026, 4, 2)


@pytest.mark.parametrize(
    ("calendar", "due"), [(LYON, "2026-04-07T16:00"), (STRASBOURG, "2026-04-08T16:00")]
)
def test_forty_eight_hours_over_easter(calendar: WorkingCalendar, due: str) -> None:
    assert add_working_hours(at("2026-04-02T16:00"), 48, calendar) == at(due)


def test_good_friday_is_worked_where_there_is_no_protestant_church() -> None:
    village = calendar_of("57", has_good_friday=False)

    assert add_working_hours(at("2026-04-02T16:00"), 48, village) == at("2026-04-07T16:00")
    assert not village.is_working_day(date(2025, 12, 26))


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-11-23T10:00", 24, "2026-11-24T10:00"),
        ("2026-11-27T16:00", 48, "2026-12-01T16:00"),
        ("2026-11-27T16:00", 72, "2026-12-02T16:00"),
        ("2026-11-28T11:00", 48, "2026-12-02T09:00"),  # begun on a Saturday: Monday at opening
        ("2026-11-26T00:00", 48, "2026-11-30T00:00"),
        ("2026-11-27T23:30", 1, "2026-11-30T00:30"),
        ("2026-03-27T16:00", 24, "2026-03-30T16:00"),  # summer time begins on the Sunday
        ("2026-10-23T16:00", 24, "2026-10-26T16:00"),  # and ends
        ("2026-11-23T10:00", 0, "2026-11-23T10:00"),
    ],
)
def test_add_working_hours(start: str, hours: float, due: str) -> None:
    assert add_working_hours(at(start), hours, LYON) == at(due)


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2026-11-23T10:00", 1, "2026-11-24T17:00"),
        ("2026-11-27T18:30", 1, "2026-11-30T17:00"),
        ("2026-11-28T11:00", 1, "2026-12-01T17:00"),
        ("2026-12-21T10:00", 8, "2027-01-04T17:00"),  # over Christmas and New Year's Day
    ],
)
def test_add_working_days_ends_at_closing(start: str, days: int, due: str) -> None:
    assert add_working_days(at(start), days, LYON) == at(due)


def test_opening_hours_of_the_unit_decide() -> None:
    periods = [(day, time(8), time(12)) for day in (0, 1, 3)] + [(3, time(14), time(18, 30))]
    unit = calendar_of("69", periods)

    assert add_working_days(at("2026-11-24T10:00"), 1, unit) == at("2026-11-26T18:30")
    assert begin(at("2026-11-25T10:00"), unit) == at("2026-11-26T08:00")
    assert [unit.is_open_at(at(f"2026-11-26T{hour}:00")) for hour in ("09", "13", "18")] == [
        True,
        False,
        True,
    ]
    assert not unit.is_open_at(at("2026-11-25T09:00"))


def test_overseas_counts_in_its_own_time() -> None:
    start = at("2026-12-18T16:00", "Indian/Reunion")

    # Sunday 20 December is off anyway: two working days later is Tuesday.
    assert add_working_hours(start, 48, REUNION) == at("2026-12-22T16:00", "Indian/Reunion")
    assert add_working_days(start, 1, REUNION) == at("2026-12-21T17:00", "Indian/Reunion")


def test_working_hours_between_is_what_was_added() -> None:
    start = at("2026-04-02T16:00")
    for hours in (1, 8, 24, 47.5, 48, 72, 200):
        due = add_working_hours(start, hours, STRASBOURG)
        assert working_hours_between(start, due, STRASBOURG) == pytest.approx(hours)


def test_working_hours_between_stops_on_days_off_and_goes_negative() -> None:
    friday, sunday, monday = at("2026-11-27T16:00"), at("2026-11-29T12:00"), at("2026-11-30T10:00")

    assert working_hours_between(friday, sunday, LYON) == 8
    assert working_hours_between(friday, monday, LYON) == 18
    assert working_hours_between(monday, friday, LYON) == -18


def test_naive_instants_are_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        add_working_hours(datetime(2026, 4, 2), 1, LYON)


def test_a_calendar_without_open_day_is_refused() -> None:
    with pytest.raises(ValueError, match="open weekday"):
        WorkingCalendar(hours={})


@pytest.mark.parametrize(
    ("department", "day"),
    [
        ("67", date(2026, 4, 3)),
        ("68", date(2026, 12, 26)),
        ("57", date(2026, 12, 26)),
        ("971", date(2026, 5, 27)),
        ("972", date(2026, 5, 22)),
        ("973", date(2026, 6, 10)),
        ("974", date(2026, 12, 20)),
        ("976", date(2026, 4, 27)),
        ("977", date(2026, 10, 9)),
        ("978", date(2026, 5, 28)),
    ],
)
def test_holidays_of_a_territory_are_its_own(department: str, day: date) -> None:
    assert is_public_holiday(day, Territory(department))
    assert not is_public_holiday(day, Territory("69"))


#: What the ``holidays`` library calls the départements that have days of their own.
SUBDIVISIONS = {
    "75": None,
    **{
        "57": "57",
        "67": "6AE",
        "68": "6AE",
        "971": "971",
        "972": "972",
        "973": "973",
        "974": "974",
    },
    **{"975": "PM", "976": "976", "977": "BL", "978": "MF", "984": "TF", "986": "WF"},
    **{"987": "PF", "988": "NC"},
}


@pytest.mark.parametrize("department", SUBDIVISIONS)
def test_holidays_are_those_of_the_library_for_half_a_century(department: str) -> None:
    years = range(2025, 2076)
    known = country_holidays(
        "FR", subdiv=SUBDIVISIONS[department], years=list(years), language="fr"
    )
    expected = {day: name.replace("'", "’") for day, name in known.items()}
    first = date(years[0], 1, 1)
    days = [first + timedelta(days=n) for n in range((date(years[-1] + 1, 1, 1) - first).days)]
    found = {day: holiday_name(day, Territory(department)) for day in days}
    off = {day: name for day, name in found.items() if name}
    assert sorted(off) == sorted(expected)
    assert {day: name for day, name in off.items() if name not in expected[day].split("; ")} == {}


def test_holiday_has_a_french_name() -> None:
    assert holiday_name(date(2026, 4, 6)) == "Lundi de Pâques"
    assert holiday_name(date(2026, 4, 7)) is None


def test_zones_and_departments_of_communes() -> None:
    codes = ["33063", "2A004", "97411", "97801", "98735"]

    assert [department_of(code) for code in codes] == ["33", "2A", "974", "978", "987"]
    assert [zone_of(department_of(code)) for code in codes] == [
        "Europe/Paris",
        "Europe/Paris",
        "Indian/Reunion",
        "America/Marigot",
        "Pacific/Tahiti",
    ]
    assert zone_of(None) == "Europe/Paris"
