"""Links: one at a time, why one opens nothing, asking for another."""

import uuid
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from app import clock
from app.actors import ANONYMOUS, SYSTEM
from app.jobs import Outbox
from app.links import (
    Link,
    LinkGone,
    LinkPurpose,
    LinkStanding,
    ask_another_link,
    find_standing,
    hash_token,
    issue_link,
    link_refusal,
)
from tests.factories.people import make_member
from tests.support.acting import acting_as, actor_of, seeding

OBJECT = uuid.uuid4()


def make(purpose: LinkPurpose = LinkPurpose.ANSWER, **changes: object) -> str:
    """The token of a new link, changed afterwards."""
    with seeding() as session:
        link, token = issue_link(purpose, OBJECT, by=SYSTEM)
        session.flush()
        for name, value in changes.items():
            setattr(link, name, value)
    return token


def standing(token: str, purpose: LinkPurpose = LinkPurpose.ANSWER) -> str:
    with acting_as(ANONYMOUS):
        return find_standing(token, purpose)[1]


@pytest.mark.parametrize("purpose", [LinkPurpose.ANSWER, LinkPurpose.CONSENT])
def test_a_new_link_revokes_the_former_ones_of_its_object(app: Flask, purpose: LinkPurpose) -> None:
    with seeding():
        other = issue_link(purpose, uuid.uuid4(), by=SYSTEM)[1]
        elsewhere = issue_link(LinkPurpose.INVITATION, OBJECT, by=SYSTEM)[1]
    first, second = make(purpose), make(purpose)
    assert standing(first, purpose) == LinkStanding.REPLACED
    assert standing(second, purpose) == standing(other, purpose) == "live"
    assert standing(elsewhere, LinkPurpose.INVITATION) == "live"


def test_former_invitations_still_serve(app: Flask) -> None:
    first = make(LinkPurpose.INVITATION)
    make(LinkPurpose.INVITATION)
    assert standing(first, LinkPurpose.INVITATION) == "live"


def test_an_answer_link_lives_eight_days(app: Flask) -> None:
    token = make()
    with seeding() as session:
        link = session.scalars(select(Link)).one()
        assert link.expires_at - link.created_at == pytest.approx(
            timedelta(days=8), abs=timedelta(seconds=1)
        )
        assert link.token_hash == hash_token(token) and token not in link.token_hash


@pytest.mark.parametrize(
    ("changes", "expected", "renewable"),
    [
        ({"expires_at": clock.now() - timedelta(days=1)}, LinkStanding.EXPIRED, True),
        ({"revoked_at": clock.now()}, LinkStanding.REVOKED, False),
        ({"used_at": clock.now()}, LinkStanding.USED, False),
    ],
    ids=["expired", "revoked", "used"],
)
def test_each_dead_link_says_why(
    app: Flask, changes: dict[str, object], expected: LinkStanding, renewable: bool
) -> None:
    token = make(**changes)
    with acting_as(ANONYMOUS):
        refusal = link_refusal({"token": token}, LinkPurpose.ANSWER)
    assert (refusal.standing, refusal.is_renewable) == (expected, renewable)


@pytest.mark.parametrize("token", ["", "jeton-inconnu", "altéré"])
def test_an_altered_link_is_of_no_object(app: Flask, token: str) -> None:
    make()
    with acting_as(ANONYMOUS):
        assert find_standing(token, LinkPurpose.ANSWER) == (None, LinkStanding.UNKNOWN)
    with acting_as(ANONYMOUS):
        assert not link_refusal({"token": token}, LinkPurpose.ANSWER).is_renewable


def test_a_link_is_unknown_to_the_pages_of_another_purpose(app: Flask) -> None:
    assert standing(make(), LinkPurpose.CONSENT) == LinkStanding.UNKNOWN


def test_sentences_differ(app: Flask) -> None:
    assert len({LinkGone(one).message for one in LinkStanding}) == len(LinkStanding)


def test_asking_for_another_writes_the_same_row_for_a_link_and_for_none(app: Flask) -> None:
    with acting_as(ANONYMOUS):
        ask_another_link(OBJECT, "tests.send", names="object_id", by=ANONYMOUS)
        ask_another_link(None, "tests.send", names="object_id", by=ANONYMOUS)
    with seeding() as session:
        known, unknown = session.scalars(select(Outbox).order_by(Outbox.id)).all()
    assert known.payload == {"object_id": str(OBJECT)}
    assert uuid.UUID(unknown.payload["object_id"]) != OBJECT
    for name in ("kind", "principal", "user_id", "seat_id", "subject_id", "basis_id", "status"):
        assert getattr(known, name) == getattr(unknown, name), name


def test_the_web_makes_no_link_and_revives_none(app: Flask) -> None:
    member = make_member()
    with seeding() as session:
        link = issue_link(LinkPurpose.ANSWER, OBJECT, by=SYSTEM)[0]
        link.seat_id, link.revoked_at = member.seat_id, clock.now()
        session.flush()
    actor = actor_of(member)
    with pytest.raises(DBAPIError, match="permission denied"), acting_as(actor) as session:
        issue_link(LinkPurpose.INVITATION, OBJECT, by=actor)
        session.flush()
    with pytest.raises(DBAPIError, match="permission denied"), acting_as(actor) as session:
        session.get_one(Link, link.id).revoked_at = None
        session.flush()
