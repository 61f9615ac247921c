"""The arrays that policies read are what the participations say."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from app import clock
from cases.casework.models import CaseFile, Participation
from cases.referrals.models import Referral
from tests.factories.world import make_world
from tests.support.acting import seeding


def stored_and_computed() -> list[tuple[set[object], set[object]]]:
    """For each case, the seats kept on it and the seats that take part in it today."""
    with seeding() as session:
        session.expunge_all()
        cases = list(session.scalars(select(CaseFile)))
        parts = list(session.scalars(select(Participation).where(Participation.ended_at.is_(None))))
    return [
        (set(case.reader_seats), {part.seat_id for part in parts if part.case_id == case.id})
        for case in cases
    ]


def test_reader_seats_follow_the_participations(app: Flask) -> None:
    world = make_world()
    for stored, computed in stored_and_computed():
        assert stored == computed
    with seeding() as session:
        left = session.scalars(
            select(Participation).where(Participation.seat_id == world.partner.seat_id)
        ).one()
        left.ended_at = clock.now() - timedelta(seconds=1)
    found = stored_and_computed()
    assert all(stored == computed for stored, computed in found)
    assert not any(world.partner.seat_id in stored for stored, _ in found)


def test_readers_of_a_referral_are_its_two_ends_and_the_lead(app: Flask) -> None:
    world = make_world()
    with seeding() as session:
        session.expunge_all()
        referral = session.get_one(Referral, world.waiting.id)
    expected = {world.adviser.seat_id, world.pending.seat_id}
    assert set(referral.reader_seats) == expected
