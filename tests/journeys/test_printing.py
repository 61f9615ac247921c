"""The *fiche de liaison* as a file: asked for, made by the worker, read by its reader only."""

import pytest

from tests.factories.world import World, make_world
from tests.journeys.hands import Hand
from tests.support.browser import SCREENS, Screen, Windows
from tests.support.live import LiveSite

pytestmark = pytest.mark.browser


@pytest.fixture
def world(site: LiveSite) -> World:
    """A case, its referrals, its people."""
    return make_world()


@pytest.mark.parametrize("screen", SCREENS[1:3], ids=str)
def test_a_sheet_is_made_and_given_to_its_reader_only(
    site: LiveSite, windows: Windows, world: World, screen: Screen
) -> None:
    hand = Hand(windows.open(screen, world.pending))
    hand.page.goto(f"/orientations/{world.waiting.id}")
    hand.press("Préparer le PDF")
    hand.is_at("Fiche de liaison en PDF")
    assert "sent" in site.drain()
    hand.page.reload()
    path = hand.link("Télécharger").get_attribute("href") or ""
    answer = hand.page.request.get(path)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF-")
    for member in (world.stranger, world.recovery, world.partner, world.adviser):
        assert windows.open(screen, member).request.get(path).status == 404
