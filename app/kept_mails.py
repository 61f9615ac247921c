"""Mails that were kept because no server is set, as a page shows them."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import parsedate_to_datetime

from markupsafe import Markup, escape

from app.mail import find_kept, list_kept
from config import LOCAL_HOSTS, Settings

ADDRESS = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)»]")


@dataclass(frozen=True)
class KeptMail:
    """One mail as read on the page; ``key`` is its name in the folder."""

    key: str
    to: str
    subject: str
    text: str
    sent_at: datetime

    @property
    def html(self) -> Markup:
        """The text, escaped: its paragraphs, its addresses as links."""
        paragraphs = re.split(r"\n{2,}", self.text.strip())
        return Markup("").join(Markup("<p>{}</p>").format(_lines(part)) for part in paragraphs)


def is_page_open(settings: Settings) -> bool:
    """The page exists only without SMTP, in a demonstration or on one's own machine."""
    is_private = settings.demo or settings.public_host in LOCAL_HOSTS
    return not settings.smtp_url and is_private and settings.database_is_embedded


def list_mails(settings: Settings) -> list[KeptMail]:
    """The last hundred, newest first."""
    return [_mail(key, message) for key, message in list_kept(settings)]


def get_mail(settings: Settings, key: str) -> KeptMail | None:
    """One of them, None when there is none of this key."""
    message = find_kept(settings, key)
    return _mail(key, message) if message else None


def link_addresses(text: str) -> Markup:
    """Plain text as safe HTML: nothing but its http addresses becomes a link."""
    parts, end = [], 0
    for found in ADDRESS.finditer(text):
        url = escape(found.group())
        parts += [escape(text[end : found.start()]), Markup(f'<a href="{url}">{url}</a>')]
        end = found.end()
    return Markup("").join([*parts, escape(text[end:])])


def _lines(paragraph: str) -> Markup:
    return Markup("<br>").join(link_addresses(line) for line in paragraph.splitlines())


def _mail(key: str, message: EmailMessage) -> KeptMail:
    body = message.get_body(("plain",))
    return KeptMail(
        key=key,
        to=str(message["To"]),
        subject=str(message["Subject"]),
        text=body.get_content() if body else "",
        sent_at=parsedate_to_datetime(str(message["Date"])),
    )
