"""Fixtures of the journeys: Chromium, a live site, windows, pictures of what failed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from app.embedded.postgres import PostgresInfo
from tests.support.browser import MISSING, Windows, chromium_path, running_chromium
from tests.support.live import LiveSite, live_site
from tests.support.registry_stand_in import RegistryStandIn, registry_stand_in

FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Remember whether a test failed, so that its windows are pictured."""
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium; the test is skipped, with the reason, where it is missing."""
    path = chromium_path()
    if path is None:
        pytest.skip(MISSING)
    with running_chromium(path) as browser:
        yield browser


@pytest.fixture(scope="session")
def registry() -> Iterator[RegistryStandIn]:
    """The stand-in of the public company search."""
    with registry_stand_in() as server:
        yield server


@pytest.fixture
def site(
    browser: Browser, cluster: PostgresInfo, registry: RegistryStandIn, tmp_path: Path
) -> Iterator[LiveSite]:
    """A live site on an empty database; a page that broke fails the test."""
    with live_site(cluster, tmp_path, registry.url) as site:
        yield site
        assert not site.failures, "\n".join(site.failures)


@pytest.fixture
def windows(request: pytest.FixtureRequest, browser: Browser, site: LiveSite) -> Iterator[Windows]:
    """The windows of this test, pictured when it fails; a page that complains fails it too."""
    windows = Windows(browser, site.url)
    yield windows
    if request.node.stash.get(FAILED, False):
        windows.picture(request.node.nodeid)
    windows.close()
    assert windows.complaints == []
