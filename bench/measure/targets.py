"""Who and what is measured: members, cases, needs, found in the filled database."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg
from psycopg.rows import dict_row

from app.folding import grams
from bench.database.directory import EXPORTING, MEASURED, OBSERVING
from bench.database.shape import COMMON_WORD, LONG_ENTRIES, RARE_WORD

PAGE_SIZE = 25
#: A letter twice, another one missing.
MISTYPED = "Quokavile"
MEMBER = """
SELECT m.id AS me, m.user_id AS user, m.seat_id AS seat, u.email FROM membership m
JOIN user_account u ON u.id = m.user_id JOIN seat s ON s.id = m.seat_id
JOIN organisation o ON o.id = s.organisation_id
WHERE o.email = %s AND s.side = 'aid' AND m.role = %s ORDER BY m.id LIMIT 1
"""
READ_CASES = """
SELECT f.id FROM case_file f WHERE f.reader_seats @> ARRAY[%s::uuid] AND f.status = %s
  AND (SELECT count(*) FROM timeline_entry e WHERE e.case_id = f.id) BETWEEN 4 AND 10
ORDER BY f.id DESC LIMIT 40
"""
LED_CASES = """
SELECT f.id, n.id AS need, n.subject FROM case_file f JOIN need n ON n.case_id = f.id
WHERE f.lead_seat_id = %s AND f.status = 'open' AND n.seat_id = f.lead_seat_id
  AND (SELECT count(*) FROM timeline_entry e WHERE e.case_id = f.id) < 100
ORDER BY f.id DESC LIMIT 60
"""
OPEN_CASES = """
SELECT f.id FROM case_file f WHERE f.reader_seats @> ARRAY[%s::uuid] AND f.status = 'open'
ORDER BY f.id DESC LIMIT 60
"""
LONG_CASE = """
SELECT f.id FROM case_file f WHERE f.reader_seats @> ARRAY[%s::uuid]
  AND (SELECT count(*) FROM timeline_entry e WHERE e.case_id = f.id) >= %s LIMIT 1
"""
RECEIVERS = """
SELECT s.id FROM seat s JOIN organisation o ON o.id = s.organisation_id
WHERE s.side = 'aid' AND o.is_active AND o.kind NOT IN ('health_support', 'court', 'other')
ORDER BY s.id
"""
TAKEN = """
SELECT case_id, seat_id FROM participation UNION
SELECT case_id, receiver_seat_id FROM referral WHERE state IN ('sent', 'seen')
"""
RECEIVED = """
SELECT r.id FROM referral r JOIN referral_sheet h ON h.referral_id = r.id
WHERE r.receiver_seat_id = %s AND r.state IN ('accepted', 'in_progress', 'completed')
ORDER BY r.id DESC LIMIT 5
"""


@dataclass(frozen=True)
class Sending:
    """A need and a seat that may be asked, which nobody asked yet."""

    case: str
    need: str
    receiver: str


@dataclass(frozen=True)
class Targets:
    """Everything that the actions name."""

    adviser: dict[str, Any]
    exporter: dict[str, Any]
    observer: dict[str, Any]
    cases: list[str]
    closed_cases: list[str]
    open_cases: list[str]
    writable: list[str]
    long_case: str
    sendings: list[Sending]
    received: list[str]
    readable: int
    today: str
    region: str = "75"
    rare: str = RARE_WORD
    common: str = COMMON_WORD
    mistyped: str = MISTYPED

    @property
    def last_page(self) -> int:
        """Number of the last page of the list."""
        return max(1, -(-self.readable // PAGE_SIZE))

    def page(self, number: int) -> int:
        """This page, or the last one when there are fewer."""
        return min(number, self.last_page)

    @property
    def grams(self) -> list[str]:
        """Of the mistyped name."""
        return grams(self.mistyped)


def find_targets(connection: psycopg.Connection) -> Targets:
    """Read with a superuser's connection: what to measure."""
    with connection.cursor(row_factory=dict_row) as cursor:
        adviser, exporter, observer = (
            _member(cursor, key, role)
            for key, role in (
                (MEASURED, "adviser"),
                (EXPORTING, "adviser"),
                (OBSERVING, "observer"),
            )
        )
        seat = adviser["seat"]
        led = cursor.execute(LED_CASES, [seat]).fetchall()
        readable = "SELECT count(*) AS n FROM case_file WHERE reader_seats @> ARRAY[%s::uuid]"
        return Targets(
            adviser,
            exporter,
            observer,
            cases=_ids(cursor.execute(READ_CASES, [seat, "open"]).fetchall()),
            closed_cases=_ids(cursor.execute(READ_CASES, [seat, "closed"]).fetchall()),
            open_cases=list(dict.fromkeys(_ids(led))),
            writable=_ids(cursor.execute(OPEN_CASES, [seat]).fetchall()),
            long_case=_ids(cursor.execute(LONG_CASE, [seat, LONG_ENTRIES]).fetchall())[0],
            sendings=_sendings(cursor, led, seat),
            received=_ids(cursor.execute(RECEIVED, [seat]).fetchall()),
            readable=cursor.execute(readable, [seat]).fetchall()[0]["n"],
            today=date.today().isoformat(),
        )


def _member(cursor: psycopg.Cursor[Any], key: str, role: str) -> dict[str, Any]:
    found: dict[str, Any] = cursor.execute(MEMBER, [f"contact@{key}.example", role]).fetchall()[0]
    return {name: str(value) for name, value in found.items()}


def _ids(rows: list[Any]) -> list[str]:
    return [str(row["id"]) for row in rows]


def _sendings(cursor: psycopg.Cursor[Any], led: list[Any], seat: str) -> list[Sending]:
    """Each need to each seat once: one seat after the other, so that cases fill evenly."""
    receivers = _ids(cursor.execute(RECEIVERS).fetchall())
    taken = {(str(r["case_id"]), str(r["seat_id"])) for r in cursor.execute(TAKEN).fetchall()}
    found: dict[tuple[str, str], Sending] = {}
    for receiver in receivers:
        for row in led:
            key = (str(row["id"]), receiver)
            if receiver != seat and key not in taken and row["subject"] != "health":
                found.setdefault(key, Sending(key[0], str(row["need"]), receiver))
    return list(found.values())
