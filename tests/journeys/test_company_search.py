"""Searching a company by its name: what the seat knows at once, then the public registry."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Route, expect

from cases.companies.registry_client import client_for
from partners.organisations.models import Seat
from partners.people.models import Membership
from tests.factories.companies import make_company
from tests.factories.people import make_member
from tests.journeys.hands import Hand
from tests.support.browser import (
    DESK,
    PATIENCE_MS,
    PHONE,
    Screen,
    Windows,
    axe_violations,
)
from tests.support.registry_stand_in import RegistryStandIn

pytestmark = pytest.mark.browser

PATHS = ("/entreprises", "/orientations/nouvelle")
LATER = re.compile("annuaire=oui")
WAITING = "L’annuaire public est interrogé…"
LINK = "Chercher aussi dans l’annuaire public"


@pytest.fixture
def member() -> Membership:
    """Somebody whose organisation knows one company of this name."""
    member = make_member()
    make_company(Seat(id=member.seat_id), "Aga Exemple")
    return member


@pytest.fixture(autouse=True)
def nothing_kept(registry: RegistryStandIn) -> Iterator[None]:
    """No answer of an earlier test is remembered, no failure is left to the next one."""
    client_for.cache_clear()
    yield
    registry.always = None


def found_in_registry(hand: Hand) -> Locator:
    """The line that says how many the registry found."""
    return hand.page.get_by_role("status").filter(has_text="10 entreprises")


def search(hand: Hand, path: str) -> None:
    """Ask for the name, then see what the seat knows."""
    hand.page.goto(path)
    hand.type("SIREN", "aga")
    hand.press("Rechercher")
    hand.sees("Aga Exemple")


@pytest.mark.parametrize("path", PATHS)
def test_the_registry_comes_after_what_is_known(
    windows: Windows, member: Membership, path: str
) -> None:
    hand = Hand(windows.open(DESK, member))
    held: list[Route] = []
    hand.page.route(LATER, lambda route: held.append(route))
    search(hand, path)
    expect(hand.page.get_by_text(WAITING)).to_be_visible()
    expect(hand.page.get_by_text(LINK)).to_be_hidden()
    assert axe_violations(hand.page) == []
    for _ in range(PATIENCE_MS // 50):
        if not held:
            hand.page.wait_for_timeout(50)
    held[0].continue_()
    expect(found_in_registry(hand)).to_be_visible()
    expect(hand.page.get_by_text(WAITING)).to_have_count(0)
    assert len(held) == 1 and axe_violations(hand.page) == []


@pytest.mark.parametrize("path", PATHS)
def test_a_registry_that_is_down_is_said_in_its_part(
    windows: Windows, member: Membership, registry: RegistryStandIn, path: str
) -> None:
    registry.always = "500"
    hand = Hand(windows.open(PHONE, member))
    search(hand, path)
    hand.sees("ne répond pas pour le moment")
    hand.follow("Saisir l’entreprise à la main")
    expect(hand.field("Nom de l’entreprise")).to_have_value("aga")


@pytest.mark.parametrize("path", PATHS)
def test_a_request_that_is_lost_leaves_the_link(
    windows: Windows, member: Membership, path: str
) -> None:
    hand = Hand(windows.open(DESK, member))
    hand.page.route(LATER, lambda route: route.abort())
    search(hand, path)
    hand.sees("La connexion est interrompue")
    expect(hand.link(LINK)).to_be_visible()
    hand.page.unroute(LATER)
    hand.follow(LINK)
    hand.sees("Aga Exemple")
    expect(found_in_registry(hand)).to_be_visible()


@pytest.mark.parametrize("path", PATHS)
def test_without_script_a_link_asks_for_both(
    windows: Windows, member: Membership, path: str
) -> None:
    hand = Hand(windows.open(Screen(has_javascript=False), member))
    search(hand, path)
    expect(hand.page.get_by_text(WAITING)).to_be_hidden()
    hand.follow(LINK)
    hand.sees("Aga Exemple")
    expect(found_in_registry(hand)).to_be_visible()
