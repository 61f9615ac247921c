"""Every address, for every role that is a stranger to the case: nothing is read, nothing moves."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask, got_request_exception
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from app.actors import Role
from app.db import Base, RowClass
from app.migrating import import_models
from cases.casework.models import TimelineEntry
from cases.companies.models import Company, Person
from cases.referrals.models import Need, Referral, ReferralSheet
from partners.organisations.enums import Subject
from partners.organisations.models import Seat
from partners.people.models import Membership
from tests.factories.organisations import make_service, make_unit
from tests.factories.people import make_member
from tests.factories.world import World, make_world
from tests.support.acting import seeding
from tests.support.addresses import Address, addresses, ids_of
from tests.support.pages import begin_anew
from tests.support.registry_stand_in import RegistryStandIn, registry_stand_in
from tests.support.signing import COOKIE, open_session

import_models()
CASE_TABLES = sorted(
    name for name, t in Base.metadata.tables.items() if t.info["row_class"] == RowClass.CASE
)
#: Words that exist in the case only: none may be read by a stranger, on any page.
COMPANY, PERSON, SECRET = "Zyxomène Charpentes", "Ysengrin Wrzoskov", "kraquelure du chêne"
TOLD = "brindezingue au fil"
ASKED = "zyxomen"
#: What names an object of the case: its address is refused, whatever one does there.
CASE_ARGUMENTS = {
    *("case_id", "company_id", "person_id", "basis_id", "need_id", "referral_id", "entry_id"),
    *("action_id", "assessment_id", "participation_id", "request_id", "printout_id", "step_id"),
    *("notice_id", "token", "rights_request_id"),
}
#: Answers the same whether or not the token was ever good: it refuses nobody, and tells nothing.
SAME_FOR_ALL = {
    *("casework.renew_consent_link", "casework.renew_action_link"),
    "referrals.renew_answer_link",
}
REFUSED = {401, 403, 404, 405, 410}
#: Who walks: the role, and the seat of the world they sit on (None: one of their own).
WALKERS: dict[str, tuple[Role, str | None]] = {
    "stranger": (Role.ADVISER, None),
    "recovery": (Role.ADVISER, "recovery"),
    "recovery_manager": (Role.MANAGER, "recovery"),
    "accountant": (Role.ACCOUNTANT, None),
    "coordinator": (Role.COORDINATOR, None),
    "manager": (Role.MANAGER, None),
    "mediator": (Role.MEDIATOR, "adviser"),
    "observer": (Role.OBSERVER, "adviser"),
    "auditor": (Role.AUDITOR, "adviser"),
    "platform_admin": (Role.PLATFORM_ADMIN, None),
}


@pytest.fixture
def world(app: Flask) -> World:
    """The world, its case told in words found nowhere else."""
    world = make_world()
    for member in (world.adviser, world.partner):
        make_member(Seat(id=member.seat_id))
    make_unit(world.urssaf)
    make_service(world.urssaf, Subject.CASH_FLOW)
    with seeding() as session:
        session.get_one(Company, world.case.company_id).name = COMPANY
        person = session.get_one(Person, world.case.person_id)
        person.given_name, person.family_name = PERSON.split()
        session.get_one(Need, world.need.id).description = SECRET
        for referral in (world.accepted, world.waiting):
            kept = session.get_one(Referral, referral.id)
            kept.message, kept.frozen = SECRET, {**kept.frozen, "company": COMPANY}
            sheet = session.get_one(ReferralSheet, referral.id)
            sheet.content = {"identity": [["Entreprise", COMPANY], ["Dirigeant", PERSON]]}
        for entry in (world.aid_entry, world.own_entry, world.all_entry):
            session.get_one(TimelineEntry, entry.id).body = TOLD
    return world


class Visitor(FlaskClient):
    """A browser that does not inspect: thousands of pages are asked for."""

    failure = ""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Fetch the whole of it, as somebody new each time."""
        begin_anew()
        with got_request_exception.connected_to(self._keep):
            response = super().open(*args, **kwargs)
            response.get_data()  # a file sent part by part holds its request until it is read
        return response

    def _keep(self, _app: Flask, exception: BaseException, **_more: Any) -> None:
        self.failure = f"{type(exception).__name__}: {exception}"[:300]


@pytest.fixture(scope="module")
def registry() -> Iterator[RegistryStandIn]:
    """The public company search knows nothing of the company."""
    with registry_stand_in() as server:
        yield server


@pytest.fixture
def visitor(app: Flask, registry: RegistryStandIn, monkeypatch: pytest.MonkeyPatch) -> Visitor:
    """A visitor to whom a page that breaks answers 500, as in real life."""
    settings = replace(app.config["SETTINGS"], registry_url=registry.url)
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    return Visitor(app, app.response_class)


