"""One effect, from the hand of the relay to its end."""

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask, current_app
from sqlalchemy import select, text, update

from app import clock, delivery
from app.actors import SYSTEM, Actor, ActorKind, Role
from app.db import db, unit_of_work
from app.jobs import JOBS, Job, NoLongerDue, Outbox, OutboxStatus, enqueue
from app.notices import Notice, post_notice
from cases.casework.models import LegalBasis
from tests.factories import make_basis, make_case, make_member, make_seat
from tests.support.acting import acting_as, seeding

AUTHOR = Actor(kind=ActorKind.MEMBER, user_id=uuid.uuid4(), seat_id=uuid.uuid4(), role=Role.ADVISER)
Run = Callable[[Outbox], None]


@pytest.fixture(autouse=True)
def _as_system(app: Flask) -> Iterator[None]:
    with acting_as(SYSTEM):
        yield


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Register an effect for the time of a test."""

    def add(run: Run, **options: bool) -> None:
        monkeypatch.setitem(JOBS, "tests.do", Job("tests.do", run, **options))

    return add


def make_row(status: OutboxStatus = OutboxStatus.SENDING, by: Actor = SYSTEM) -> Outbox:
    """A row that the relay has handed out."""
    with unit_of_work():
        row = enqueue("tests.do", key=str(uuid.uuid4()), by=by)
        row.status, row.lease_until = status, clock.now() + timedelta(seconds=20)
    return row


def say(row: Outbox) -> None:
    """An effect that can be counted."""
    post_notice(str(row.id), uuid.uuid4(), "Une orientation vous attend.")


def notices() -> list[str]:
    """Keys of what was said."""
    return list(db.session.scalars(select(Notice.key)))


def test_row_is_sent_once(register: Callable[..., None]) -> None:
    register(say)
    row = make_row()
    assert delivery.deliver(row.id) == "sent"
    assert delivery.deliver(row.id) == "skipped"
    assert (row.status, row.attempts, row.lease_until) == (OutboxStatus.SENT, 1, None)
    assert row.sent_at is not None
    assert notices() == [str(row.id)]


@pytest.mark.parametrize(
    "status", [s for s in OutboxStatus if s is not OutboxStatus.SENDING], ids=str
)
def test_row_that_is_not_handed_out_never_leaves(
    register: Callable[..., None], status: OutboxStatus
) -> None:
    register(say)
    assert delivery.deliver(make_row(status).id) == "skipped"
    assert notices() == []


def test_failure_waits_then_tries_again(register: Callable[..., None]) -> None:
    def fail(row: Outbox) -> None:
        say(row)
        raise OSError("the server is away")

    register(fail)
    row = make_row()
    assert delivery.deliver(row.id) == "pending"
    assert row.last_error == "OSError: the server is away"
    assert row.available_at > clock.now() + timedelta(seconds=25)
    assert notices() == [], "what a failed effect wrote is taken back"


def test_eighth_failure_is_the_last(register: Callable[..., None]) -> None:
    register(lambda row: 1 / 0)
    row = make_row()
    with unit_of_work():
        row.attempts = delivery.MOST_ATTEMPTS - 1
    assert delivery.deliver(row.id) == "dead"
    assert row.attempts == delivery.MOST_ATTEMPTS


def test_unknown_kind_fails_and_stays() -> None:
    assert delivery.deliver(make_row().id) == "pending"


def test_effect_without_reason_is_cancelled(register: Callable[..., None]) -> None:
    def withdrawn(_row: Outbox) -> None:
        raise NoLongerDue("the agreement was withdrawn")

    register(withdrawn)
    row = make_row()
    assert delivery.deliver(row.id) == "cancelled"
    assert (row.status, row.last_error) == (OutboxStatus.CANCELLED, "the agreement was withdrawn")


def test_effect_may_not_commit(register: Callable[..., None]) -> None:
    register(lambda row: db.session.commit())
    row = make_row()
    assert delivery.deliver(row.id) == "pending"
    assert "must not commit" in (row.last_error or "")


def test_effect_may_use_a_savepoint(register: Callable[..., None]) -> None:
    def inside(row: Outbox) -> None:
        with db.session.begin_nested():
            say(row)

    register(inside)
    assert delivery.deliver(make_row().id) == "sent"


def who_acts() -> tuple[str, str]:
    """The database role and the principal, as PostgreSQL sees them."""
    row = db.session.execute(text("SELECT current_user, app_principal()")).one()
    return row[0], row[1]


def test_effect_runs_as_its_author(
    register: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        current_app.extensions["relais.actors"], "author", lambda user, seat: AUTHOR
    )
    seen: list[tuple[str, str]] = []
    register(lambda row: seen.append(who_acts()), as_author=True)
    row = make_row(by=AUTHOR)
    assert delivery.deliver(row.id) == "sent"
    assert seen == [("relais_web", "member")]
    assert who_acts() == ("relais_worker", "system")


def test_effect_of_a_member_who_left_is_cancelled(
    register: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(current_app.extensions["relais.actors"], "author", lambda user, seat: None)
    register(say, as_author=True)
    assert delivery.deliver(make_row(by=AUTHOR).id) == "cancelled"
    assert notices() == []


def test_other_effects_run_as_the_system(register: Callable[..., None]) -> None:
    seen: list[tuple[str, str]] = []
    register(lambda row: seen.append(who_acts()))
    delivery.deliver(make_row(by=AUTHOR).id)
    assert seen == [("relais_worker", "system")]


@pytest.mark.parametrize(
    ("status", "is_begun", "expected"),
    [
        ("pending", False, "cancelled"),
        ("pending", True, "cancelled"),
        ("sending", False, "cancelled"),
        ("sending", True, "sending"),
        ("sent", True, "sent"),
    ],
)
def test_withdrawn_agreement_cancels_what_no_worker_has_begun(
    status: str, is_begun: bool, expected: str
) -> None:
    seat = make_seat()
    member = make_member(seat)
    basis = make_basis(make_case(member), [seat], member)
    row = make_row(OutboxStatus(status))
    with seeding() as session:
        session.add(row)
        row.basis_id, row.started_at = basis.id, clock.now() if is_begun else None
    with seeding() as session:
        session.execute(
            update(LegalBasis).where(LegalBasis.id == basis.id).values(withdrawn_at=clock.now())
        )
    with seeding() as session:
        session.refresh(row)
    assert row.status == expected


def test_pauses_grow_up_to_six_hours() -> None:
    pauses = [delivery.pause_after(n).total_seconds() for n in range(1, 9)]
    assert pauses == [30, 90, 270, 810, 2430, 7290, 21600, 21600]
