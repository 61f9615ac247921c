"""PDF: one document from one template, tagged (PDF/UA), rendered in a worker.

WeasyPrint reads files and addresses unless told otherwise: here it reads the files we ship, by
``asset:css/print.css``, and small images written in the page itself. The rest is refused, and
a document that asks for it is not made.
"""

import mimetypes
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import current_app, render_template

if TYPE_CHECKING:
    from weasyprint.urls import URLFetcherResponse

ASSETS = Path(__file__).resolve().parent / "static"
SCHEME = "asset:"
VARIANT = "pdf/ua-1"
LONGEST_DATA_URL = 200_000
IMAGES = ("data:image/png", "data:image/jpeg", "data:image/svg+xml")


class ForbiddenAddress(Exception):
    """A document asked for something it may not read."""


def render_pdf(template: str, **context: Any) -> bytes:
    """The template as a tagged PDF. Raises ``ForbiddenAddress``, before any byte leaves."""
    if current_app.config["PROCESS"] != "worker" and not current_app.testing:
        raise RuntimeError("documents are made by the workers")
    return pdf_of(render_template(template, **context))


def pdf_of(html: str) -> bytes:
    """The HTML as a tagged PDF; its ``lang``, ``<title>`` and headings become the document's."""
    # Imported here: it takes a second, which no web process needs.
    from weasyprint import HTML

    fetcher = _fetcher()
    document = HTML(string=html, base_url=SCHEME, url_fetcher=fetcher)
    content: bytes = document.write_pdf(pdf_variant=VARIANT)
    if fetcher.refused:
        raise ForbiddenAddress(f"{len(fetcher.refused)} address(es) refused")
    return content


def read_asset(url: str) -> tuple[bytes, str]:
    """(content, type) of a file we ship. Raises ``ForbiddenAddress`` outside our folder."""
    path = (ASSETS / url.removeprefix(SCHEME).lstrip("/")).resolve()
    if not path.is_relative_to(ASSETS) or not path.is_file():
        raise ForbiddenAddress(url)
    return path.read_bytes(), mimetypes.guess_type(path.name)[0] or "application/octet-stream"


def _fetcher() -> Any:
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OurFilesOnly(URLFetcher):
        """Refuses everything but our files and small images."""

        def __init__(self) -> None:
            super().__init__(allowed_protocols=("data",), allow_redirects=False)
            self.refused: list[str] = []

        def fetch(self, url: str, headers: Any = None) -> "URLFetcherResponse":
            """Read one address, or note that it was refused and raise."""
            try:
                if url.startswith(IMAGES) and len(url) <= LONGEST_DATA_URL:
                    return super().fetch(url, headers)
                if url.startswith(SCHEME):
                    content, kind = read_asset(url)
                    return URLFetcherResponse(url, content, {"Content-Type": kind})
                raise ForbiddenAddress(url[:80])
            except ForbiddenAddress:
                self.refused.append(url[:80])
                raise

    return OurFilesOnly()
