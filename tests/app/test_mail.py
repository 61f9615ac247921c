"""Mail: what is composed, sent, kept, and shown when it was kept."""

import email
import socket
import uuid
from collections.abc import Iterator
from dataclasses import replace
from email import policy
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask, current_app

from app.kept_mails import is_page_open, link_addresses
from app.mail import find_kept, list_kept, public_address, send_mail
from config import Settings
from tests.support.pages import InspectingClient

ROW = uuid.UUID("01890000-0000-7000-8000-000000000001")
BODY = "Bonjour,\n\nUne orientation vous attend : http://127.0.0.1:8000/liens/abc.\nÀ bientôt"


@pytest.fixture
def configure(app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Any:
    """Change the settings for the time of a test."""

    def change(**values: Any) -> Settings:
        settings = replace(app.config["SETTINGS"], **{"var_dir": tmp_path, **values})
        monkeypatch.setitem(app.config, "SETTINGS", settings)
        return settings

    change()
    return change


class Mailbox:
    """Keeps what a mail server receives."""

    def __init__(self) -> None:
        self.received: list[Any] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        """Take the message."""
        self.received.append(email.message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@pytest.fixture
def server() -> Iterator[tuple[Mailbox, str]]:
    """A mail server of this machine and its address."""
    box = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, f"smtp://127.0.0.1:{port}"
    controller.stop()


def test_mail_is_sent_with_the_row_as_its_identifier(
    configure: Any, server: tuple[Mailbox, str]
) -> None:
    box, url = server
    configure(smtp_url=url, public_url="https://relais.example")
    send_mail("a@b.example", "Une orientation vous attend", BODY, message_id=ROW)
    (received,) = box.received
    assert received["Message-ID"] == f"<{ROW}@relais.example>"
    assert received["To"] == "a@b.example"
    assert received["Auto-Submitted"] == "auto-generated"
    assert "À bientôt" in received.get_content()


def test_server_away_raises(configure: Any) -> None:
    configure(smtp_url="smtp://127.0.0.1:9")
    with pytest.raises(OSError):
        send_mail("a@b.example", "Sujet", BODY, message_id=ROW)


@pytest.mark.parametrize("field", ["to", "subject"])
def test_header_of_two_lines_refused(configure: Any, field: str) -> None:
    values = {"to": "a@b.example", "subject": "Sujet", field: "x\r\nBcc: c@d.example"}
    with pytest.raises(ValueError, match="Header"):
        send_mail(**values, text=BODY, message_id=ROW)


def test_mail_is_kept_without_server(configure: Any) -> None:
    settings = configure()
    assert list_kept(settings) == []
    for subject in ("Premier", "Second"):
        send_mail("a@b.example", subject, BODY, message_id=uuid.uuid4())
    kept = list_kept(settings)
    assert [message["Subject"] for _, message in kept] == ["Second", "Premier"]
    key, message = kept[0]
    found = find_kept(settings, key)
    assert found is not None and found["Message-ID"] == message["Message-ID"]
    assert find_kept(settings, "../secrets.json") is None


def test_pages_show_kept_mails(client: InspectingClient, configure: Any) -> None:
    configure(demo=True)
    assert "Aucun courriel" in client.get("/courriels").get_data(as_text=True)
    send_mail("a@b.example", "Une <orientation>", BODY, message_id=ROW)
    page = client.get("/courriels").get_data(as_text=True)
    assert "Une &lt;orientation&gt;" in page
    (key, _message) = list_kept(current_app.config["SETTINGS"])[0]
    page = client.get(f"/courriels/{key}").get_data(as_text=True)
    link = "http://127.0.0.1:8000/liens/abc"
    assert f'<a href="{link}">{link}</a>.<br>' in page
    assert client.get("/courriels/absent").status_code == 404


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"demo": True}, True),
        ({"demo": False}, True),
        ({"demo": True, "public_url": "https://relais.example"}, True),
        ({"demo": False, "public_url": "https://relais.example"}, False),
        ({"demo": True, "smtp_url": "smtp://localhost"}, False),
        ({"demo": False, "database_is_embedded": False}, False),
    ],
)
def test_pages_exist_only_without_server(
    client: InspectingClient, configure: Any, values: dict[str, Any], expected: bool
) -> None:
    assert is_page_open(configure(**values)) is expected
    assert client.get("/courriels").status_code == (200 if expected else 404)


def test_only_http_addresses_become_links() -> None:
    text = 'javascript:alert(1) <b> https://a.example/x?y=1&z="2 (http://b.example).'
    assert str(link_addresses(text)) == (
        "javascript:alert(1) &lt;b&gt; "
        '<a href="https://a.example/x?y=1&amp;z=">https://a.example/x?y=1&amp;z=</a>&#34;2 '
        '(<a href="http://b.example">http://b.example</a>).'
    )


def test_address_of_a_page_without_request(configure: Any) -> None:
    configure(public_url="https://relais.example")
    assert public_address("kernel.mail", key="a") == "https://relais.example/courriels/a"
