"""Mail: sent through SMTP, or kept in a folder when no server is set.

Only ``EmailMessage``: it refuses a header that would carry two lines. The ``Message-ID`` is the row
of the outbox, so that a mail sent twice is one mail for whoever receives it.
"""

import email
import mailbox
import re
import smtplib
import ssl
import uuid
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from flask import current_app

from app import clock
from config import Settings

TIMEOUT_SECONDS = 20
PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}


def send_mail(to: str, subject: str, text: str, *, message_id: uuid.UUID, html: str = "") -> None:
    """Send one mail, from a job of the outbox; ``message_id`` is the identifier of its row.

    Raises ``ValueError`` for a header of two lines, ``OSError`` or ``SMTPException`` when the
    server refuses: the outbox tries again later.
    """
    settings: Settings = current_app.config["SETTINGS"]
    message = compose(settings, to, subject, text, message_id)
    if html:
        message.add_alternative(html, subtype="html")
    if settings.smtp_url:
        _send(settings.smtp_url, message)
    else:
        _keep(mail_folder(settings), message)


def compose(
    settings: Settings, to: str, subject: str, text: str, message_id: uuid.UUID
) -> EmailMessage:
    """The mail, ready to leave; answers of machines are asked not to come back."""
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = settings.mail_from
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = f"<{message_id}@{settings.public_host}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = "fr"
    message.set_content(text)
    return message


def _send(url: str, message: EmailMessage) -> None:
    parts = urlsplit(url)
    where = (parts.hostname or "localhost", parts.port or PORTS[parts.scheme])
    context = ssl.create_default_context()
    with _connection(parts.scheme, where, context) as server:
        if parts.scheme == "smtp+starttls":
            server.starttls(context=context)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)


def _connection(scheme: str, where: tuple[str, int], context: ssl.SSLContext) -> smtplib.SMTP:
    if scheme == "smtps":
        return smtplib.SMTP_SSL(*where, timeout=TIMEOUT_SECONDS, context=context)
    return smtplib.SMTP(*where, timeout=TIMEOUT_SECONDS)


def public_address(endpoint: str, **values: object) -> str:
    """The address of a page as a mail gives it; works in a worker, where there is no request."""
    settings: Settings = current_app.config["SETTINGS"]
    path = current_app.url_map.bind(settings.public_host).build(endpoint, values)
    return f"{settings.public_url}{path}"


def mail_folder(settings: Settings) -> Path:
    """Where mails are kept when no server is set."""
    return settings.var_dir / "mail"


def _keep(folder: Path, message: EmailMessage) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    box = mailbox.Maildir(folder, create=True)
    try:
        box.add(message.as_bytes())
    finally:
        box.close()


def list_kept(settings: Settings, limit: int = 100) -> list[tuple[str, EmailMessage]]:
    """Kept mails with their keys, newest first; empty when none was ever kept."""
    folder = mail_folder(settings)
    if not folder.is_dir():
        return []
    box = mailbox.Maildir(folder, create=False)
    keys = sorted(box.keys(), key=_written_at, reverse=True)[:limit]
    return [(key, _read(box.get_bytes(key))) for key in keys]


def _written_at(key: str) -> tuple[int, int]:
    """Second and microsecond at which a mail was kept, as its key says: ``1760000000.M42P…``."""
    found = re.match(r"(\d+)\.M(\d+)", key)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def find_kept(settings: Settings, key: str) -> EmailMessage | None:
    """One kept mail; None when there is none of this key."""
    folder = mail_folder(settings)
    if not folder.is_dir():
        return None
    box = mailbox.Maildir(folder, create=False)
    return _read(box.get_bytes(key)) if key in box.keys() else None  # noqa: SIM118


def _read(content: bytes) -> EmailMessage:
    return email.message_from_bytes(content, policy=policy.default)
