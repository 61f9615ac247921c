"""Somebody at a page: with a mouse or a finger, or with the keyboard alone.

Both do the same things by the names that are read on the screen, and count what is typed: choosing
is not typing. ``Keys`` reaches everything by Tab and never clicks.
"""

from playwright.sync_api import Locator, Page, expect

#: More than any page needs: beyond it, something cannot be reached.
MOST_TABS = 200
HAS_FOCUS = "element => element === document.activeElement"
IN_GROUP = "element => document.activeElement.name === element.name"


class Hand:
    """A mouse or a finger. ``typed`` counts the fields that were filled."""

    def __init__(self, page: Page) -> None:
        self.page, self.typed = page, 0

    def field(self, label: str) -> Locator:
        """The field under this label, of the main part of the page."""
        return self.page.get_by_role("main").get_by_label(label).first

    def button(self, name: str) -> Locator:
        """The button of this name."""
        return self.page.get_by_role("main").get_by_role("button", name=name).first

    def link(self, name: str) -> Locator:
        """The link of this name."""
        return self.page.get_by_role("main").get_by_role("link", name=name).first

    def type(self, label: str, text: str) -> None:
        """Fill a field."""
        self.field(label).fill(text)
        self.typed += 1

    def choose(self, label: str) -> None:
        """Tick a box or choose one of several."""
        self.field(label).check()

    def leave(self, label: str) -> None:
        """Untick a box."""
        self.field(label).uncheck()

    def open(self, name: str) -> None:
        """Unfold a part of the page, when it is folded."""
        if self._is_folded(name):
            self._summary(name).click()

    def _summary(self, name: str) -> Locator:
        return self.page.get_by_role("main").locator("summary", has_text=name)

    def _is_folded(self, name: str) -> bool:
        return not self._summary(name).locator("..").evaluate("details => details.open")

    def press(self, name: str) -> None:
        """Press a button."""
        self.button(name).click()

    def follow(self, name: str) -> None:
        """Follow a link."""
        self.link(name).click()

    def sees(self, text: str) -> None:
        """The page shows this."""
        expect(self.page.locator("body")).to_contain_text(text)

    def is_at(self, title: str) -> None:
        """The page has this title."""
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(title)


class Keys(Hand):
    """The keyboard alone."""

    def type(self, label: str, text: str) -> None:
        """Reach a field, and type."""
        self._reach(self.field(label), HAS_FOCUS)
        self.page.keyboard.press("ControlOrMeta+A")
        self.page.keyboard.insert_text(text)
        self.typed += 1

    def choose(self, label: str) -> None:
        """Space on a box; the arrows among several."""
        wanted = self.field(label)
        if wanted.get_attribute("type") == "checkbox":
            self._reach(wanted, HAS_FOCUS)
            if not wanted.is_checked():
                self.page.keyboard.press("Space")
        else:
            self._reach(wanted, IN_GROUP)
            self._turn(wanted)
        expect(wanted).to_be_checked()

    def leave(self, label: str) -> None:
        """Space on a box that is ticked."""
        box = self.field(label)
        self._reach(box, HAS_FOCUS)
        if box.is_checked():
            self.page.keyboard.press("Space")
        expect(box).not_to_be_checked()

    def open(self, name: str) -> None:
        """Enter on a part that is folded."""
        if self._is_folded(name):
            self._reach(self._summary(name), HAS_FOCUS)
            self.page.keyboard.press("Enter")

    def press(self, name: str) -> None:
        """Reach a button, and press Enter."""
        self._reach(self.button(name), HAS_FOCUS)
        self.page.keyboard.press("Enter")

    def follow(self, name: str) -> None:
        """Reach a link, and press Enter."""
        self._reach(self.link(name), HAS_FOCUS)
        self.page.keyboard.press("Enter")

    def _reach(self, wanted: Locator, test: str) -> None:
        expect(wanted).to_be_attached()
        for _ in range(MOST_TABS):
            if wanted.evaluate(test):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard never reaches {wanted}")

    def _turn(self, wanted: Locator) -> None:
        self.page.keyboard.press("Space")
        for _ in range(MOST_TABS):
            if wanted.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
