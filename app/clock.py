"""The clock: what time it is, and how promises are counted on working time (domain §7)."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

PARIS = "Europe/Paris"


def now() -> datetime:
    """The present instant, aware, in UTC. Never ask the database: it stands still in one."""
    return datetime.now(UTC)


def today(zone: str = PARIS) -> date:
    """The present date in a time zone (IANA name)."""
    return now().astimezone(ZoneInfo(zone)).date()
