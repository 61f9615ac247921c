"""A day of use in a minute: every page, searches, writings, files, by eight clients at once.

What a process keeps (templates, mapped statements, labels, answers of the registry) comes with the
variety of what it is asked: hence every page that a member may open, many cases and many words.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import psycopg
from flask import Flask

from app.embedded.places import DATABASE
from app.embedded.postgres import SUPERUSER
from bench.measure.browser import Browser
from bench.measure.progress import say
from bench.measure.servers import Site
from bench.measure.targets import Targets
from bench.measure.timing import Times, ask_together

REQUESTS, SECONDS, CLIENTS, SEED = 5_000, 90.0, 8, 7
#: What people do, of a hundred requests.
MIX = {
    "opening a case": 30,
    "a list of cases": 15,
    "search of a case": 12,
    "Aujourd'hui": 12,
    "referral box": 10,
    "adding a note": 8,
    "any other page": 10,
    "company search": 2.6,
    "CSV of the cases": 0.4,
}
#: Arguments that the addresses of pages may have, and where their values are found.
POOLS = {
    "case_id": "SELECT id FROM case_file WHERE reader_seats @> ARRAY[%(seat)s::uuid] LIMIT 600",
    "company_id": "SELECT id FROM company WHERE known_seats @> ARRAY[%(seat)s::uuid] LIMIT 300",
    "referral_id": "SELECT id FROM referral WHERE receiver_seat_id = %(seat)s LIMIT 300",
    "need_id": "SELECT n.id FROM need n JOIN case_file f ON f.id = n.case_id"
    " WHERE f.lead_seat_id = %(seat)s LIMIT 300",
    "organisation_id": "SELECT id FROM organisation LIMIT 300",
}
WORDS = """SELECT DISTINCT split_part(folded_name, ' ', 1 + (n %% 3)::integer) FROM (
  SELECT folded_name, row_number() OVER () AS n FROM company
  WHERE known_seats @> ARRAY[%(seat)s::uuid] LIMIT 300) c"""
SORTS = ("-moved", "opened", "-opened", "name", "phase")
STATUSES = ("ouverts", "closed", "")
#: A page that was drawn may refuse the case or the referral that was drawn with it.
ANSWERS = (200, 302, 303, 403, 404, 409)
NOTE = "Journée : {} appels, {} courriers, suite {} demain."


@dataclass
class Day:
    """What is asked, and how long each kind took."""

    pools: dict[str, list[str]]
    words: list[str]
    paths: list[str]
    targets: Targets
    times: dict[str, Times] = field(default_factory=lambda: {kind: Times() for kind in MIX})
    seen: set[str] = field(default_factory=set)

    def ask(self, browser: Browser, draw: random.Random) -> None:
        """One request, drawn."""
        kind = draw.choices(list(MIX), list(MIX.values()))[0]
        start = time.perf_counter()
        if kind == "adding a note":
            self._write(browser, draw)
        else:
            path = self.path(kind, draw)
            self.seen.add(path)
            browser.get(path).expect(*(ANSWERS if kind == "any other page" else (200,)))
            if kind == "company search":  # whose second answer is the registry's
                browser.get(f"{path}&annuaire=oui").expect(200)
        milliseconds = (time.perf_counter() - start) * 1000
        self.times[kind].samples.append(milliseconds)

    def path(self, kind: str, draw: random.Random) -> str:
        """An address of this kind."""
        word = quote(draw.choice(self.words))
        match kind:
            case "opening a case":
                return f"/dossiers/{draw.choice(self.pools['case_id'])}"
            case "a list of cases":
                page, status = draw.randint(1, 4), draw.choice(STATUSES)
                return f"/dossiers?statut={status}&tri={draw.choice(SORTS)}&page={page}"
            case "search of a case":
                return f"/dossiers?q={word}"
            case "company search":
                return f"/entreprises?q={word}"
            case "referral box":
                return f"/orientations?page={draw.randint(1, 4)}"
            case "CSV of the cases":
                return "/dossiers/export.csv"
            case "any other page":
                return filled_in(draw.choice(self.paths), self.pools, draw)
            case _:
                return "/"

    def _write(self, browser: Browser, draw: random.Random) -> None:
        case = draw.choice(self.targets.writable)
        numbers = (draw.randint(1, 99) for _ in range(3))
        fields = {"csrf_token": browser.token, "kind": "note", "audience": "aid"}
        fields |= {"happened_on": self.targets.today, "body": NOTE.format(*numbers)}
        browser.post_and_read(f"/dossiers/{case}/fil/ecrire", fields).expect(302, 303)


def spend_a_day(site: Site, app: Flask, targets: Targets, browser: Browser) -> dict[str, Any]:
    """Ask it all; the memory is looked at by who calls."""
    day = _prepare(site, app, targets, browser)
    say(f"a day of use: {REQUESTS} requests, {SECONDS:.0f} s at most, {len(day.paths)} other pages")
    asks = [_client(day, browser.twin(), random.Random(SEED + n)) for n in range(CLIENTS)]
    found = ask_together(SECONDS, asks, REQUESTS)
    say(f"a day of use: {found.count} requests, {found.median:.0f} ms in the middle")
    return {
        **found.as_json(),
        "seconds": round(found.seconds, 1),
        "other_pages": len(day.paths),
        "addresses": len(day.seen),
        "kinds": {kind: _told(times) for kind, times in day.times.items() if times.count},
    }


def _told(times: Times) -> dict[str, float]:
    """Of one kind among the others: no rate of its own."""
    return {name: value for name, value in times.as_json().items() if name != "per_second"}


def filled_in(rule: str, pools: dict[str, list[str]], draw: random.Random) -> str:
    """The address of a page, its ``<arguments>`` drawn.

    >>> filled_in("/dossiers/<case_id>/fil", {"case_id": ["7"]}, random.Random(1))
    '/dossiers/7/fil'
    """
    for name, values in pools.items():
        if f"<{name}>" in rule:
            rule = rule.replace(f"<{name}>", draw.choice(values))
    return rule


def _client(day: Day, browser: Browser, draw: random.Random) -> Callable[[], None]:
    return lambda: day.ask(browser, draw)


def _prepare(site: Site, app: Flask, targets: Targets, browser: Browser) -> Day:
    with psycopg.connect(site.filled.info.dsn(SUPERUSER, DATABASE)) as connection:
        found = {
            name: [str(row[0]) for row in connection.execute(sql.encode(), targets.adviser)]
            for name, sql in {**POOLS, "words": WORDS}.items()
        }
    words = [word for word in found.pop("words") if len(word) > 3]
    draw = random.Random(SEED)
    answered = [
        rule
        for rule in _pages(app, set(found))
        if browser.get(filled_in(rule, found, draw)).status == 200
    ]
    return Day(found, words, answered, targets)


def _pages(app: Flask, known: set[str]) -> list[str]:
    """Addresses that are read, whose arguments are known, as ``/dossiers/<case_id>``."""
    found = []
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.arguments <= known:
            path = rule.rule
            for name in rule.arguments:
                path = path.replace(f"<uuid:{name}>", f"<{name}>")
            found.append(path)
    return sorted(found)
