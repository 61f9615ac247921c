"""How the day is arranged: no database."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from app.today import Day, due_windows
from app.waiting import Group
from app.web.panels import TodayItem
from cases.desk.grouping import bounded, groups_of, news_of

# Thursday, ten in the morning in Paris.
NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)


def day_of(group: Group, *titles: str, count: int | None = None) -> Day:
    """A day with lines in one group; each leads to a page of its name."""
    lines = [TodayItem(due_at=None, title=one, detail="", url=f"/{one}") for one in titles]
    keys = [(NOW, 0, None)] * len(lines)
    number = len(lines) if count is None else count
    return Day({group: list(zip(keys, lines, strict=True))}, Counter({group: number}))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (timedelta(days=-3000), Group.LATE),
        (timedelta(microseconds=-1), Group.LATE),
        (timedelta(0), Group.TODAY),
        (timedelta(hours=13, minutes=59), Group.TODAY),
        (timedelta(hours=14), Group.WEEK),
        (timedelta(days=6), Group.WEEK),
        (timedelta(days=6, hours=14), Group.LATER),
        (timedelta(days=3000), Group.LATER),
    ],
)
def test_every_instant_goes_to_one_group(after: timedelta, expected: Group) -> None:
    at = NOW + after
    assert [name for name, start, stop in due_windows(NOW) if start <= at < stop] == [expected]


def test_groups_that_hold_something_come_in_order_without_the_news() -> None:
    day = day_of(Group.LATER, "plus tard")
    day.lines.update(day_of(Group.LATE, "en retard").lines | day_of(Group.NEWS, "bougé").lines)
    assert [(one.key, [line.title for line in one.lines]) for one in groups_of(day)] == [
        (Group.LATE, ["en retard"]),
        (Group.LATER, ["plus tard"]),
    ]
    assert groups_of(Day()) == []


@pytest.mark.parametrize(
    ("count", "has_more", "more"),
    [
        (2, False, ""),
        (3, True, "Voir l’autre"),
        (4, True, "Voir les 2 autres"),
        (99, True, "Voir les 97 autres"),
        (100, True, "Tout voir"),
        (340, True, "Tout voir"),
    ],
)
def test_the_link_to_the_others_says_how_many(count: int, has_more: bool, more: str) -> None:
    [group] = groups_of(day_of(Group.WEEK, "a", "b", count=count))
    assert group.has_more is has_more
    assert not has_more or group.more == more


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0"), (9, "9"), (99, "99"), (100, "99+"), (340, "99+")]
)
def test_a_number_is_said_as_far_as_it_was_counted(count: int, said: str) -> None:
    assert bounded(count) == said


def test_what_a_message_tells_is_not_news_as_well() -> None:
    day = day_of(Group.NEWS, "a", "b", "c", "d", count=7)
    news = news_of(day, {"/b", "/ailleurs"}, 2)
    assert [line.title for line in news.lines] == ["a", "c"]
    assert (news.count, news.more) == (6, "Voir les 4 autres")
