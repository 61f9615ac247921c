"""The box as a file: one's own lines, named as far as their reader may know, written down."""

import contextvars
from collections.abc import Sequence
from functools import partial

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.db import db
from app.journal import JournalEvent
from app.web import exports
from app.web.exports import read_in_parts
from app.web.formatting import date_short
from app.web.tables import csv_parts
from cases.referrals import commands
from cases.referrals.enums import DeclineCode, ReferralKind, ReferralState
from cases.referrals.models import Referral
from cases.referrals.printouts import HEADER
from cases.referrals.queries.shown import read_lines
from cases.referrals.shown import ShownLine
from cases.referrals.views import boxes
from partners.organisations.enums import Subject
from partners.organisations.models import Organisation
from tests.cases.referrals.story import make_story
from tests.support.acting import act_as_member, acting_as, actor_of, seeding
from tests.support.pages import InspectingClient
from tests.support.signing import sign_in


def test_the_box_leaves_as_a_file(client: InspectingClient) -> None:
    story = make_story()
    kept, declined = story.send(), story.send(to=story.rival)
    referral, actor = story.opened_by(story.rival, declined)
    with acting_as(actor):
        commands.decline_referral(
            referral,
            code=DeclineCode.NO_CAPACITY,
            text="Complet.",
            can_entrepreneur_read=False,
            by=actor,
        )
    sign_in(client, story.adviser)
    lines = client.get("/orientations/export.csv?onglet=envoyees").text.splitlines()
    assert len(lines) == 3 and kept.id
    waiting = client.get("/orientations/export.csv?onglet=envoyees&etat=attente").text
    assert "Entraide Exemple" in waiting and "Conseil Exemple" not in waiting
    sign_in(client, story.rival)
    lines = client.get("/orientations/export.csv").text.splitlines()
    assert len(lines) == 2 and "Menuiserie" not in lines[1]
    sign_in(client, story.stranger)
    assert len(client.get("/orientations/export.csv").text.splitlines()) == 1
    with seeding() as session:
        taken = select(JournalEvent.details).where(JournalEvent.action == "referrals.exported")
        found = session.scalars(taken.order_by(JournalEvent.at)).all()
    assert found == [{"referrals": number} for number in (2, 1, 1, 0)]


@pytest.mark.parametrize("size", [1, 2, 500])
def test_the_file_is_the_same_whatever_its_parts(
    client: InspectingClient, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(exports, "ROWS_OF_A_PART", size)
    story = make_story()
    sent = [story.send(to=one) for one in (story.partner, story.rival)]
    with seeding() as session:
        session.get_one(Organisation, actor_of(story.rival).organisation_id).name = "=1+1"
        titles = [session.get_one(Referral, one.id).title for one in sent]
        days = [date_short(session.get_one(Referral, one.id).sent_at) for one in sent]
    sign_in(client, story.adviser)
    answer = client.get("/orientations/export.csv?onglet=envoyees&tri=sent")
    assert answer.is_streamed and answer.content_type == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == "attachment; filename=orientations.csv"
    names = ("Entraide Exemple", "=1+1")
    words = (Subject.CASH_FLOW.label, ReferralKind.JOINT.label, ReferralState.SENT.label)
    lines = [
        (title, "Urssaf Exemple", name, *words, day, "")
        for title, name, day in zip(titles, names, days, strict=True)
    ]
    assert answer.get_data() == b"".join(csv_parts(HEADER, lines))
    assert b'"\'=1+1"' in answer.get_data()


def test_a_part_holds_what_may_still_be_read(app: Flask) -> None:
    """Both locks are asked at each part, whatever the first statement had found."""
    story = make_story()
    ids = [story.send().id, story.send(to=story.rival).id]
    adviser, stranger = act_as_member(story.adviser), actor_of(story.stranger)
    db.session.commit()
    read = partial(read_lines, actor=adviser)
    assert [one.id for one in read_in_parts(ids, read, adviser, 1)] == ids
    asked = partial(read_lines, actor=stranger)
    assert list(read_in_parts(ids, asked, adviser, 1)) == []
    db.session.expunge_all()
    assert list(read_in_parts(ids, read, stranger, 1)) == []


def test_a_file_broken_off_is_no_whole_file(
    client: InspectingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What fails in the middle cuts the answer: the reader sees that the file is not whole."""
    monkeypatch.setattr(exports, "ROWS_OF_A_PART", 1)
    story = make_story()
    ids = [story.send().id, story.send(to=story.rival).id]
    asked: list[Sequence[object]] = []

    def failing(some: Sequence[object], actor: object) -> list[ShownLine]:
        asked.append(some)
        if len(asked) == 2:
            raise ZeroDivisionError
        return read_lines(some, actor)  # type: ignore[arg-type]

    monkeypatch.setattr(boxes, "read_lines", failing)
    sign_in(client, story.adviser)
    answer = client.get("/orientations/export.csv?onglet=envoyees&tri=sent", buffered=False)
    with pytest.raises(ZeroDivisionError):
        b"".join(answer.response)
    assert asked == [ids[:1], ids[1:]]
    with seeding() as session:
        taken = select(JournalEvent.details).where(JournalEvent.action == "referrals.exported")
        assert session.scalars(taken).all() == [{"referrals": 2}]


@pytest.mark.commits
def test_the_file_is_filled_after_the_request_has_ended(committed_app: Flask) -> None:
    """Served for true, outside of any context: parts are read when the answer has begun."""
    story = make_story()
    story.send()
    db.session.commit()
    client = FlaskClient(committed_app, committed_app.response_class)
    sign_in(client, story.adviser)
    db.session.remove()
    address = "/orientations/export.csv?onglet=envoyees"
    file = contextvars.Context().run(lambda: client.get(address).text)
    assert len(file.splitlines()) == 2 and "Entraide Exemple" in file
