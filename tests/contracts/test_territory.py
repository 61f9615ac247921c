"""Every page about a case asks first why it is opened outside one's territory: found by itself.

A page is about a case when its address names one, or something that belongs to one. A new page is
met here without being named.
"""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import clock
from cases.referrals.models import Printout
from partners.organisations.models import Seat
from partners.people.models import Membership
from tests.contracts.test_strangers import fingerprint
from tests.factories.casework import make_outside_access
from tests.factories.organisations import make_unit
from tests.factories.people import make_member
from tests.factories.world import World, make_world
from tests.support.acting import seeding
from tests.support.addresses import Address, addresses, ids_of
from tests.support.pages import begin_anew
from tests.support.signing import COOKIE, open_session

#: What names a case or something of it in an address.
OF_A_CASE = {
    *("case_id", "basis_id", "need_id", "referral_id", "entry_id", "action_id"),
    *("assessment_id", "participation_id", "printout_id", "step_id", "rights_request_id"),
}
#: Pages that open a case by something else they are asked.
ASKED = ("/orientations/nouvelle/besoin?dossier={}", "/orientations/nouvelle/besoin?entreprise={}")
#: Not asked before these, and why.
ELSEWHERE = {"casework.say_why": "it is the page that asks"}
DOOR = re.compile(r"^/dossiers/[0-9a-f-]{36}/hors-territoire\?next=")


@pytest.fixture
def world(app: Flask) -> World:
    """The company of the world is in Gironde."""
    return make_world()


@pytest.fixture
def outsider(world: World) -> Membership:
    """A colleague of the lead, whose unit covers the Nord; a document is being made for them."""
    unit = make_unit(world.urssaf, ("59",))
    member = make_member(Seat(id=world.adviser.seat_id), unit_id=unit.id)
    with seeding() as session:
        session.add(
            Printout(
                referral_id=world.accepted.id,
                user_id=member.user_id,
                seat_id=member.seat_id,
                expires_at=clock.now().replace(year=2099),
            )
        )
    return member


class Caller:
    """A member who asks for pages, signed in anew each time."""

    def __init__(self, app: Flask, member: Membership) -> None:
        self.client = FlaskClient(app, app.response_class)
        self.client.set_cookie(COOKIE, open_session(member), domain="localhost")

    def ask(self, method: str, path: str, **more: object) -> object:
        """The answer, whatever it is."""
        begin_anew()
        return self.client.open(path, method=method, **more)  # type: ignore[arg-type]


def pages_of_cases(app: Flask, world: World) -> list[Address]:
    """All addresses that name something of a case, but those said to be elsewhere, and those of
    links: no member opens them."""
    known = [one for one in addresses(app, ids_of_case(world)) if one.arguments & OF_A_CASE]
    return [one for one in known if one.endpoint not in ELSEWHERE and "token" not in one.arguments]


def ids_of_case(world: World) -> dict[str, tuple[object, ...]]:
    """The objects of the world, and every document being made."""
    with seeding() as session:
        printouts = tuple(one.id for one in session.query(Printout))
    return {**ids_of(world), "printout_id": printouts}


def test_each_page_of_a_case_asks_first(app: Flask, world: World, outsider: Membership) -> None:
    caller, met, wrong = Caller(app, outsider), set(), []
    before = fingerprint()
    for address in pages_of_cases(app, world):
        for method in sorted(address.methods):
            answer = caller.ask(method, address.path, data={} if method == "POST" else None)
            if answer.status_code == 404:  # not theirs at all, territory or not
                continue
            met.add(address.endpoint)
            if not DOOR.match(answer.headers.get("Location", "")):
                wrong.append(f"{method} {address.path} → {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert fingerprint() == before
    reachable = {one.endpoint for one in pages_of_cases(app, world)}
    assert reachable - met == set(), "pages that nobody of the lead seat opens"


@pytest.mark.parametrize("path", ASKED)
def test_pages_that_are_asked_for_a_case_ask_too(
    app: Flask, world: World, outsider: Membership, path: str
) -> None:
    named = world.case.id if "dossier" in path else world.case.company_id
    answer = Caller(app, outsider).ask("GET", path.format(named))
    assert DOOR.match(answer.headers["Location"])


def test_once_a_reason_was_given_no_page_asks(
    app: Flask, world: World, outsider: Membership
) -> None:
    make_outside_access(world.case, outsider)
    caller = Caller(app, outsider)
    asked = [
        address.path
        for address in pages_of_cases(app, world)
        if "GET" in address.methods
        if DOOR.match(caller.ask("GET", address.path).headers.get("Location", ""))
    ]
    assert asked == []


def test_at_home_no_page_asks(app: Flask, world: World) -> None:
    unit = make_unit(world.urssaf, ("33",))
    caller = Caller(app, make_member(Seat(id=world.adviser.seat_id), unit_id=unit.id))
    asked = [
        address.path
        for address in pages_of_cases(app, world)
        if "GET" in address.methods
        if DOOR.match(caller.ask("GET", address.path).headers.get("Location", ""))
    ]
    assert asked == []


def test_a_receiver_answers_without_being_asked(app: Flask, world: World) -> None:
    """The waiting referral is no page of the case; the one already taken is."""
    for receiver, referral, is_asked in (
        (world.pending, world.waiting, False),
        (world.partner, world.accepted, True),
    ):
        with seeding() as session:
            seat = session.get_one(Seat, receiver.seat_id)
        unit = make_unit(type(world.urssaf)(id=seat.organisation_id), ("59",))
        colleague = make_member(Seat(id=receiver.seat_id), unit_id=unit.id)
        answer = Caller(app, colleague).ask("GET", f"/orientations/{referral.id}")
        assert bool(DOOR.match(answer.headers.get("Location", ""))) is is_asked
