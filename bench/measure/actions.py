"""The actions that are measured: how the product is asked, how the bare page is.

An action takes a browser and the number of the request: lists turn, and nothing is sent twice.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from bench.measure.browser import Answer, Asks, Unexpected
from bench.measure.targets import PAGE_SIZE, Targets

Ask = Callable[[Asks, int], Answer]
NOTE = "Appel bref : le règlement attendu est arrivé, prochain point la semaine prochaine."


@dataclass(frozen=True)
class Action:
    """``who`` signs in; ``values`` fills the bare SQL of a request; ``most`` bounds a slice.

    ``shows`` is the beginning of the addresses that name the rows of the product's page.
    """

    key: str
    title: str
    ask: Ask
    bare: Ask
    values: Callable[[int], dict[str, Any]]
    who: str = "adviser"
    most: int = 10_000
    is_reading: bool = True
    shows: str = ""
    bare_without_journal: Ask | None = None


def page_action(
    key: str,
    title: str,
    path: str,
    bare: dict[str, Any],
    who: str = "adviser",
    shows: str = "/dossiers/",
) -> Action:
    """A page that is only read."""
    address = f"/{key}?{urlencode(bare, doseq=True)}"
    values: dict[str, Any] = {name: value for name, value in bare.items() if name != "gram"}
    if "gram" in bare:
        values["grams"] = bare["gram"]
    return Action(
        key,
        title,
        lambda browser, _: browser.get(path).expect(200),
        lambda browser, _: browser.get(address).expect(200),
        lambda _: values,
        who,
        shows=shows,
    )


def reading_actions(targets: Targets) -> list[Action]:
    """Pages, in the order in which they are told."""
    found = [
        page_action("today", "Aujourd'hui", "/", {}, shows=""),
        page_action(
            "list",
            "list of cases, filtered, sorted",
            "/dossiers?statut=ouverts&tri=-opened",
            {},
        ),
    ]
    for key, title, number in (
        ("page_1", "list of cases, page 1", 1),
        ("page_10", "list of cases, page 10", 10),
        ("page_last", "list of cases, last page", targets.last_page),
    ):
        number = targets.page(number)
        path, offset = f"/dossiers?page={number}", (number - 1) * PAGE_SIZE
        found.append(page_action(key, title, path, {"offset": offset}))
    for key, title, word in (
        ("search_rare", "search of a word, 20 hits", targets.rare),
        ("search_common", "search of a word, one case in ten", targets.common),
    ):
        bare = {"word": word.lower()}
        found.append(page_action(key, title, f"/dossiers?{urlencode({'q': word})}", bare))
    mistyped = urlencode({"q": targets.mistyped})
    title, path = "company search, mistyped", f"/entreprises?{mistyped}"
    grams = {"gram": targets.grams}
    found.append(page_action("companies", title, path, grams, shows="/entreprises/"))
    found.append(_opening("open", "opening a case", targets.cases))
    found.append(_opening("open_closed", "opening a closed case", targets.closed_cases))
    found.append(_opening("open_long", "opening the case of 200 entries", [targets.long_case]))
    found.append(page_action("box", "referral box", "/orientations", {}, shows="/orientations/"))
    region = {"region": targets.region}
    title = "statistics of a territory"
    found.append(page_action("territory", title, "/", region, who="observer", shows=""))
    return found


def _opening(key: str, title: str, cases: list[str]) -> Action:
    def case(number: int) -> str:
        return cases[number % len(cases)]

    return Action(
        key,
        title,
        lambda browser, number: browser.get(f"/dossiers/{case(number)}").expect(200),
        lambda browser, number: browser.get(f"/{key}?case={case(number)}").expect(200),
        lambda number: {"case": case(number)},
        bare_without_journal=lambda browser, number: browser.get(
            f"/{key}?case={case(number)}&journal=0"
        ).expect(200),
    )


def writing_actions(targets: Targets) -> list[Action]:
    """A note, and a referral from its form to its commit."""
    return [
        Action(
            "note",
            "adding a note",
            lambda browser, number: _write_note(browser, number, targets),
            lambda browser, number: browser.post("/note", _note(number, targets)).expect(302),
            lambda number: _note(number, targets),
            is_reading=False,
        ),
        Action(
            "send",
            "sending a referral",
            lambda browser, number: _send(browser, number, targets),
            lambda browser, number: browser.post("/send", _bare_sending(number, targets)).expect(
                302
            ),
            lambda number: _bare_sending(number, targets),
            most=24,
            is_reading=False,
        ),
    ]


def _note(number: int, targets: Targets) -> dict[str, str]:
    return {"case": targets.open_cases[number % len(targets.open_cases)], "body": NOTE}


def _write_note(browser: Asks, number: int, targets: Targets) -> Answer:
    note = _note(number, targets)
    fields = {"csrf_token": browser.token, "kind": "note", "audience": "aid"}
    fields |= {"happened_on": targets.today, "body": f"{NOTE} ({number})"}
    return browser.post_and_read(f"/dossiers/{note['case']}/fil/ecrire", fields).expect(302, 303)


def _send(browser: Asks, number: int, targets: Targets) -> Answer:
    """Each request asks a seat that this need had not asked."""
    sending = targets.sendings[number]
    fields: dict[str, Any] = {
        "csrf_token": browser.token,
        "type": "joint",
        "vers": [sending.receiver],
        "client_key": str(uuid.uuid4()),
        "given_by": "Camille Dubourdieu",
        "mode": "writing",
        "sections": ["identity", "situation"],
        "message": "Merci de me dire si vous prenez.",
    }
    answer = browser.post_and_read(f"/besoins/{sending.need}/envoi", fields).expect(302, 303)
    if "erreur" in answer.location:
        raise Unexpected(f"not sent: {answer.location}")
    return answer


def _bare_sending(number: int, targets: Targets) -> dict[str, str]:
    sending = targets.sendings[-1 - number]
    ids = {"basis": str(uuid.uuid4()), "referral": str(uuid.uuid4())}
    return {**ids, "case": sending.case, "need": sending.need, "receiver": sending.receiver}
