"""Do the product's page and the bare page show the same rows? By the identifiers that they name."""

import re

UUID = "([0-9a-f]{8}-[0-9a-f-]{27})"
BARE_ROW = re.compile(f"<tr>\\s*<td>{UUID}</td>")


def rows_shown(page: str, bare: str, place: str) -> dict[str, int]:
    """How many rows the page links to at ``place`` + identifier, how many the bare page, and both.

    >>> some = "01a21789-0b2c-748d-a995-a94abedc3ab2"
    >>> rows_shown(f'<a href="/dossiers/{some}">', f"<tr><td>{some}</td>", "/dossiers/")
    {'product': 1, 'bare': 1, 'both': 1}
    """
    product = set(re.findall(f'href="{place}{UUID}["?#/]', page))
    plain = set(BARE_ROW.findall(bare))
    return {"product": len(product), "bare": len(plain), "both": len(product & plain)}
