"""« Du … au … » in the filters of a list."""

from dataclasses import dataclass
from datetime import date

from app.web.forms import parse_day
from app.web.tables import ListRequest

PERIOD = ("du", "au")


@dataclass(frozen=True)
class Period:
    """The days asked for, both included; ``wrong`` says why one of them narrows nothing."""

    first_day: date | None = None
    last_day: date | None = None
    wrong: str = ""


def read_period(listing: ListRequest) -> Period:
    """The period among the filters ``du`` and ``au`` of an address."""
    found: dict[str, date | None] = dict.fromkeys(PERIOD)
    wrong = ""
    for name in PERIOD:
        try:
            found[name] = parse_day(listing.filter(name)) if listing.filter(name) else None
        except ValueError as error:
            wrong = str(error)
    return Period(found["du"], found["au"], wrong)
