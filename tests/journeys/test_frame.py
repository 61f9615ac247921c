"""The frame of every page in a real browser: its headers are obeyed, its files are our own."""

import pytest
from playwright.sync_api import expect

from tests.support.browser import SCREENS, Screen, Windows, axe_violations

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("screen", SCREENS, ids=str)
def test_an_unknown_page_is_quiet_and_whole(windows: Windows, screen: Screen) -> None:
    page = windows.open(screen)
    answer = page.goto("/nulle-part")
    assert answer is not None
    assert answer.status == 404
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    expect(page.get_by_role("heading", level=1)).to_have_text("Page introuvable")
    if screen.has_javascript:
        assert axe_violations(page) == []


def test_a_page_never_scrolls_sideways_on_a_small_phone(windows: Windows) -> None:
    page = windows.open(Screen(width=360))
    page.goto("/nulle-part")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
