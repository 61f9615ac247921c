"""*Aujourd'hui*, arranged by due time: late, today, this week, later, then what moved. Pure."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.days_off import PARIS
from app.web.panels import TodayItem

NEWS = "news"


@dataclass(frozen=True)
class TodayGroup:
    """Lines of *Aujourd'hui* under one title; ``key`` names the part of the page."""

    key: str
    title: str
    items: tuple[TodayItem, ...]
    icon: str
    tone: str = "neutral"


GROUPS = (
    ("late", "En retard", "alert-triangle", "danger"),
    ("today", "Aujourd’hui", "sun", "accent"),
    ("week", "Cette semaine", "calendar-event", "neutral"),
    ("later", "Plus tard", "calendar", "neutral"),
    ("undated", "À traiter, sans échéance", "inbox", "neutral"),
    (NEWS, "Ce qui a bougé", "bell", "neutral"),
)


def group_items(items: Iterable[TodayItem], now: datetime) -> list[TodayGroup]:
    """Groups that hold something, in the order of the page; in each, what is due first first."""
    sorted_items: dict[str, list[TodayItem]] = {}
    for item in items:
        sorted_items.setdefault(group_of(item, now), []).append(item)
    return [
        TodayGroup(key, title, tuple(sorted(sorted_items[key], key=_due)), icon, tone)
        for key, title, icon, tone in GROUPS
        if key in sorted_items
    ]


def is_told(item: TodayItem, paths: Container[str]) -> bool:
    """A piece of news that an unread message tells already: it is said once."""
    return item.kind == NEWS and item.url in paths


def group_of(item: TodayItem, now: datetime) -> str:
    """Key of the group of one line. Days are those of Paris; a week is the next seven days."""
    if item.kind == NEWS:
        return NEWS
    if item.due_at is None:
        return "undated"
    if item.due_at < now:
        return "late"
    zone = ZoneInfo(PARIS)
    day, today = item.due_at.astimezone(zone).date(), now.astimezone(zone).date()
    if day == today:
        return "today"
    return "week" if day < today + timedelta(days=7) else "later"


def _due(item: TodayItem) -> tuple[bool, float]:
    return (item.due_at is None, item.due_at.timestamp() if item.due_at else 0.0)
