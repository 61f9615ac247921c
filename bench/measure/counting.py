"""SQL statements of a page, collected exactly: the application is called here, without a server."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import event
from sqlalchemy.engine import Engine

from app.db import db
from bench.measure.browser import Answer, Browser, Fields


class InProcess:
    """The same session as a browser's, asked of the application itself."""

    def __init__(self, app: Flask, browser: Browser) -> None:
        self.client = app.test_client()
        self.token = browser.token
        self.base = f"http://127.0.0.1:{browser.port}"
        self.cookies = dict(browser.cookies)
        self._take_cookies()

    def get(self, path: str) -> Answer:
        """Ask for a page, all of it."""
        return self._answer(self.client.get(path, base_url=self.base))

    def post(self, path: str, fields: Fields) -> Answer:
        """Send a form."""
        return self._answer(self.client.post(path, data=dict(fields), base_url=self.base))

    def post_and_read(self, path: str, fields: Fields) -> Answer:
        """Send a form whose message the next page would take away."""
        answer = self.post(path, fields)
        self._take_cookies()
        return answer

    def _take_cookies(self) -> None:
        for name, value in self.cookies.items():
            self.client.set_cookie(name, value, domain="127.0.0.1")

    def _answer(self, response: Any) -> Answer:
        return Answer(response.status_code, response.headers.get("Location", ""), response.data)


@dataclass(frozen=True)
class Sent:
    """A statement as psycopg was given it; ``values`` is a list of rows when ``is_many``."""

    text: str
    values: Any = ()
    is_many: bool = False

    @property
    def short(self) -> str:
        """Its beginning, on one line."""
        return " ".join(self.text.split())[:300]


@contextmanager
def collected_statements(app: Flask) -> Iterator[list[Sent]]:
    """Statements sent meanwhile by this application; BEGIN and COMMIT are not among them."""
    found: list[Sent] = []

    def keep(
        _connection: Any, _cursor: Any, text: str, values: Any, _context: Any, many: bool
    ) -> None:
        found.append(Sent(text, values, many))

    with app.app_context():
        engine: Engine = db.engine
    event.listen(engine, "before_cursor_execute", keep)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", keep)
