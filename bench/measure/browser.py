"""A browser that costs little: one kept connection, cookies, forms with their token."""

import http.client
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Protocol
from urllib.parse import urlencode

import pyotp

from cases.demo.people import PASSWORD, totp_secret_of

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
FORM = "application/x-www-form-urlencoded"
#: A server closes an idle connection after two seconds: this browser does before.
IDLE_SECONDS = 1.0
WAIT_SECONDS = 120.0
#: A one-time code serves once: somebody who enters again waits for the next.
CODE_SECONDS = 31.0
Fields = Mapping[str, str | Sequence[str]]


class Unexpected(RuntimeError):
    """A page answered something else than what was to be measured."""


@dataclass(frozen=True)
class Answer:
    """Status, headers, body; ``first`` is when its first byte came, in seconds of waiting."""

    status: int
    location: str
    body: bytes
    first: float = 0.0

    def expect(self, *statuses: int) -> "Answer":
        """The same; raises ``Unexpected`` with the beginning of another one."""
        if self.status not in statuses:
            raise Unexpected(f"{self.status} {self.location} {self.body[:600]!r}")
        return self


class Asks(Protocol):
    """Whatever answers requests: a browser, or the application called without a server."""

    token: str

    def get(self, path: str) -> Answer:
        """Ask for a page."""

    def post(self, path: str, fields: Fields) -> Answer:
        """Send a form."""

    def post_and_read(self, path: str, fields: Fields) -> Answer:
        """Send a form, then keep the cookies as they were: the next page of a person shows the
        message that was left in them and takes it away, it does not grow from form to form."""


@dataclass
class Browser:
    """One client of a server of this machine."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""
    _connection: http.client.HTTPConnection | None = None
    _used_at: float = 0.0

    def twin(self, port: int | None = None) -> "Browser":
        """Another connection of the same session."""
        return Browser(port or self.port, dict(self.cookies), self.token)

    def get(self, path: str) -> Answer:
        """Ask for a page."""
        return self._ask("GET", path, None)

    def post(self, path: str, fields: Fields) -> Answer:
        """Send a form."""
        return self._ask("POST", path, urlencode(fields, doseq=True).encode())

    def post_and_read(self, path: str, fields: Fields) -> Answer:
        """Send a form whose message the next page would take away."""
        before = dict(self.cookies)
        answer = self.post(path, fields)
        self.cookies = before
        return answer

    def read_token(self, path: str) -> str:
        """The token of the forms of a page; it holds for the whole session."""
        found = TOKEN.search(self.get(path).expect(200).body.decode())
        if found is None:
            raise Unexpected(f"no form in {path}")
        self.token = found[1]
        return self.token

    def _ask(self, method: str, path: str, body: bytes | None) -> Answer:
        connection = self._connected()
        headers = {"Cookie": "; ".join(f"{name}={text}" for name, text in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = FORM
        began = time.perf_counter()
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        start = response.read(1)
        first = time.perf_counter() - began
        content = start + response.read()
        self._used_at = time.monotonic()
        self._keep(response.headers.get_all("Set-Cookie") or [])
        return Answer(response.status, response.headers.get("Location", ""), content, first)

    def _connected(self) -> http.client.HTTPConnection:
        if self._connection is not None and time.monotonic() - self._used_at > IDLE_SECONDS:
            self._connection.close()
            self._connection = None
        if self._connection is None:
            self._connection = http.client.HTTPConnection(
                "127.0.0.1", self.port, timeout=WAIT_SECONDS
            )
        return self._connection

    def _keep(self, given: list[str]) -> None:
        for line in given:
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value


def signed_in(port: int, login: str) -> Browser:
    """Enter as a member of the bench, by the pages: password, then code."""
    browser = Browser(port)
    token = browser.read_token("/connexion")
    fields = {"csrf_token": token, "email": login, "password": PASSWORD, "next": "", "kept": ""}
    browser.post("/connexion", fields).expect(302)
    _give_code(browser, login)
    browser.read_token("/")
    return browser


def _give_code(browser: Browser, login: str) -> None:
    code = pyotp.TOTP(totp_secret_of(login))
    fields = {"csrf_token": browser.read_token("/connexion/code"), "next": "", "kept": ""}
    answer = browser.post("/connexion/code", {**fields, "totp_code": code.now()})
    if answer.status == 422:
        time.sleep(CODE_SECONDS)
        answer = browser.post("/connexion/code", {**fields, "totp_code": code.now()})
    answer.expect(302)
