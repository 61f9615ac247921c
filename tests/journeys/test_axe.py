"""Axe on every page of the site, found in its own table of pages: new ones are met by themselves.

A page is opened by the first of ``READERS`` who may, then seen on a desk and on a phone, in light
and in dark; forms are also sent empty, so that their refusals are seen.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Response

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
#: Answers that are not pages: files, machines.
NOT_PAGES = ("application/", "text/csv", "text/plain", "image/")
LOOKS = ((1280, "light"), (390, "light"), (390, "dark"), (1280, "dark"))
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
        page, answer = open_as_first_reader(pages, address)
        if page is None or answer is None:
            wrong.append(f"{address.path}: nobody opens it")
        elif _is_page(answer):
            wrong += look_everywhere(page)
            wrong += look_at_refusal(page, address)
    windows.close()
    assert wrong + windows.complaints == []


def test_axe_finds_nothing_where_nothing_is_yet(
    browser: Browser, furnished: tuple[LiveSite, World]
) -> None:
    site, world = furnished
    windows, wrong = Windows(browser, site.url), []
    page = windows.open(member=make_member(role=Role.MANAGER))
    for address in readable(site, world):
        if not address.arguments and "sign_in" not in address.endpoint:
            answer = page.goto(address.path)
            if answer is not None and answer.ok and _is_page(answer):
                wrong += axe_violations(page)
    windows.close()
    assert wrong + windows.complaints == []


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


def open_as_first_reader(
    pages: dict[str, Page], address: Address
) -> tuple[Page | None, Response | None]:
    """The page, opened by the first who may; None where nobody is let in."""
    for page in pages.values():
        answer = page.goto(address.path)
        if answer is not None and answer.ok and not answer.request.redirected_from:
            return page, answer
    return None, None


def _is_page(answer: Response) -> bool:
    return not answer.headers["content-type"].startswith(NOT_PAGES)


def look_everywhere(page: Page) -> list[str]:
    """What axe finds on the page, whoever looks at it."""
    wrong = []
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 844})
        page.emulate_media(color_scheme=scheme)
        wrong += [f"{width} {scheme} {line}" for line in axe_violations(page)]
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
