"""Axe on every page of the site, found in its own table of pages: new ones are met by themselves.

A page is opened by the first of ``READERS`` who may, then seen on a desk and on a phone, in light
and in dark; afterwards forms are sent empty, so that their refusals are seen.
"""

from datetime import timedelta

import pytest
from playwright.sync_api import APIResponse, Page
from sqlalchemy import select
from uuid_utils.compat import uuid7

from app import clock
from app.actors import Role
from app.kept_mails import list_mails
from app.mail import send_mail
from app.security import policy_of
from cases.casework.models import CaseFile
from partners.organisations.enums import Subject
from partners.organisations.models import Seat
from partners.people.models import Absence, Membership
from tests.factories.casework import make_case
from tests.factories.links import tokens_of
from tests.factories.organisations import make_service, make_unit
from tests.factories.people import make_member
from tests.factories.stage import make_stage
from tests.factories.world import World, make_world
from tests.journeys.entering import give_code, give_password
from tests.journeys.hands import Hand
from tests.support.acting import seeding
from tests.support.addresses import Address, addresses, ids_of
from tests.support.browser import PHONE, Windows, axe_violations
from tests.support.live import LiveSite

pytestmark = pytest.mark.browser

PARTS = 6
HEIGHT = 844
#: Who opens the pages, in this order; ``nobody`` is not signed in.
READERS = (
    *("adviser", "partner", "pending", "manager", "platform_admin", "auditor"),
    *("far", "nobody"),
)
#: Not met by this walk: read by machines, files still being made, steps of the signing-in (which
#: have a test of their own).
ELSEWHERE = {
    *("kernel.readyz", "referrals.download", "people.join"),
    *("people.second_factor", "people.recovery_code", "people.enrol_factor"),
}
#: Seen in all four ways; the other rules are asked twice, once for each width and colour.
CONTRAST = "color-contrast"
LOOKS = ((1280, 390, "light"), (390, 1280, "dark"))
EMPTY_FORM = """
  const form = document.querySelector('main form[method=post]');
  form.querySelectorAll('textarea, input:not([type=hidden], [type=radio], [type=checkbox])')
    .forEach((field) => { field.value = ''; });
"""


@pytest.fixture
def world(site: LiveSite) -> World:
    """A case, an organisation with its units and services, a mail that was kept."""
    world = make_world()
    make_unit(world.urssaf)
    make_service(world.urssaf, Subject.CASH_FLOW)
    make_case(world.adviser, status="closed", outcome="recovered", closed_at=clock.now())
    make_absence(world.adviser)
    with site.worker.app_context():
        send_mail("a@exemple.test", "Une orientation vous attend", "Texte", message_id=uuid7())
    return world


@pytest.mark.parametrize("part", range(PARTS))
def test_axe_finds_nothing_on_any_page(
    site: LiveSite, windows: Windows, world: World, part: int
) -> None:
    pages = {name: windows.open(member=member) for name, member in readers(world).items()}
    wrong, opened = [], {}
    for endpoint, group in pages_of(site, world, part).items():
        found = first_opened(pages, group)
        if found is None:
            wrong.append(f"{endpoint}: nobody opens it")
        else:
            address, page = found
            opened[address] = page
            wrong += look_everywhere(page, address)
    for address, page in opened.items():
        wrong += look_at_refusal(page, address)
    assert not wrong, "\n".join(wrong)


def test_axe_finds_nothing_where_nothing_is_yet(
    site: LiveSite, windows: Windows, world: World
) -> None:
    wrong: list[str] = []
    page = windows.open(member=make_member(role=Role.MANAGER))
    for address in readable(site, world):
        if not address.arguments and _is_page(fetched(page, address)):
            page.goto(address.path)
            wrong += axe_violations(page)
    assert not wrong, "\n".join(wrong)


def pages_of(site: LiveSite, world: World, part: int) -> dict[str, list[Address]]:
    """The addresses of one part of the pages, by endpoint."""
    groups: dict[str, list[Address]] = {}
    for address in readable(site, world):
        groups.setdefault(address.endpoint, []).append(address)
    names = sorted(groups.keys() - ELSEWHERE)[part::PARTS]
    return {name: groups[name] for name in names}


