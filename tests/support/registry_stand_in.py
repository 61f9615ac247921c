"""A stand-in for the public company search, on 127.0.0.1: real answers, and failures on request."""

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

SAMPLES = Path(__file__).resolve().parent.parent / "data" / "recherche_entreprises"
NOTHING = b'{"results": [], "total_results": 0, "page": 1, "per_page": 10, "total_pages": 0}'
REFUSAL = {"erreur": "3 caractères minimum pour les termes de la requête"}


class RegistryStandIn(ThreadingHTTPServer):
    """Answers questions from the samples, or with what was asked by ``next_answers``.

    ``next_answers`` is a queue of names of ``FAILURES``; ``always`` is one that never ends.
    ``questions`` lists what was asked.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.next_answers: deque[str] = deque()
        self.always: str | None = None
        self.questions: list[str] = []
        self.retry_after = "1"
        self.silence_seconds = 3.0

    @property
    def url(self) -> str:
        """Base address to give to the client (``REGISTRY_URL``)."""
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is what these tests are about."""


@contextmanager
def registry_stand_in() -> Iterator[RegistryStandIn]:
    """A running stand-in, stopped at the end."""
    server = RegistryStandIn()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def sample(name: str) -> Any:
    """A recorded answer, as read from its JSON."""
    return json.loads((SAMPLES / f"{name}.json").read_bytes())


class _Handler(BaseHTTPRequestHandler):
    server: RegistryStandIn

    def do_GET(self) -> None:
        question = parse_qs(urlsplit(self.path).query).get("q", [""])[0]
        self.server.questions.append(question)
        failure = self.server.always
        if self.server.next_answers:
            failure = self.server.next_answers.popleft()
        if failure:
            FAILURES[failure](self)
        else:
            self.send(*_answer_to(question))

    def send(self, status: int, body: bytes, kind: str = "application/json", **more: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in more.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def busy(self) -> None:
        self.send(429, b"{}", Retry_After=self.server.retry_after)

    def time_out(self) -> None:
        time.sleep(self.server.silence_seconds)

    def drip(self) -> None:
        """A byte now and then: no single wait is long, the whole never ends."""
        self.send_response(200)
        self.end_headers()
        for _ in range(int(self.server.silence_seconds / 0.05)):
            self.wfile.write(b" ")
            self.wfile.flush()
            time.sleep(0.05)

    def log_message(self, format: str, *args: Any) -> None:
        """Tests are quiet."""


def _answer_to(question: str) -> tuple[int, bytes]:
    wanted = question.replace(" ", "").casefold()
    if len(wanted) < 3:
        return 400, json.dumps(REFUSAL).encode()
    paths = {path.stem: path for path in SAMPLES.glob("*.json")}
    path = paths.get(wanted) or paths.get(wanted[:9])
    return 200, path.read_bytes() if path else NOTHING


FAILURES: dict[str, Callable[[_Handler], None]] = {
    "400": lambda handler: handler.send(400, json.dumps(REFUSAL).encode()),
    "429": _Handler.busy,
    "500": lambda handler: handler.send(500, b"oops", "text/plain"),
    "time-out": _Handler.time_out,
    "drip": _Handler.drip,
    "html": lambda handler: handler.send(200, b"<html>Maintenance</html>", "text/html"),
    "truncated": lambda handler: handler.send(200, b'{"results": [{"siren": "84'),
    "other": lambda handler: handler.send(200, b'["nothing", "like it"]'),
    "redirect": lambda handler: handler.send(302, b"", Location="http://127.0.0.1:9/"),
    "deep": lambda handler: handler.send(200, b"[" * 200_000),
    "not-utf8": lambda handler: handler.send(200, b'{"results": "\xff\xfe"}'),
}
