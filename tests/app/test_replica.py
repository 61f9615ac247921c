"""Reports read on a real streaming replica: where, by whom, how late, and when there is none."""

import re
import shutil
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import InternalError

from app import clock, replica, rows
from app.actors import Actor, Role
from app.db import db
from app.embedded.postgres import PostgresInfo, ensure_postgres, stop_postgres
from app.embedded.trial import TESTER, ensure_test_postgres
from app.journal import JournalEvent
from app.replica import find_replica, read_report
from cases.casework.lists import ask_cases, list_exported
from cases.casework.models import Participation
from partners.organisations.models import Seat
from partners.people.models import Membership
from tests.conftest import make_test_app, settings_for
from tests.factories import make_basis, make_case, make_member, make_participation
from tests.support.acting import acting_as, actor_of, seeding
from tests.support.databases import cloned_database
from tests.support.signing import sign_in
from tests.support.standby import Standby, standby_of

pytestmark = pytest.mark.commits

IS_REPLICA = text("SELECT pg_is_in_recovery()")
PAUSE, RESUME = "SELECT pg_wal_replay_pause()", "SELECT pg_wal_replay_resume()"


@pytest.fixture(scope="module")
def primary(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresInfo]:
    """A cluster of its own, which is copied whole; it confirms when its disk did."""
    folder = tmp_path_factory.mktemp("replicated")
    ensure_postgres(folder / "test")
    info = ensure_test_postgres(folder)
    yield info
    stop_postgres(info.places.var_dir)
    shutil.rmtree(info.places.base)


@pytest.fixture(scope="module")
def database(primary: PostgresInfo) -> Iterator[str]:
    """One for all: its copy takes long. Each test tells a story of its own in it."""
    with cloned_database(primary, "relais_replicated") as name:
        yield name


@pytest.fixture(scope="module")
def standby(primary: PostgresInfo, database: str) -> Iterator[Standby]:
    with standby_of(primary) as one:
        yield one


@pytest.fixture
def app(primary: PostgresInfo, database: str, standby: Standby, tmp_path: Any) -> Iterator[Flask]:
    """The application, with its replica."""
    reports = {"reports_database_url": standby.url(TESTER, database)}
    app = make_test_app(settings_for(primary, database, tmp_path, **reports))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
        find_replica().engine.dispose()


@dataclass(frozen=True)
class Story:
    """A case, who leads it, who was invited, and somebody else."""

    adviser: Actor
    partner: Actor
    stranger: Actor
    case_id: uuid.UUID
    leader: Membership


@pytest.fixture
def story(app: Flask) -> Story:
    leader, guest, other = make_member(), make_member(), make_member()
    case = make_case(leader)
    basis = make_basis(case, [Seat(id=guest.seat_id)], leader)
    make_participation(case, guest, basis)
    return Story(actor_of(leader), actor_of(guest), actor_of(other), case.id, leader)


