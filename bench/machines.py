"""Several machines on one database: some are killed under load, and nothing is lost.

Four gunicorn and three Celery workers, the relay and the scheduler, each a process group of its own
on this machine, with one PostgreSQL and one broker. Clients write notes and send referrals through
all of them as through a balancer: a machine that does not answer the door is passed over.
"""

import http.client
import itertools
import random
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import psutil
import psycopg

from app.embedded.valkey import ensure_valkey
from app.processes.running import commands
from bench.database.filling import Filled, open_filled, stop_filled, superuser
from bench.measure.browser import Answer, Browser, signed_in
from bench.measure.servers import (
    PRODUCT_PORT,
    START_SECONDS,
    Group,
    await_port,
    environment_of,
    start_process,
    stop_all,
)
from bench.measure.targets import Sending, Targets, find_targets
from config import load_settings

CASES = 6_000
WEBS, WORKERS, CLIENTS = 4, 3, 4
#: Who is killed, in order; each comes back after a moment.
VICTIMS = ("web0", "worker0", "web2", "worker1", "relay", "web1", "worker2", "web3")
CALM_SECONDS, DEAD_SECONDS = 4.0, 2.0
#: What broke off so long after a machine was killed was a request of that machine.
KILLED_WITHIN = 3.0
DRAIN_SECONDS = 300.0
NO_REGISTRY = "http://127.0.0.1:9"
BROKEN = (http.client.HTTPException, ConnectionError, TimeoutError)
#: Messages about a change leave a minute later: here, as if their minute had passed.
HURRY = "UPDATE outbox SET available_at = now() WHERE status = 'pending' AND available_at > now()"
LEFT = "SELECT status, count(*) FROM outbox WHERE status NOT IN ('sent', 'cancelled') GROUP BY 1"


