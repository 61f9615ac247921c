"""*Aujourd'hui*, arranged by due time: late, today, this week, later, then what moved. Pure."""

import uuid
from collections.abc import Container, Iterable
from dataclasses import dataclass

from app.notices import Notice
from app.today import MOST, Day
from app.waiting import Group
from app.web.panels import TodayItem

TITLES = {
    Group.LATE: ("En retard", "alert-triangle"),
    Group.TODAY: ("Pour aujourd’hui", "sun"),
    Group.WEEK: ("Cette semaine", "calendar-event"),
    Group.LATER: ("Plus tard", "calendar"),
    Group.UNDATED: ("À traiter, sans échéance", "inbox"),
    Group.NEWS: ("Ce qui a bougé", "refresh"),
}


@dataclass(frozen=True)
class TodayGroup:
    """First lines of a part of the page, which ``key`` names, and how many there are in all."""

    key: Group
    title: str
    icon: str
    lines: list[TodayItem]
    count: int

    @property
    def has_more(self) -> bool:
        """True when some are not shown."""
        return self.count > len(self.lines)

    @property
    def more(self) -> str:
        """What the link to the others says: how many, when they are counted."""
        number = self.count - len(self.lines)
        if self.count >= MOST:
            return "Tout voir"
        return f"Voir les {number} autres" if number > 1 else "Voir l’autre"


def groups_of(day: Day) -> list[TodayGroup]:
    """Groups that hold something waiting, in the order of the page."""
    return [
        TodayGroup(key, *TITLES[key], items, day.counts[key])
        for key in Group
        if key is not Group.NEWS and (items := day.of(key))
    ]


def news_of(day: Day, told: Container[str], most: int) -> TodayGroup:
    """What moved, but for what a message that is shown tells already: it is said once."""
    items = [item for item in day.of(Group.NEWS) if item.url not in told]
    counted = day.counts[Group.NEWS]
    hidden = len(day.of(Group.NEWS)) - len(items) if counted < MOST else 0
    return TodayGroup(Group.NEWS, *TITLES[Group.NEWS], items[:most], counted - hidden)


def named_by(notices: Iterable[Notice]) -> list[uuid.UUID]:
    """What these messages speak of."""
    return [notice.subject_id for notice in notices if notice.subject_id]


def with_whom(notices: Iterable[Notice], day: Day) -> list[tuple[Notice, str]]:
    """Messages, each with whom it is about when the day was asked for those they name."""
    return [(one, day.about.get(one.subject_id, "") if one.subject_id else "") for one in notices]


def bounded(count: int) -> str:
    """A number as it was counted: « 99+ » from ``MOST`` on."""
    return str(count) if count < MOST else f"{MOST - 1}+"
