"""How the day is arranged: no database."""

from datetime import UTC, datetime, timedelta

import pytest

from app.web.panels import TodayItem
from cases.desk.grouping import NEWS, group_items, group_of, is_told

# Thursday, ten in the morning in Paris.
NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)


def item(title: str, due_at: datetime | None = None, kind: str = "action") -> TodayItem:
    return TodayItem(due_at=due_at, title=title, detail="", url="/", kind=kind)


@pytest.mark.parametrize(
    ("after", "kind", "expected"),
    [
        (timedelta(seconds=-1), "action", "late"),
        (timedelta(0), "action", "today"),
        (timedelta(hours=13, minutes=59), "referral", "today"),
        (timedelta(hours=14), "referral", "week"),
        (timedelta(days=6), "action", "week"),
        (timedelta(days=7), "action", "later"),
        (None, "referral", "undated"),
        (None, "news", "news"),
        (timedelta(days=-2), "news", "news"),
    ],
)
def test_group_of_a_line(after: timedelta | None, kind: str, expected: str) -> None:
    due_at = NOW + after if after is not None else None
    assert group_of(item("x", due_at, kind), NOW) == expected


def test_groups_come_in_order_and_lines_by_due_time() -> None:
    lines = [
        item("bougé", kind="news"),
        item("demain", NOW + timedelta(days=1)),
        item("très en retard", NOW - timedelta(days=3)),
        item("en retard", NOW - timedelta(days=1)),
    ]
    found = [(group.title, [one.title for one in group.items]) for group in group_items(lines, NOW)]
    assert found == [
        ("En retard", ["très en retard", "en retard"]),
        ("Cette semaine", ["demain"]),
        ("Ce qui a bougé", ["bougé"]),
    ]


def test_nothing_makes_no_group() -> None:
    assert group_items([], NOW) == []


def test_what_a_message_tells_is_not_news_as_well() -> None:
    news = item("bougé", kind=NEWS)
    assert is_told(news, {news.url})
    assert not is_told(news, {"/ailleurs"})
    assert not is_told(item("à faire"), {news.url})