def readers(world: World) -> dict[str, Membership | None]:
    """Those who open the pages; the manager and the others sit beside the adviser.

    ``far`` sits there too, for another territory than the case's.
    """
    seat = Seat(id=world.adviser.seat_id)
    others = (Role.MANAGER, Role.PLATFORM_ADMIN, Role.AUDITOR)
    seated = {str(role): make_member(seat, role) for role in others}
    known: dict[str, Membership | None] = {
        "adviser": world.adviser,
        "partner": world.partner,
        "pending": world.pending,
        **seated,
        "far": make_member(seat, unit_id=make_unit(world.urssaf, ("59",)).id),
        "nobody": None,
    }
    return {name: known[name] for name in READERS}


def readable(site: LiveSite, world: World) -> list[Address]:
    """All that can be fetched; links with a token, mails with a key, that are good for them."""
    tokens, questions, found = tokens_of(world), questions_of(world), []
    key = list_mails(site.web.config["SETTINGS"])[0].key
    ids = {**ids_of(world), "key": (key,), "case_id": case_ids(world)}
    for address in addresses(site.web, ids):
        policy = policy_of(site.web, address.endpoint)
        if "GET" in address.methods:
            known = address.with_token(tokens.get(policy.purpose if policy else "", ""))
            found.append(known.with_question(questions.get(address.endpoint, "")))
    return found


def case_ids(world: World) -> tuple[object, ...]:
    """The case of the world, then the one that is closed."""
    with seeding() as session:
        closed = session.scalars(select(CaseFile.id).where(CaseFile.id != world.case.id)).all()
    return (world.case.id, *closed)


def make_absence(member: Membership) -> None:
    """Away tomorrow."""
    day = clock.today() + timedelta(days=1)
    with seeding() as session:
        session.add(Absence(membership_id=member.id, starts_on=day, ends_on=day))


def questions_of(world: World) -> dict[str, str]:
    """What some pages must be asked in their address."""
    return {
        "referrals.send": f"?vers={world.pending.seat_id}",
        "referrals.describe": f"?dossier={world.case.id}",
        "casework.new": f"?entreprise={world.case.company_id}",
    }


def first_opened(pages: dict[str, Page], group: list[Address]) -> tuple[Address, Page] | None:
    """The first address of an endpoint that somebody may open, in their window."""
    for address in group:
        for page in pages.values():
            if fetched(page, address).ok:
                return address, page
    return None


def fetched(page: Page, address: Address) -> APIResponse:
    """The answer to this window's reader, without opening it."""
    return page.request.get(address.path, max_redirects=0)


def _is_page(answer: APIResponse) -> bool:
    return answer.ok and answer.headers["content-type"].startswith("text/html")


def look_everywhere(page: Page, address: Address) -> list[str]:
    """What axe finds on the page, whoever looks at it; nothing to look at in a file."""
    if not _is_page(fetched(page, address)):
        return []
    wrong: list[str] = []
    for width, other, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.emulate_media(color_scheme=scheme)
        page.goto(address.path)
        wrong += [f"{width} {scheme} {line}" for line in axe_violations(page)]
        page.set_viewport_size({"width": other, "height": HEIGHT})
        wrong += [f"{other} {scheme} {line}" for line in axe_violations(page, CONTRAST)]
    return wrong


def look_at_refusal(page: Page, address: Address) -> list[str]:
    """What axe finds when the form of the page was sent empty and refused."""
    if "POST" not in address.methods or not _is_page(fetched(page, address)):
        return []
    page.goto(address.path)
    form = page.locator("main form[method=post]").first
    if not form.count():
        return []
    page.evaluate(EMPTY_FORM)
    with page.expect_navigation() as navigation:
        form.evaluate("form => form.submit()")
    return [] if navigation.value.ok else [f"refused {line}" for line in axe_violations(page)]


def test_axe_finds_nothing_while_signing_in(site: LiveSite, windows: Windows) -> None:
    stage, wrong = make_stage(), []
    hand = Hand(windows.open(PHONE))
    hand.page.goto("/connexion")
    give_password(hand)
    wrong += axe_violations(hand.page)
    hand.open("Je n’ai pas mon téléphone")
    hand.follow("Saisir un code de secours")
    hand.is_at("secours")
    wrong += axe_violations(hand.page)
    hand.page.goto("/connexion/code")
    give_code(hand, stage)
    hand.is_at("Aujourd’hui")
    assert not wrong, "\n".join(wrong)
