"""What one feature shows on the page of another: panels of a page, lines of *Aujourd'hui*."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Panel:
    """A part of a page, drawn by the feature that gives it.

    ``template`` is included with ``context`` beside it, as the variable ``panel``; panels are shown
    by ``order``, the smallest first.
    """

    title: str
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    order: int = 50
    key: str = ""


@dataclass(frozen=True)
class TodayItem:
    """One thing that waits for a member, or that moved: ``due_at`` (UTC) is None if nothing is due.

    ``tone`` and ``icon`` are those of ``parts/ui.html``.
    """

    due_at: datetime | None
    title: str
    detail: str
    url: str
    tone: str = "neutral"
    icon: str = "point"
