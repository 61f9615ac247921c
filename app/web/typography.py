"""French spacing of the pages: no line begins with a colon, a question mark or a unit.

Sentences are written with ordinary spaces, in templates and in Python alike; the no-break ones
are put once, when the page leaves. What somebody typed into a field is never touched.
"""

import re

from flask import Flask, Response

NBSP = "\u00a0"
#: What is not running text: tags, and elements shown or sent back as they are.
AS_IT_IS = re.compile(r"(<(textarea|script|style|pre|code|svg)\b.*?</\2>|<[^>]*>)", re.S)
BEFORE_MARK = re.compile(r"[ \n]+(?=(?:[:;?!%€]|»)(?:[\s.,)»·]|$))")
AFTER_QUOTE = re.compile(r"«[ \n]+")


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
    parts, start = [], 0
    for tag in AS_IT_IS.finditer(html):
        parts += [space_text(html[start : tag.start()]), tag.group()]
        start = tag.end()
    return "".join([*parts, space_text(html[start:])])


def space_text(text: str) -> str:
    """« À qui ? » with no-break spaces before high marks and units, and inside quotes."""
    return AFTER_QUOTE.sub(f"«{NBSP}", BEFORE_MARK.sub(NBSP, text))
