"""Axe on every page of the site, found in its own table of pages: new ones are met by themselves.

A page is opened by the first of ``READERS`` who may, then seen on a desk and on a phone, in light
and in dark; forms are also sent empty, so that their refusals are seen.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import APIResponse, Browser, Page

from app.actors import Role
from app.embedded.postgres import PostgresInfo
from app.security import policy_of
from partners.organisations.enums import Subject
from partners.organisations.models import Seat
from partners.people.models import Membership
from tests.factories.links import tokens_of
from tests.factories.organisations import make_service, make_unit
from tests.factories.people import make_member
from tests.factories.world import World, make_world
from tests.support.addresses import Address, addresses, ids_of
from tests.support.browser import Windows, axe_violations
from tests.support.live import LiveSite, live_site

pytestmark = pytest.mark.browser

PARTS = 6
#: Who opens the pages, in this order; ``nobody`` is not signed in.
READERS = ("adviser", "pending", "manager", "platform_admin", "auditor", "nobody")
#: Width, colours, and the rules asked there (none named: all). Contrast is asked in all four.
CONTRAST = "color-contrast"
LOOKS = (
    (1280, "light", ()),
    (390, "light", (CONTRAST,)),
    (390, "dark", ()),
    (1280, "dark", (CONTRAST,)),
)
EMPTY_FORM = """
  const form = document.querySelector('main form[method=post]');
  form.querySelectorAll('textarea, input:not([type=hidden], [type=radio], [type=checkbox])')
    .forEach((field) => { field.value = ''; });
"""


@pytest.fixture(scope="module")
def furnished(
    browser: Browser, cluster: PostgresInfo, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[LiveSite, World]]:
    """A live site with the small world in it."""
    folder: Path = tmp_path_factory.mktemp("axe")
    with live_site(cluster, folder) as site:
        world = make_world()
        make_unit(world.urssaf)
        make_service(world.urssaf, Subject.CASH_FLOW)
        yield site, world
        assert site.failures == []


@pytest.mark.parametrize("part", range(PARTS))
def test_axe_finds_nothing_on_any_page(
    browser: Browser, furnished: tuple[LiveSite, World], part: int
) -> None:
    site, world = furnished
    windows = Windows(browser, site.url)
    pages = {name: windows.open(member=member) for name, member in readers(world).items()}
    wrong: list[str] = []
    for address in readable(site, world)[part::PARTS]:
        page = first_reader(pages, address)
        if page is None:
            wrong.append(f"{address.path}: nobody opens it")
        elif is_page(page, address):
            page.goto(address.path)
            wrong += look_everywhere(page)
            wrong += look_at_refusal(page, address)
    windows.close()
    assert not wrong + windows.complaints, "\n".join(wrong + windows.complaints)


def test_axe_finds_nothing_where_nothing_is_yet(
    browser: Browser, furnished: tuple[LiveSite, World]
) -> None:
    site, world = furnished
    windows, wrong = Windows(browser, site.url), []
    page = windows.open(member=make_member(role=Role.MANAGER))
    for address in readable(site, world):
        if not address.arguments and is_page(page, address):
            page.goto(address.path)
            wrong += axe_violations(page)
    windows.close()
    assert not wrong + windows.complaints, "\n".join(wrong + windows.complaints)


def readers(world: World) -> dict[str, Membership | None]:
    """Those who open the pages; the manager and the others sit beside the adviser."""
    seat = Seat(id=world.adviser.seat_id)
    others = (Role.MANAGER, Role.PLATFORM_ADMIN, Role.AUDITOR)
    seated = {str(role): make_member(seat, role) for role in others}
    known: dict[str, Membership | None] = {
        "adviser": world.adviser,
        "pending": world.pending,
        **seated,
        "nobody": None,
    }
    return {name: known[name] for name in READERS}


def readable(site: LiveSite, world: World) -> list[Address]:
    """All that can be fetched, links with a token that is good for them."""
    tokens, found = tokens_of(world), []
    for address in addresses(site.web, ids_of(world)):
        policy = policy_of(site.web, address.endpoint)
        purpose = policy.purpose if policy else ""
        if "GET" in address.methods:
            found.append(address.with_token(tokens.get(purpose, "")))
    return found


def first_reader(pages: dict[str, Page], address: Address) -> Page | None:
    """The window of the first who may open the page; None where nobody is let in."""
    return next((page for page in pages.values() if fetched(page, address).ok), None)


def is_page(page: Page, address: Address) -> bool:
    """Not a file, not for machines, and this reader may open it."""
    answer = fetched(page, address)
    return answer.ok and answer.headers["content-type"].startswith("text/html")


def fetched(page: Page, address: Address) -> APIResponse:
    """The answer to this window's reader, without opening it."""
    return page.request.get(address.path, max_redirects=0)


def look_everywhere(page: Page) -> list[str]:
    """What axe finds on the page, whoever looks at it."""
    wrong = []
    for width, scheme, rules in LOOKS:
        page.set_viewport_size({"width": width, "height": 844})
        page.emulate_media(color_scheme=scheme)
        wrong += [f"{width} {scheme} {line}" for line in axe_violations(page, *rules)]
    page.emulate_media(color_scheme="light")
    return wrong


def look_at_refusal(page: Page, address: Address) -> list[str]:
    """What axe finds when the form of the page was sent empty and refused."""
    form = page.locator("main form[method=post]").first
    if "POST" not in address.methods or not form.count():
        return []
    page.evaluate(EMPTY_FORM)
    with page.expect_navigation() as navigation:
        form.evaluate("form => form.submit()")
    answer = navigation.value
    return [] if answer.ok else [f"refused {line}" for line in axe_violations(page)]
