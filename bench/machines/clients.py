"""The clients behind the balancer, and what they were told."""

import http.client
import itertools
import random
import re
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from bench.measure.browser import Answer, Browser
from bench.measure.targets import Sending, Targets

CLIENTS = 4
BROKEN = (http.client.HTTPException, ConnectionError, TimeoutError)
#: One act in so many is a referral, as long as there are partners to ask.
REFERRAL_EVERY = 3
MOST_TRIES = 5
TITLE = re.compile(rb"<title>([^<]*)</title>")


@dataclass
class Told:
    """What the clients were told, by all of them; ``unsure`` is what broke off unanswered."""

    notes: list[str] = field(default_factory=list)
    referrals: list[str] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)
    broken: list[tuple[str, float]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class Client:
    """Somebody behind a balancer, which opens a connection for each request and closes it."""

    def __init__(self, ports: Mapping[str, int], session: Browser, told: Told) -> None:
        self.told, self.token = told, session.token
        self.doors = {name: session.twin(port) for name, port in ports.items()}

    def write(self, case: str, today: str) -> None:
        """A note nobody else writes; what broke off is not written again."""
        body = f"Note {uuid.uuid4()}"
        fields = {"kind": "note", "audience": "aid", "happened_on": today, "body": body}
        is_told = self._post(f"/dossiers/{case}/fil/ecrire", fields) is not None
        (self.told.notes if is_told else self.told.unsure).append(body)

    def send(self, sending: Sending) -> None:
        """A referral; what broke off is sent again with the same key."""
        key = str(uuid.uuid4())
        fields = {"type": "joint", "vers": sending.receiver, "client_key": key, "mode": "writing"}
        fields |= {"given_by": "Camille Dubourdieu", "sections": "situation", "message": "Merci."}
        path, name = f"/besoins/{sending.need}/envoi", f"{key}:{sending.receiver}"
        is_told = any(self._post(path, fields) is not None for _ in range(MOST_TRIES))
        (self.told.referrals if is_told else self.told.unsure).append(name)

    def _post(self, path: str, fields: Mapping[str, str]) -> Answer | None:
        """The answer, None when the machine went away in the middle."""
        for name in random.sample(list(self.doors), len(self.doors)):
            door = self.doors[name].twin()
            try:
                answer = door.post(path, {**fields, "csrf_token": self.token})
            except ConnectionRefusedError:
                continue
            except BROKEN:
                self.told.broken.append((name, time.monotonic()))
                return None
            if answer.status not in (302, 303) or "erreur" in answer.location:
                self.told.errors.append(f"{name} answers {_said(answer)} to {path}")
                return None
            return answer
        self.told.errors.append("no machine answers")
        time.sleep(0.5)
        return None


def _said(answer: Answer) -> str:
    found = TITLE.search(answer.body)
    title = found[1].decode().strip() if found else answer.body[:100].decode(errors="replace")
    return f"{answer.status} {answer.location or title!r}"


@contextmanager
def clients_at_work(ports: Mapping[str, int], session: Browser, targets: Targets) -> Iterator[Told]:
    """Clients write for as long as the block lasts; what they were told is whole at its end."""
    told, done = Told(), threading.Event()
    numbers, sendings, lock = itertools.count(), iter(targets.sendings), threading.Lock()

    def work() -> None:
        client = Client(ports, session, told)
        while not done.is_set():
            with lock:
                number = next(numbers)
                sending = next(sendings, None) if number % REFERRAL_EVERY == 0 else None
            if sending is not None:
                client.send(sending)
            else:
                client.write(targets.writable[number % len(targets.writable)], targets.today)

    def watched_work() -> None:
        try:
            work()
        except Exception as error:
            told.errors.append(f"a client stopped: {type(error).__name__}: {error}")

    threads = [threading.Thread(target=watched_work) for _ in range(CLIENTS)]
    for one in threads:
        one.start()
    try:
        yield told
    finally:
        done.set()
        for one in threads:
            one.join()
