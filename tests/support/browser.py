"""Chromium for the journeys: windows of two sizes, with and without JavaScript, and axe."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from config import ROOT
from partners.people.models import Membership
from tests.support.signing import COOKIE, open_session

PICTURES = ROOT / "var" / "test" / "pictures"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-dev-shm-usage",
    "--disable-gpu",
)
MISSING = "Chromium was not found: install the package chromium to run the browser tests."
PATIENCE_MS = 10_000


@dataclass(frozen=True)
class Screen:
    """How somebody looks at the site."""

    width: int = 1280
    has_javascript: bool = True
    scheme: Literal["light", "dark"] = "light"

    @property
    def height(self) -> int:
        """A phone is tall, a desk is wide."""
        return 800 if self.width > 600 else 844

    def __str__(self) -> str:
        script = "js" if self.has_javascript else "no-js"
        return f"{self.width}-{script}-{self.scheme}"


DESK = Screen()
PHONE = Screen(width=390)
#: The four ways in which a story must be possible.
SCREENS = tuple(
    Screen(width=width, has_javascript=script) for width in (1280, 390) for script in (True, False)
)


def chromium_path() -> str | None:
    """Where Chromium is, None where it is not."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@contextmanager
def running_chromium(path: str) -> Iterator[Browser]:
    """One Chromium, with no window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


class Windows:
    """The windows of one test: each person has their own, with their own cookies."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser, self.url = browser, url
        self.contexts: list[BrowserContext] = []
        #: Scripts that broke, what the policy of the pages refused, requests to another site.
        self.complaints: list[str] = []

    def open(self, screen: Screen = DESK, member: Membership | None = None) -> Page:
        """A new window; of this member, signed in, when one is given."""
        context = self.browser.new_context(
            base_url=self.url,
            viewport={"width": screen.width, "height": screen.height},
            java_script_enabled=screen.has_javascript,
            color_scheme=screen.scheme,
            reduced_motion="reduce",
            locale="fr-FR",
            timezone_id="Europe/Paris",
        )
        context.set_default_timeout(PATIENCE_MS)
        self.contexts.append(context)
        if member is not None:
            value = open_session(member)
            context.add_cookies([{"name": COOKIE, "value": value, "url": self.url}])
        return self._watched(context.new_page())

    def _watched(self, page: Page) -> Page:
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda message: self._hear(message.text))
        page.on("request", lambda request: self._see(request.url))
        return page

    def _hear(self, text: str) -> None:
        if "Content Security Policy" in text:
            self.complaints.append(text)

    def _see(self, url: str) -> None:
        if not url.startswith((self.url, "data:", "blob:", "about:")):
            self.complaints.append(f"asked another site: {url}")

    def close(self) -> None:
        """Close them all."""
        for context in self.contexts:
            context.close()

    def picture(self, name: str) -> list[Path]:
        """A picture of each open page, kept under ``var/test/pictures``."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        safe = re.sub(r"[^\w-]+", "-", name)[:120]
        pages = [page for context in self.contexts for page in context.pages]
        paths = [PICTURES / f"{safe}-{number}.png" for number, _ in enumerate(pages, start=1)]
        for page, path in zip(pages, paths, strict=True):
            page.screenshot(path=path, full_page=True)
        return paths


def axe_violations(page: Page, *rules: str) -> list[str]:
    """What axe finds on the page, one line per element: rule, impact, selector, markup.

    All of its rules (WCAG 2.2 AA and good practice), or those that are named.
    """
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = list(rules)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("options => axe.run(options)", options)["violations"]
    return [
        f"{page.url} · {rule['id']} ({rule['impact']}) · {node['target']} · {node['html'][:160]}"
        for rule in found
        for node in rule["nodes"]
    ]
