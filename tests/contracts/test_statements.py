"""Every page asks the database eight things at most, whatever it shows; what writes is counted.

The session, the context and the journal are counted; BEGIN and COMMIT are not. Pages are found in
the site's own table: a new one is counted by itself.
"""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import clock
from app.actors import Role
from partners.organisations.enums import Subject
from partners.organisations.models import Seat
from partners.people.models import Membership
from tests.factories.organisations import make_service, make_unit
from tests.factories.people import make_member
from tests.factories.world import World, make_world
from tests.support.addresses import Address, addresses, ids_of
from tests.support.counting import recorded_statements
from tests.support.pages import begin_anew
from tests.support.signing import sign_in

MOST = 8
#: Asks the public registry, or the processes of the site, before it answers.
ELSEWHERE = {"kernel.readyz"}


@pytest.fixture
def world(app: Flask) -> World:
    """One row of everything, and what the homes of the roles show."""
    world = make_world()
    make_unit(world.urssaf)
    make_service(world.urssaf, Subject.CASH_FLOW)
    return world


def members_of(world: World) -> dict[str, Membership]:
    """Who opens the pages: those who take part, and one member of each other role."""
    seat = Seat(id=world.adviser.seat_id)
    known = {name: getattr(world, name) for name in ("adviser", "partner", "pending", "recovery")}
    return {
        **known,
        **{role.value: make_member(seat, role) for role in Role if role is not Role.ADVISER},
    }


@pytest.mark.parametrize(
    "reader",
    [
        "adviser",
        "partner",
        "pending",
        "recovery",
        *(r.value for r in Role if r is not Role.ADVISER),
    ],
)
def test_a_page_asks_eight_things_at_most(app: Flask, world: World, reader: str) -> None:
    client = FlaskClient(app, app.response_class)
    sign_in(client, members_of(world)[reader])
    known = list(addresses(app, ids_of(world)))
    counts = {
        address.path: count
        for address in known
        if "GET" in address.methods
        and address.endpoint not in ELSEWHERE
        and (count := statements_of(client, address)) > MOST
    }
    assert counts == {}


def statements_of(client: FlaskClient, address: Address) -> int:
    """How many statements a page that opens takes, once it was opened before; 0 when refused."""
    begin_anew()
    client.get(address.path).close()  # a file is sent part by part: what it holds is let go
    begin_anew()
    with recorded_statements() as statements:
        answer = client.get(address.path)
    answer.close()
    return len(statements) if answer.status_code == 200 else 0


Post = tuple[Membership, str, dict[str, Any]]


def sending(world: World) -> Post:
    """A need to a partner that nobody asked, with a new agreement."""
    agreed = {"given_by": "Dominique Exemple", "mode": "writing", "message": "Merci de l’appeler."}
    asked = {"type": "joint", "vers": str(make_member().seat_id), "client_key": str(uuid4())}
    fields = {**agreed, **asked, "sections": ["identity", "situation"]}
    return world.adviser, f"/besoins/{world.need.id}/envoi", fields


def sending_to_two(world: World) -> Post:
    """The same to two partners: two rows more at a time, not as many statements again."""
    member, path, fields = sending(world)
    return member, path, {**fields, "vers": [fields["vers"], str(make_member().seat_id)]}


def note(world: World) -> Post:
    """A line in a timeline."""
    fields = {"kind": "note", "audience": "aid", "body": "Appel bref."}
    path = f"/dossiers/{world.case.id}/fil/ecrire"
    return world.adviser, path, {**fields, "happened_on": clock.today().isoformat()}


def accepting(world: World) -> Post:
    """The partner comes into the case."""
    return world.pending, f"/orientations/{world.waiting.id}/accepter", {}


def declining(world: World) -> Post:
    """The partner says why not."""
    fields = {"code": "no_capacity", "text": "Trop de demandes ce mois-ci."}
    return world.pending, f"/orientations/{world.waiting.id}/decliner", fields


@pytest.mark.parametrize(
    ("post", "expected"),
    [(sending, 8), (sending_to_two, 8), (note, 4), (accepting, 8), (declining, 6)],
)
def test_what_writes_asks_so_many_things(
    app: Flask, world: World, post: Callable[[World], Post], expected: int
) -> None:
    member, path, fields = post(world)
    client = FlaskClient(app, app.response_class)
    sign_in(client, member)
    begin_anew()
    with recorded_statements() as statements:
        answer = client.post(path, data=fields)
    assert answer.status_code in (302, 303), answer.text
    assert len(statements) == expected, statements
