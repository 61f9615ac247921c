"""French spacing of the pages: no line begins with a colon, a question mark or a unit.

Sentences are written with ordinary spaces, in templates and in Python alike; the no-break ones
are put once, when the page leaves. What somebody typed into a field is never touched.
"""

import re

from flask import Flask, Response

NBSP = "\u00a0"
BLANK = " \n"
OPENING = "«"
#: No line begins with these when one of ``ENDS``, a blank or nothing follows them.
CLOSING = ":;?!%€»"
ENDS = ".,)»·<"
#: Elements shown or sent back as they are.
AS_IT_IS = re.compile(r"<(textarea|script|style|pre|code)\b.*?</\1>", re.S)


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
    left_alone = [kept.span() for kept in AS_IT_IS.finditer(html)]
    pieces, end = [], 0
    for place in _places(html):
        start, stop = _blanks_at(html, place)
        if end <= start < stop and _is_text(html, stop, left_alone):
            pieces += [html[end:start], NBSP]
            end = stop
    return "".join([*pieces, html[end:]])


def _places(html: str) -> list[int]:
    """Where marks stand that a blank may be beside, in order. Looked for one by one: they are rare,
    and a regular expression, which looks at every character, is five times slower."""
    found = []
    for mark in OPENING + CLOSING:
        place = html.find(mark)
        while place >= 0:
            if mark == OPENING or html[place - 1] in BLANK:
                found.append(place)
            place = html.find(mark, place + 1)
    return sorted(found)


def _blanks_at(html: str, place: int) -> tuple[int, int]:
    """Where the blanks stand that follow an opening quote, or come before another mark."""
    start = stop = place
    if html[place] == OPENING:
        start = stop = place + 1
        while stop < len(html) and html[stop] in BLANK:
            stop += 1
    elif _ends(html[place + 1 : place + 2]):
        while start > 0 and html[start - 1] in BLANK:
            start -= 1
    return start, stop


def _ends(after: str) -> bool:
    """May what follows a mark follow the end of a word?"""
    return not after or after.isspace() or after in ENDS


def _is_text(html: str, place: int, left_alone: list[tuple[int, int]]) -> bool:
    """Neither inside a tag (the next angle bracket would close it), nor left alone."""
    closes, opens = html.find(">", place), html.find("<", place)
    is_in_tag = closes >= 0 and (opens < 0 or closes < opens)
    return not is_in_tag and not any(start < place < stop for start, stop in left_alone)
