"""Asking the public company search, within a bounded time, without ever insisting too much.

The service takes at most 7 questions a second from one address, answers 429 with ``Retry-After``
beyond, and 400 with ``{"erreur": …}`` to a question it does not accept.
"""

import json
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import httpx

from cases.companies.errors import (
    RegistryBusy,
    RegistryQuestionRefused,
    RegistryUnavailable,
)
from cases.companies.pacing import AnswerCache, MemoryCache, Pace
from cases.companies.registry import RegistryCompany, parse_answer

LEAST_CHARACTERS = 3
LONGEST_QUESTION = 200
PER_PAGE = 10
#: A little under the 7 of the service; the processes of a machine share them.
QUESTIONS_PER_SECOND = 6.0
KEEP_SECONDS = 15 * 60.0
FIRST_PAUSE_SECONDS = 0.25
LARGEST_ANSWER_BYTES = 2_000_000


class _TryAgain(Exception):
    """A failure that may pass: the pause asked for in seconds, if any, and what to say at last."""

    def __init__(self, refusal: type[RegistryUnavailable], pause: float | None = None) -> None:
        super().__init__(refusal.message)
        self.refusal, self.pause = refusal, pause


class RegistryClient:
    """The public company search. One per process: its pace and its cache are shared by threads."""

    def __init__(
        self,
        base_url: str,
        timeout_seconds: float = 2.0,
        total_seconds: float = 4.0,
        pace: Pace | None = None,
        cache: AnswerCache | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._timeout, self._total, self._sleep = timeout_seconds, total_seconds, sleep
        self._pace = pace or Pace(QUESTIONS_PER_SECOND)
        self._cache = cache or MemoryCache()
        self._http = httpx.Client(
            base_url=base_url, headers={"Accept": "application/json", "User-Agent": "Relais"}
        )

    def search(self, text: str) -> list[RegistryCompany]:
        """Companies for a name, a SIREN or a SIRET, best first: at most ten.

        Raises RegistryQuestionRefused for a question the service does not take, and
        RegistryUnavailable when there is no readable answer within ``total_seconds``.
        """
        question = " ".join(text.replace("\x00", "").split())[:LONGEST_QUESTION]
        if len(question) < LEAST_CHARACTERS:
            raise RegistryQuestionRefused
        key = question.casefold()
        kept = self._cache.get(key)
        if kept is None:
            kept = self._ask(question)
            self._cache.set(key, kept, KEEP_SECONDS)
        return list(kept)

    def _ask(self, question: str) -> list[RegistryCompany]:
        deadline, pause = time.monotonic() + self._total, FIRST_PAUSE_SECONDS
        while True:
            self._wait_for_turn(deadline)
            try:
                return parse_answer(self._fetch(question, deadline))
            except _TryAgain as failure:
                wait = pause if failure.pause is None else failure.pause
                if time.monotonic() + wait >= deadline:
                    raise failure.refusal from failure
                self._sleep(wait)
            pause *= 2

    def _wait_for_turn(self, deadline: float) -> None:
        wait = self._pace.book(deadline - time.monotonic())
        if wait is None:
            raise RegistryBusy
        if wait:
            self._sleep(wait)

    def _fetch(self, question: str, deadline: float) -> Any:
        """One try: the JSON of the answer."""
        seconds = max(0.05, min(self._timeout, deadline - time.monotonic()))
        parameters: dict[str, str | int] = {"q": question, "page": 1, "per_page": PER_PAGE}
        try:
            with self._http.stream("GET", "/search", params=parameters, timeout=seconds) as answer:
                self._check_status(answer)
                return json.loads(_read(answer, deadline))
        except httpx.TransportError as error:
            raise _TryAgain(RegistryUnavailable) from error
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, RecursionError) as error:
            raise RegistryUnavailable from error

    def _check_status(self, answer: httpx.Response) -> None:
        if answer.status_code == 400:
            raise RegistryQuestionRefused
        if answer.status_code == 429:
            pause = _retry_after(answer)
            self._pace.hold(pause)
            raise _TryAgain(RegistryBusy, pause)
        if answer.status_code >= 500:
            raise _TryAgain(RegistryUnavailable)
        if answer.status_code != 200:
            raise RegistryUnavailable


@cache
def client_for(base_url: str, processes: int = 2) -> RegistryClient:
    """The client of this process; ``processes`` of the machine ask the same service."""
    return RegistryClient(base_url, pace=Pace(QUESTIONS_PER_SECOND / max(1, processes)))


def _read(answer: httpx.Response, deadline: float) -> bytes:
    """The body, unless it drips beyond the deadline or never ends."""
    body = b""
    for chunk in answer.iter_bytes():
        body += chunk
        if time.monotonic() > deadline or len(body) > LARGEST_ANSWER_BYTES:
            raise RegistryUnavailable
    return body


def _retry_after(answer: httpx.Response) -> float:
    """Seconds asked for by ``Retry-After``, one when it is absent or not a number."""
    try:
        return min(60.0, max(0.0, float(answer.headers.get("Retry-After", "1"))))
    except ValueError:
        return 1.0
