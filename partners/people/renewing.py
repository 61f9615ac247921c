"""« Recevoir un nouveau lien »: what the bearer of an expired link may ask, signed in or not."""

from flask import render_template, request

from app import links
from app.db import unit_of_work
from app.errors import TooMany
from app.links import LinkPurpose
from app.security import current_actor
from partners.people.commands.entering import count_attempts
from partners.people.rules import renewal_limits


def ask_another_link(token: str, purpose: LinkPurpose, kind: str, *, names: str) -> str:
    """Ask for it, and show the page that says so: the same whether or not anything will leave.

    ``kind`` is the effect that sends the link, ``names`` what it calls the object. Raises TooMany
    when this place asks too often; too many mails for one object are not sent, and not told.
    """
    with unit_of_work():
        object_id, _standing = links.find_standing(token, purpose)
        by_object, by_place = renewal_limits(object_id or token, request.remote_addr or "")
        is_too_fast = count_attempts([by_place]) > 0
        if not is_too_fast and not count_attempts([by_object]):
            links.ask_another_link(object_id, kind, names=names, by=current_actor())
    if is_too_fast:
        raise TooMany
    return render_template("kernel/link_asked.html")
