"""The machines: processes of the site by name, killed as a power cut would, and started again."""

import json
import signal
import subprocess
import time
from dataclasses import dataclass
from typing import Any

import psutil

from app.processes.running import commands
from app.processes.stopping import MARK, end_leftovers
from bench.database.filling import Filled
from bench.machines.clients import BROKEN
from bench.measure.browser import Browser
from bench.measure.servers import (
    PRODUCT_PORT,
    START_SECONDS,
    Group,
    await_port,
    environment_of,
    start_process,
    stop_all,
)
from config import load_settings

WEBS, WORKERS = 4, 3
#: How ``/readyz`` calls the processes that nobody speaks to.
PULSES = {"relay": "relay", "beat": "scheduler"}
#: As docs/deployment.md says: a request that is being answered is let end.
GRACE_SECONDS = "30"
NO_REGISTRY = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Victim:
    """Who is killed: a whole machine, or the child that works under its master."""

    machine: str
    is_child: bool = False

    def __str__(self) -> str:
        return f"the child of {self.machine}" if self.is_child else self.machine


#: In this order; each comes back before the next one dies.
VICTIMS = (
    *(Victim("web0"), Victim("worker0"), Victim("web1", is_child=True), Victim("beat")),
    *(Victim("web2"), Victim("worker1", is_child=True), Victim("relay"), Victim("web1")),
    *(Victim("worker2"), Victim("web3", is_child=True), Victim("worker1"), Victim("web3")),
)


class Machines:
    """The processes by name; any may be killed and started again."""

    def __init__(self, filled: Filled) -> None:
        self.filled = filled
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.killed: list[tuple[Victim, float]] = []
        self.ports = {f"web{number}": PRODUCT_PORT + number for number in range(WEBS)}
        self.names = (*self.ports, *(f"worker{number}" for number in range(WORKERS)))
        self.names += ("relay", "beat")

    def start(self, name: str) -> None:
        """Start a machine of this name."""
        port = self.ports.get(name, PRODUCT_PORT)
        environment = environment_of(self.filled, port, NO_REGISTRY)
        environment |= {"WEB_WORKERS": "1", MARK: str(self.filled.folder)}
        kind = name.rstrip("0123456789")
        command = commands(load_settings(environment))[kind]
        if kind == "web":
            command[command.index("--graceful-timeout") + 1] = GRACE_SECONDS
        if kind == "worker":
            command = [*command, "--concurrency", "1", "--hostname", f"{name}@relais"]
        self.running[name] = start_process(command, environment, self.filled.folder, name)

    def start_all(self) -> None:
        """Every machine, and wait for the doors to open."""
        for name in self.names:
            (self.filled.folder / f"{name}.log").unlink(missing_ok=True)
            self.start(name)
        for port in self.ports.values():
            await_port(port)

    def kill(self, victim: Victim) -> None:
        """End it as a power cut would: a machine with everything it started, or its child alone."""
        members = self._members(victim.machine)
        self.killed.append((victim, time.monotonic()))
        for one in members[1:] if victim.is_child else members:
            one.kill()
        if not victim.is_child:
            self.running[victim.machine].wait()

    def bring_back(self, victim: Victim) -> None:
        """Start what was killed (a master does it for its child), and wait until it works."""
        name, began = victim.machine, time.monotonic()
        if not victim.is_child:
            self.start(name)
        while not self._works(name, time.monotonic() - began):
            if time.monotonic() > began + START_SECONDS or name in self.dead():
                raise RuntimeError(f"{name} does not come back: see its log in var/bench")
            time.sleep(0.5)

    def renew(self, name: str) -> None:
        """Replace the children of a web machine without dropping a request, as an upgrade does."""
        old = {one.pid for one in self._members(name)[1:]}
        self.running[name].send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 2 * START_SECONDS
        while not (new := {one.pid for one in self._members(name)[1:]}) or new & old:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{name} keeps its children: see its log in var/bench")
            time.sleep(0.5)

    def dead(self) -> list[str]:
        """Machines that ended without having been told to."""
        return [name for name, one in self.running.items() if one.poll() is not None]

    def _works(self, name: str, seconds: float) -> bool:
        """It answers, has its child, or was heard since it was started so many seconds ago."""
        if name in self.ports:
            return _answer(self.ports[name], "/healthz").get("status") == "ok"
        if name.startswith("worker"):
            return len(self._members(name)) > 1
        heard = _answer(self.ports["web0"], "/readyz").get(PULSES[name], {}).get("age_seconds")
        return heard is not None and heard < seconds

    def _members(self, name: str) -> list[psutil.Process]:
        return Group(psutil.Process(self.running[name].pid)).members

    def stop(self) -> None:
        """The ordinary end; what does not obey is killed."""
        stop_all(list(self.running.values()))
        end_leftovers(self.filled.folder)


def _answer(port: int, path: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(Browser(port).get(path).body)
    except (*BROKEN, ValueError):
        return {}
    return found
