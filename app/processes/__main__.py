"""Run by ``python -m app.processes``: run, stop, reset-demo, servers, stop-broker, keep."""

import sys
from collections.abc import Callable

from app.embedded.errors import EmbeddedServerError
from app.processes import broker, keeping, preparing, running, stopping
from app.processes.errors import CannotRun

COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "run": running.run,
    "stop": stopping.stop,
    "stop-tests": stopping.stop_tests,
    "servers": preparing.start_servers,
    "prepare": preparing.prepare_data,
    "reset-demo": preparing.reset_demo,
    "broker-start": broker.start,
    "broker-stop": broker.stop,
    "keep": keeping.keep,
}


def main(arguments: list[str]) -> int:
    """Exit code of the command; a refusal is one sentence and 1."""
    name = arguments[0] if arguments else ""
    if name not in COMMANDS:
        print(f"Commands: {', '.join(COMMANDS)}", file=sys.stderr)
        return 2
    try:
        return COMMANDS[name](arguments[1:])
    except (CannotRun, EmbeddedServerError) as refusal:
        print(f"Relais: {refusal}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
