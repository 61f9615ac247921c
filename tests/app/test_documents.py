"""A statement written once answers what it would answer, with the values given when it runs."""

import json
import uuid

import pytest
from flask import Flask
from sqlalchemy import Select, Text, Uuid, any_, bindparam, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from app.actors import Role
from app.db import db
from app.documents import as_text, document, documents, written
from partners.people.models import Membership
from tests.factories.people import make_member
from tests.support.acting import seeding
from tests.support.counting import recorded_statements

SEATS = bindparam("seats", type_=ARRAY(Uuid))


def asked() -> Select[str]:
    """Members of some seats: an enum, a list and a sign of the driver's among what is constant."""
    said = literal("50 % de « %s », %(x)s", Text)
    known = literal(["a", "b"], ARRAY(Text))
    one = document(id=Membership.id, said=said, known=known)
    members = select(documents(one, Membership.id)).where(
        Membership.role == Role.MANAGER, Membership.seat_id == any_(SEATS)
    )
    return select(as_text(members.scalar_subquery()))


def test_what_is_written_answers_as_the_statement(app: Flask) -> None:
    members = [make_member(role=Role.MANAGER) for _ in range(3)]
    make_member()
    for some in (members[:2], members[2:], []):
        values = {"seats": [one.seat_id for one in some]}
        with seeding():
            found = written(asked()).ask(values)
            assert found == db.session.connection().scalar(asked(), values)
        assert {uuid.UUID(one["id"]) for one in json.loads(found)} == {one.id for one in some}
        assert all(one["said"] == "50 % de « %s », %(x)s" for one in json.loads(found))


def test_it_is_one_statement_and_keeps_nothing_of_what_it_was_made_of(app: Flask) -> None:
    kept = written(asked())
    assert set(kept.constants) and "seats" not in kept.constants
    assert all(isinstance(value, str | list) for value in kept.constants.values())
    with seeding() as session:
        session.connection()
        with recorded_statements() as statements:
            kept.ask({"seats": [uuid.uuid4()]})
    assert statements == [kept.text]


def test_a_list_that_is_spelt_out_is_refused(app: Flask) -> None:
    spelt = select(as_text(Membership.id)).where(Membership.role.in_([Role.MANAGER]))
    with pytest.raises(AssertionError):
        written(spelt)
