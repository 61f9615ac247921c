"""French spacing of the pages: no line begins with a colon, a question mark or a unit.

Sentences are written with ordinary spaces, in templates and in Python alike; the no-break ones
are put once, when the page leaves. What somebody typed into a field is never touched.
"""

import re

from flask import Flask, Response

NBSP = "\u00a0"
MARK = r"(?:[:;?!%€]|»)"
BEFORE_MARK = rf"[ \n]+(?={MARK}(?:[\s.,)»·<]|$))"
AFTER_QUOTE = r"(?<=«)[ \n]+"
#: Elements shown or sent back as they are, and tags: what is not running text.
AS_IT_IS = r"<(?:(textarea|script|style|pre|code|svg)\b.*?</\1>|[^>]*>)"
#: One pass over the page: what is left as it is, then the spaces to bind.
PIECES = re.compile(rf"{AS_IT_IS}|({BEFORE_MARK}|{AFTER_QUOTE})", re.S)


def init_typography(app: Flask) -> None:
    """Space each HTML page that ``app`` answers."""
    app.after_request(space_response)


def space_response(response: Response) -> Response:
    """Space the text of an HTML answer; others pass through."""
    if response.mimetype == "text/html" and not response.is_streamed:
        response.set_data(space_page(response.get_data(as_text=True)))
    return response


def space_page(html: str) -> str:
    """The same page with no-break spaces in its text."""
    return PIECES.sub(_bind, html)


def _bind(piece: re.Match[str]) -> str:
    return NBSP if piece.lastindex == 2 else piece.group()