@pytest.fixture
def stopped_replay(standby: Standby) -> Iterator[Callable[[], None]]:
    """From the call on, nothing more is replayed; until the end of the test."""
    yield lambda: standby.run(PAUSE)
    standby.run(RESUME)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine may do much else."""
    monkeypatch.setattr(replica, "PATIENCE_SECONDS", 20.0)


def is_replica() -> bool:
    """Where a report is read."""
    return bool(db.session.scalar(IS_REPLICA))


def read_cases(actor: Actor) -> tuple[list[Any], bool]:
    """The cases that a file would hold, and whether the replica said so."""
    rows.act_as(actor)
    try:
        return read_report(lambda: (list_exported(ask_cases({}), actor), is_replica()), actor)
    finally:
        db.session.commit()


def end_partner(story: Story) -> None:
    """The partner leaves, now."""
    with seeding() as session:
        seat_id = story.partner.seat_id
        left = session.scalars(select(Participation).where(Participation.seat_id == seat_id)).one()
        left.ended_at = clock.now() - timedelta(seconds=1)


def test_a_report_is_read_on_the_replica_by_who_acts(story: Story) -> None:
    actor = story.adviser
    rows.act_as(actor)
    asked = text("SELECT pg_is_in_recovery(), current_user::text, app_seat()")
    assert read_report(lambda: db.session.execute(asked).one(), actor) == (
        True,
        "relais_web",
        actor.seat_id,
    )
    assert not is_replica()
    db.session.rollback()


def test_the_policies_hold_there(story: Story) -> None:
    found = {who: read_cases(getattr(story, who)) for who in ("adviser", "partner", "stranger")}
    assert found == {
        "adviser": ([story.case_id], True),
        "partner": ([story.case_id], True),
        "stranger": ([], True),
    }


def test_nothing_is_written_there(story: Story) -> None:
    actor = story.adviser
    rows.act_as(actor)
    with pytest.raises(InternalError, match="read-only transaction"):
        read_report(lambda: db.session.execute(text("DELETE FROM saved_view")), actor)
    db.session.rollback()


def test_a_right_that_just_ended_is_not_served(
    story: Story, stopped_replay: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = story.partner
    assert read_cases(actor) == ([story.case_id], True)
    monkeypatch.setattr(replica, "PATIENCE_SECONDS", 0.0)
    stopped_replay()
    end_partner(story)
    with find_replica().engine.connect() as connection:
        connection.execute(rows.OPEN_SCOPE, rows.scope_of(actor))
        still_there = connection.scalars(text("SELECT case_id FROM case_reader")).all()
    assert still_there == [story.case_id]
    assert read_cases(actor) == ([], False)


def test_what_was_just_written_is_waited_for(story: Story, standby: Standby) -> None:
    actor = story.partner
    standby.run(PAUSE)
    end_partner(story)
    resuming = threading.Timer(0.3, standby.run, [RESUME])
    resuming.start()
    assert read_cases(actor) == ([], True)
    resuming.join()


def test_a_replica_that_is_away_is_done_without_then_left_alone(
    story: Story, standby: Standby, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = story.adviser
    standby.stop()
    try:
        assert read_cases(actor) == ([story.case_id], False)
        assert find_replica().is_resting
    finally:
        standby.start()
    assert read_cases(actor) == ([story.case_id], False)
    monkeypatch.setattr(find_replica(), "rests_until", 0.0)
    assert read_cases(actor) == ([story.case_id], True)


def test_a_reading_interrupted_there_is_read_again_here(story: Story, standby: Standby) -> None:
    """The replica is stopped in the middle of a report."""
    actor = story.adviser
    rows.act_as(actor)
    where = []

    def ask() -> bool:
        where.append(is_replica())
        if where == [True]:
            standby.stop()
            standby.start()
        return is_replica()

    assert read_report(ask, actor) is False
    assert where == [True, False]
    db.session.rollback()


def test_a_replica_that_became_a_primary_is_not_read(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here, the primary itself."""
    monkeypatch.setattr(replica, "PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr(find_replica(), "engine", db.engine)
    actor, sessions = story.adviser, []
    rows.act_as(actor)
    read_report(lambda: sessions.append(db.session()), actor)
    assert sessions == [db.session()]


def test_another_history_is_not_read(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failover happened: the primary went on from another point than this replica."""
    actor, point = story.adviser, replica._point()
    later = {**point, "timeline": point["timeline"] + 1}
    monkeypatch.setattr(replica, "_point", lambda: later)
    assert read_cases(actor) == ([story.case_id], False)


def test_a_file_taken_from_the_replica_is_journalled_on_the_primary(
    story: Story, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_on: list[bool] = []
    original = replica._await

    def seen(session: Any, point: dict[str, Any]) -> None:
        original(session, point)
        read_on.append(bool(session.scalar(IS_REPLICA)))

    monkeypatch.setattr(replica, "_await", seen)
    client = app.test_client()
    sign_in(client, story.leader)
    for path, action in (
        ("/dossiers/export.csv", "cases.exported"),
        ("/orientations/export.csv", "referrals.exported"),
        ("/entreprises/export.csv", "companies.exported"),
    ):
        read_on.clear()
        assert client.get(path).status_code == 200
        assert read_on and all(read_on), path
        with acting_as(story.adviser) as session:
            assert not session.scalar(IS_REPLICA)
            taken = select(JournalEvent).where(JournalEvent.action == action)
            assert len(session.scalars(taken).all()) == 1, path


def test_probes_are_told_how_late_it_is(
    story: Story, standby: Standby, app: Flask, stopped_replay: Callable[[], None]
) -> None:
    client = app.test_client()
    read_cases(story.adviser)
    on_time = {"ok": True, "age_seconds": 0.0, "behind_bytes": 0}
    assert client.get("/readyz").get_json()["replica"] == on_time
    stopped_replay()
    end_partner(story)
    assert client.get("/readyz").get_json()["replica"]["behind_bytes"] > 0


def test_probes_do_without_it(story: Story, standby: Standby, app: Flask) -> None:
    standby.stop()
    try:
        told = app.test_client().get("/readyz").get_json()
    finally:
        standby.start()
    away = {"ok": False, "age_seconds": None, "behind_bytes": None}
    assert (told["replica"], told["database"]["ok"]) == (away, True)


def test_the_administration_of_the_platform_is_told_too(app: Flask, standby: Standby) -> None:
    client = app.test_client()
    sign_in(client, make_member(role=Role.PLATFORM_ADMIN))
    assert "Copie de la base pour les rapports Suit" in words(client.get("/").text)
    standby.stop()
    try:
        assert "Copie de la base pour les rapports Ne suit pas" in words(client.get("/").text)
    finally:
        standby.start()


def words(page: str) -> str:
    """The page without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())