@dataclass
class Told:
    """What the clients were told, by all of them."""

    notes: list[str] = field(default_factory=list)
    referrals: list[str] = field(default_factory=list)
    broken: list[tuple[str, float]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class Machines:
    """The processes by name; any may be killed and started again."""

    def __init__(self, filled: Filled) -> None:
        self.filled = filled
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.killed: list[tuple[str, float]] = []
        self.ports = {f"web{number}": PRODUCT_PORT + number for number in range(WEBS)}

    def start(self, name: str) -> None:
        """Start a machine of this name."""
        port = self.ports.get(name, PRODUCT_PORT)
        environment = {**environment_of(self.filled, port, NO_REGISTRY), "WEB_WORKERS": "1"}
        kind = name.rstrip("0123456789")
        command = commands(load_settings(environment))[kind]
        if kind == "worker":
            command = [*command, "--concurrency", "1", "--hostname", f"{name}@relais"]
        self.running[name] = start_process(command, environment, self.filled.folder, name)

    def start_all(self) -> None:
        """Every machine, and wait for the doors to open."""
        workers = [f"worker{number}" for number in range(WORKERS)]
        for name in (*self.ports, *workers, "relay", "beat"):
            self.start(name)
        for port in self.ports.values():
            await_port(port)

    def kill(self, name: str) -> None:
        """End a machine as a power cut would, with everything it started."""
        members = Group(psutil.Process(self.running[name].pid)).members
        self.killed.append((name, time.monotonic()))
        for one in members:
            one.kill()
        self.running[name].wait()

    def await_health(self, name: str) -> None:
        """Wait until a web machine answers: the next one is not killed before."""
        deadline = time.monotonic() + START_SECONDS
        while name in self.ports and not self._is_healthy(self.ports[name]):
            if time.monotonic() > deadline:
                raise RuntimeError(f"{name} does not come back: see its log in var/bench")
            time.sleep(0.5)

    @staticmethod
    def _is_healthy(port: int) -> bool:
        try:
            return Browser(port).get("/healthz").status == 200
        except BROKEN:
            return False

    def stop(self) -> None:
        """The ordinary end."""
        stop_all(list(self.running.values()))


def try_machines() -> int:
    """0 when nothing was lost; says what was done and found."""
    filled = open_filled(CASES)
    machines = Machines(filled)
    ensure_valkey(filled.folder)
    try:
        with superuser(filled) as connection:
            targets = find_targets(connection)
            machines.start_all()
            told = _under_load(machines, targets, connection)
            is_drained = _drain(connection)
            wrong = [*_errors(machines, told), *_lost(connection, told)]
            wrong += [] if is_drained else [f"the outbox keeps {_left(connection)}"]
    finally:
        machines.stop()
        stop_filled(CASES)
    _report(machines, told, wrong)
    return 1 if wrong else 0


def _under_load(machines: Machines, targets: Targets, connection: psycopg.Connection) -> Told:
    """Clients write while machines are killed and started again."""
    told, done = Told(), threading.Event()
    session = signed_in(machines.ports["web0"], targets.adviser["email"])
    sendings, numbers = iter(targets.sendings), itertools.count()
    lock = threading.Lock()

    def work() -> None:
        client = Client(machines, session, told)
        while not done.is_set():
            with lock:
                number, sending = next(numbers), next(sendings)
            if number % 3 == 0:
                client.send(sending)
            else:
                client.write(targets.writable[number % len(targets.writable)], targets.today)

    clients = [threading.Thread(target=work) for _ in range(CLIENTS)]
    for one in clients:
        one.start()
    for name in VICTIMS:
        _wait(CALM_SECONDS, connection)
        machines.kill(name)
        _wait(DEAD_SECONDS, connection)
        machines.start(name)
        machines.await_health(name)
        print(f"machines: {name} killed and started again", flush=True)
    _wait(CALM_SECONDS, connection)
    done.set()
    for one in clients:
        one.join()
    return told


class Client:
    """Somebody behind a balancer: one connection to each web machine."""

    def __init__(self, machines: Machines, session: Browser, told: Told) -> None:
        self.told, self.token = told, session.token
        self.doors = {name: session.twin(port) for name, port in machines.ports.items()}

    def write(self, case: str, today: str) -> None:
        """A note nobody else writes; what broke off is not written again."""
        body = f"Note {uuid.uuid4()}"
        fields = {"kind": "note", "audience": "aid", "happened_on": today, "body": body}
        if self._post(f"/dossiers/{case}/fil/ecrire", fields) is not None:
            self.told.notes.append(body)

    def send(self, sending: Sending) -> None:
        """A referral; what broke off is sent again with the same key."""
        key = str(uuid.uuid4())
        fields = {"type": "joint", "vers": sending.receiver, "client_key": key, "mode": "writing"}
        fields |= {"given_by": "Camille Dubourdieu", "sections": "situation", "message": "Merci."}
        for _ in range(5):
            if self._post(f"/besoins/{sending.need}/envoi", fields) is not None:
                self.told.referrals.append(f"{key}:{sending.receiver}")
                return

    def _post(self, path: str, fields: Mapping[str, str]) -> Answer | None:
        """The answer, None when the machine went away in the middle."""
        for name in random.sample(list(self.doors), len(self.doors)):
            try:
                answer = self.doors[name].post(path, {**fields, "csrf_token": self.token})
            except ConnectionRefusedError:
                self.doors[name] = self.doors[name].twin()
                continue
            except BROKEN:
                self.doors[name] = self.doors[name].twin()
                self.told.broken.append((name, time.monotonic()))
                return None
            if answer.status not in (302, 303) or "erreur" in answer.location:
                self.told.errors.append(f"{name} {path} {answer.status} {answer.body[:200]!r}")
                return None
            return answer
        self.told.errors.append("no machine answers")
        time.sleep(0.5)
        return None


def _wait(seconds: float, connection: psycopg.Connection) -> None:
    """Meanwhile no message waits for its minute."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        connection.execute(HURRY)
        time.sleep(0.5)


def _drain(connection: psycopg.Connection) -> bool:
    """Wait until everything has left; False when something stays."""
    deadline = time.monotonic() + DRAIN_SECONDS
    while _left(connection):
        if time.monotonic() > deadline:
            return False
        _wait(1.0, connection)
    return True


def _left(connection: psycopg.Connection) -> dict[str, int]:
    return dict(connection.execute(LEFT).fetchall())


def _errors(machines: Machines, told: Told) -> Iterator[str]:
    """No error but those of the requests of a killed machine."""
    yield from told.errors
    for name, at in told.broken:
        is_known = any(
            name == victim and 0 <= at - killed_at < KILLED_WITHIN
            for victim, killed_at in machines.killed
        )
        if not is_known:
            yield f"{name} broke off without having been killed"


def _lost(connection: psycopg.Connection, told: Told) -> Iterator[str]:
    """Everything acknowledged is there once; each partner was told once."""
    for what, statement, wanted in (
        ("notes", "SELECT body FROM timeline_entry WHERE body = ANY (%s)", told.notes),
        (
            "referrals",
            "SELECT client_key FROM referral WHERE client_key = ANY (%s)",
            told.referrals,
        ),
        (
            "notices",
            "SELECT r.client_key FROM referral r JOIN notice n ON n.subject_id = r.id"
            " AND n.seat_id = r.receiver_seat_id WHERE r.client_key = ANY (%s)",
            told.referrals,
        ),
    ):
        found = [row[0] for row in connection.execute(statement.encode(), [wanted]).fetchall()]
        if sorted(found) != sorted(wanted):
            missing, more = set(wanted) - set(found), len(found) - len(set(found))
            yield f"{what}: {len(missing)} missing, {more} twice"


def _report(machines: Machines, told: Told, wrong: list[str]) -> None:
    print(f"machines: {len(machines.killed)} killed, {', '.join(n for n, _ in machines.killed)}")
    print(f"machines: {len(told.notes)} notes and {len(told.referrals)} referrals acknowledged")
    print(f"machines: {len(told.broken)} requests broke off with their machine")
    for sentence in wrong or ["nothing lost, every partner told once, the outbox is empty"]:
        print(f"machines: {sentence}")
