"""What the address of a company search asks: words, and whether to wait for the public registry."""

from collections.abc import Mapping

from app.web.tables import ListRequest
from cases.companies.identifiers import looks_like_identifier

#: « annuaire=oui »: what the registry answers is in the page, or is the part that was asked for.
FILTERS = {"annuaire": ("oui",)}


def company_listing(arguments: Mapping[str, str]) -> ListRequest:
    """Search, page, and whether the registry is wanted in the same answer."""
    return ListRequest.from_args(arguments, filters=FILTERS)


def waits_for_registry(listing: ListRequest) -> bool:
    """The page comes with what the registry answers: asked so, or a number was typed, which names
    one company and answers the same whether or not the seat knows it (``trust.md`` §1). To a name,
    what the seat knows is shown first: the registry may take seconds."""
    is_wanted = bool(listing.filter("annuaire")) or looks_like_identifier(listing.search)
    return bool(listing.search) and is_wanted
