"""Who caused a job, when the job runs."""

import uuid

import pytest
from flask import Flask

from app import clock
from app.actors import SYSTEM, Role
from partners.people.authors import find_author
from tests.factories import make_member, make_seat
from tests.support.acting import acting_as, seeding

pytestmark = pytest.mark.usefixtures("app")


def test_author_acts_on_the_seat_with_the_role_of_now() -> None:
    seat = make_seat()
    member = make_member(seat, role=Role.ADVISER)
    make_member(make_seat())
    with seeding() as session:
        session.add(member)
        member.role = Role.MANAGER
    with acting_as(SYSTEM):
        author = find_author(member.user_id, seat.id)
    assert author is not None
    assert (author.membership_id, author.seat_id) == (member.id, seat.id)
    assert (author.role, author.database_role) == (Role.MANAGER, "relais_web")


def test_author_who_left_or_is_unknown_is_nobody(app: Flask) -> None:
    seat = make_seat()
    member = make_member(seat, ended_at=clock.now())
    with acting_as(SYSTEM):
        assert find_author(member.user_id, seat.id) is None
        assert find_author(uuid.uuid4(), seat.id) is None
        assert find_author(None, None) is None
