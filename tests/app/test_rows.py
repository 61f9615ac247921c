"""What is asked before anybody acts leaves nothing behind, whether it answers or fails."""

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, MultipleResultsFound

from app import rows
from app.db import db
from cases.casework.models import CaseFile
from tests.factories.world import make_world
from tests.support.acting import act_as_member

SEAT = text("SELECT current_setting('app.seat', true)")


@pytest.mark.parametrize(
    ("asked", "failure"),
    [
        ("SELECT 1 / :zero", DBAPIError),
        ("SELECT FROM generate_series(1, 2 + :zero)", MultipleResultsFound),
        ("SELECT 1 WHERE :zero = 1", None),
        ("SELECT 1 WHERE :zero = 0", None),
    ],
)
def test_after_a_question_for_nobody_the_next_transaction_is_somebody_s(
    app: Flask, asked: str, failure: type[Exception] | None
) -> None:
    world = make_world()
    actor = act_as_member(world.stranger)
    session = db.session()
    if failure:
        with pytest.raises(failure):
            rows.ask_before_anybody(text(asked), {"zero": 0})
    else:
        rows.ask_before_anybody(text(asked), {"zero": 0})
    assert not session.in_transaction() and "is_unscoped" not in session.info
    assert session.scalar(SEAT) == str(actor.seat_id)
    assert session.scalars(select(CaseFile.id)).all() == []


def test_nobody_is_asked_once_somebody_acts(app: Flask) -> None:
    act_as_member(make_world().adviser)
    db.session.scalar(SEAT)
    with pytest.raises(rows.PrincipalChanged):
        rows.ask_before_anybody(SEAT, {})
