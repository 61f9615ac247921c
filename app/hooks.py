"""Named hooks: what must travel upward, in the same transaction.

A lower feature fires a hook; a higher one handles it. The factory connects the handlers, and a
contract test holds that every hook has the handlers it expects.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

Handler = Callable[..., Any]
_handlers: dict[str, list[Handler]] = defaultdict(list)

#: Every hook, with one line of meaning. ``fire`` refuses any other name.
HOOKS = {
    "membership_ended": "a member left, or follows no case any more: (membership, successor, by)",
    "consent_withdrawn": "the entrepreneur took an agreement back: (basis, by)",
    "case_closed": "a case was closed: (case, by)",
    "cases_anonymised": "closed cases lose their words, their dates move: ({case_id: delay})",
    "restored": "a backup was restored: erase again what was erased since: (lines) -> [left over]",
    "case_parts": "documents a higher feature adds to the case page's own: (actor) -> {name: SQL}",
    "case_panels": "panels made of those: (shown case, actor) -> Panel",
    "space_panels": "panels added to the entrepreneur's page: (basis, actor) -> Panel or None",
    "company_panels": "panels a higher feature adds to the company page: (company, actor) -> Panel",
    "known_elsewhere": "a case was asked for a company others follow: (company, reason, by)",
    "answer_delays": "how fast they answer: (organisation_ids) -> {organisation_id: words}",
    "seats_asked": "who was asked about a case and has not answered: (case_id, by) -> [seat_id]",
    "quickest_organisations": "who answers, the quickest first: () -> [organisation_id]",
    "service_correspondents": "who answers for services: (service_ids) -> {service_id: [names]}",
    "today_sources": "what waits for members of a role and side: (actor) -> list of TodaySource",
}


def on(name: str, handler: Handler) -> None:
    """Connect a handler, once."""
    if name not in HOOKS:
        raise KeyError(name)
    if handler not in _handlers[name]:
        _handlers[name].append(handler)


def fire(name: str, *args: Any, **kwargs: Any) -> list[Any]:
    """Call every handler in the order they were connected; return their answers."""
    if name not in HOOKS:
        raise KeyError(name)
    return [handler(*args, **kwargs) for handler in _handlers[name]]


def handlers_of(name: str) -> tuple[Handler, ...]:
    """The handlers connected to a hook."""
    return tuple(_handlers[name])