def enter(visitor: Visitor, member: Membership | None) -> None:
    """A session of this member: signing out is one of the pages that are walked."""
    if member is not None:
        visitor.set_cookie(COOKIE, open_session(member), domain="localhost")


def walk(app: Flask, world: World, visitor: Visitor, member: Membership | None) -> list[str]:
    """Ask for everything; what went wrong, one line per answer."""
    wrong: list[str] = []
    reference, known = world.case.reference, list(addresses(app, ids_of(world)))
    enter(visitor, member)
    for address in known:
        for method, response in _ask(visitor, member, address):
            if reason := _fault(reference, address, response, visitor.failure):
                wrong.append(f"{method} {address.path} → {response.status_code}: {reason}")
    return wrong


def _ask(
    visitor: Visitor, member: Membership | None, address: Address
) -> Iterator[tuple[str, TestResponse]]:
    if "GET" in address.methods:
        yield "GET", visitor.get(address.path)
    if "GET" in address.methods and not address.arguments:
        yield "GET", visitor.get(address.path, query_string={"q": ASKED, "siren": ASKED})
    if "POST" in address.methods:
        yield "POST", visitor.post(address.path, data={})
        enter(visitor, member)


def _fault(reference: str, address: Address, response: TestResponse, failure: str) -> str:
    body = response.get_data(as_text=True)
    secrets = (COMPANY, PERSON, SECRET, TOLD, reference)
    if read := [secret for secret in secrets if secret in body]:
        return f"reads {read}"
    if response.status_code >= 500 and address.endpoint != "kernel.readyz":
        return failure
    is_refused = response.status_code in REFUSED or _is_sent_to_sign_in(response)
    is_named = address.arguments & CASE_ARGUMENTS and address.endpoint not in SAME_FOR_ALL
    if is_named and not is_refused:
        return "is not refused"
    return ""


def _is_sent_to_sign_in(response: TestResponse) -> bool:
    return response.status_code in (302, 303) and "connexion" in response.headers["Location"]


def fingerprint() -> dict[str, str]:
    """What the tables of the cases hold."""
    with seeding() as session:
        contents = {name: session.scalars(text(CONTENT.format(name))).all() for name in CASE_TABLES}
    return {
        name: hashlib.sha256(repr(rows).encode()).hexdigest() for name, rows in contents.items()
    }


CONTENT = 'SELECT t::text FROM "{}" t ORDER BY 1'


@pytest.mark.parametrize("name", sorted(WALKERS))
def test_a_stranger_meets_nothing_of_the_case_anywhere(
    app: Flask, world: World, visitor: Visitor, name: str
) -> None:
    role, place = WALKERS[name]
    seat = Seat(id=getattr(world, place).seat_id) if place else None
    member, before = make_member(seat, role), fingerprint()
    wrong = walk(app, world, visitor, member)
    assert not wrong, "\n".join(wrong)
    assert fingerprint() == before


def test_nobody_meets_nothing_of_the_case_anywhere(
    app: Flask, world: World, visitor: Visitor
) -> None:
    before = fingerprint()
    wrong = walk(app, world, visitor, None)
    assert not wrong, "\n".join(wrong)
    assert fingerprint() == before


def test_the_words_are_those_of_the_case(app: Flask, world: World, visitor: Visitor) -> None:
    """The walk would be blind if the adviser of the case did not meet them."""
    words = (COMPANY, PERSON, SECRET, TOLD, world.case.reference)
    known = [a for a in addresses(app, ids_of(world)) if "GET" in a.methods]
    enter(visitor, world.adviser)
    met = "".join(visitor.get(address.path).get_data(as_text=True) for address in known)
    assert [word for word in words if word not in met] == []


def test_a_receiver_reads_its_sheet_and_nothing_else_of_the_case(
    app: Flask, world: World, visitor: Visitor
) -> None:
    """Before it accepts: not the case, its number, its timeline, nor the other receivers."""
    mine, other = f"/orientations/{world.waiting.id}", f"/orientations/{world.accepted.id}"
    hidden = (TOLD, world.case.reference, str(world.accepted.id))
    known = [a for a in addresses(app, ids_of(world)) if "GET" in a.methods]
    enter(visitor, world.pending)
    pages = {a.path: visitor.get(a.path) for a in known if not a.path.startswith(other)}
    texts = {path: page.get_data(as_text=True) for path, page in pages.items()}
    assert COMPANY in texts[mine]
    assert not [path for path, text in texts.items() for word in hidden if word in text]
    assert visitor.get(other).status_code == 404
