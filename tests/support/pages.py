"""The test client: every page fetched through it is inspected for free."""

from collections import Counter
from typing import Any

import html5lib
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.db import db
from tests.support.counting import recorded_statements

#: What a page that is only read may write (``trust.md`` §3).
WRITING = ("INSERT", "UPDATE", "DELETE")
READING_WRITES = ("INSERT INTO journal_event",)
XHTML = "{http://www.w3.org/1999/xhtml}"
NEEDS_LABEL = ("input", "select", "textarea")
NO_LABEL_TYPES = ("hidden", "submit", "button", "image", "reset")


class InspectingClient(FlaskClient):
    """Checks each HTML answer, and that a GET writes nothing but its journal event."""

    last: TestResponse | None = None

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Fetch, then inspect."""
        self.let_go()
        begin_anew()
        with recorded_statements() as statements:
            response = super().open(*args, **kwargs)
        if response.request.method == "GET":
            refuse_writes(statements)
        if response.mimetype == "text/html" and response.status_code not in (301, 302, 303, 308):
            inspect_page(response.get_data(as_text=True), is_part=_is_part(response))
        self.last = response
        return response

    def let_go(self) -> None:
        """A file sent part by part holds its request until it is read, or closed as servers do."""
        if self.last is not None:
            self.last.close()
            self.last = None


def begin_anew() -> None:
    """The request shares the test's session: make it as new, with nobody acting in it."""
    session = db.session()
    session.commit()
    session.expunge_all()
    session.info.pop("actor", None)


def _is_part(response: TestResponse) -> bool:
    return response.request.headers.get("HX-Request") == "true"


def refuse_writes(statements: list[str]) -> None:
    """A GET that writes more than it may fails."""
    writes = [s for s in statements if s.lstrip().upper().startswith(WRITING)]
    wrong = [s for s in writes if not s.startswith(READING_WRITES)]
    assert not wrong, f"a GET wrote: {wrong}"


def inspect_page(text: str, is_part: bool = False) -> None:
    """Valid HTML, one h1 that begins the title, unique ids, labelled fields, nothing inline."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=True)
    tree = parser.parseFragment(text) if is_part else parser.parse(text)
    assert not parser.errors, parser.errors[:3]
    nodes = [node for node in tree.iter() if isinstance(node.tag, str)]
    if not is_part:
        _check_title(nodes)
    _check_ids(nodes)
    _check_labels(nodes)
    _check_inline(nodes)


def _text(node: Any) -> str:
    return " ".join("".join(node.itertext()).split())


def _check_title(nodes: list[Any]) -> None:
    headings = [node for node in nodes if node.tag == f"{XHTML}h1"]
    titles = [node for node in nodes if node.tag == f"{XHTML}title"]
    assert len(headings) == 1, f"{len(headings)} h1"
    assert _text(headings[0]), "empty h1"
    assert _text(titles[0]).startswith(_text(headings[0])), (_text(titles[0]), _text(headings[0]))


def _check_ids(nodes: list[Any]) -> None:
    twice = [i for i, n in Counter(x.get("id") for x in nodes if x.get("id")).items() if n > 1]
    assert not twice, f"ids used twice: {twice}"


def _check_labels(nodes: list[Any]) -> None:
    labelled = {node.get("for") for node in nodes if node.tag == f"{XHTML}label"}
    inside = {
        id(child)
        for node in nodes
        if node.tag == f"{XHTML}label"
        for child in node.iter()
        if child is not node
    }
    for node in nodes:
        if node.tag.removeprefix(XHTML) not in NEEDS_LABEL or node.get("type") in NO_LABEL_TYPES:
            continue
        has_label = node.get("id") in labelled or id(node) in inside
        assert has_label or node.get("aria-label") or node.get("aria-labelledby"), node.get("name")


def _check_inline(nodes: list[Any]) -> None:
    for node in nodes:
        wrong = [name for name in node.attrib if name == "style" or name.startswith("on")]
        assert not wrong, f"{node.tag} carries {wrong}"
        is_script = node.tag == f"{XHTML}script" and not node.get("src")
        assert not is_script and node.tag != f"{XHTML}style", "inline script or style"
