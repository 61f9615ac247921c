"""What an act leaves behind: the same rows as the session writes, in one statement, or none."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import DataError, IntegrityError, ProgrammingError
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from app.actors import ActorKind
from app.db import Base, db, unit_of_work
from app.jobs import Outbox, OutboxStatus
from app.journal import JournalEvent
from app.migrating import import_models
from app.writing import WRITTEN_LAST, write
from cases.casework.enums import Audience, EntryKind
from cases.casework.models import TimelineEntry
from cases.referrals.enums import ReferralState
from cases.referrals.models import Referral, ReferralSheet, ReferralStep
from tests.factories import make_basis, make_need, make_referral, make_seat
from tests.factories.world import World, make_world
from tests.support.acting import acting_as, actor_of, seeding
from tests.support.counting import recorded_statements

import_models()
TABLES = {t.name: t for t in Base.metadata.sorted_tables if t.info.get(WRITTEN_LAST)}
HARD = '« L’œuvre » d’"Éloïse" \\ 50 %, %s :nom {"a": [1]}\n\ttab\u2028, \'x\' — 🧭 <b>'
AT = datetime(2026, 3, 29, 1, 59, 59, 123456, ZoneInfo("Europe/Paris"))
#: Said otherwise for each row.
OWN = {"id", "referral_id", "dedupe_key"}


@pytest.fixture
def world(app: Flask) -> World:
    return make_world()


def sent(world: World) -> Referral:
    """Another referral, which has no sheet yet."""
    seat = make_seat()
    basis = make_basis(world.case, [seat], world.adviser)
    made = make_referral(make_need(world.case, world.adviser), world.adviser, seat, basis)
    with seeding() as session:
        session.delete(session.get_one(ReferralSheet, made.id))
    return made


def left_behind(world: World, referral: Referral) -> list[Any]:
    """One row for each table; all that may be given is, or nothing but what must be."""
    seat_id, hard = world.adviser.seat_id, {HARD: [HARD, 3, None, {"état": True}]}
    return [
        TimelineEntry(
            case_id=world.case.id,
            kind=EntryKind.NOTE,
            audience=Audience.AID,
            seat_id=seat_id,
            author_id=world.adviser.id,
            body=HARD,
            happened_at=AT,
            object_id=referral.id,
            created_at=AT + timedelta(days=1),
        ),
        ReferralStep(
            referral_id=referral.id,
            before=ReferralState.SENT,
            after=ReferralState.SEEN,
            at=AT,
            seat_id=seat_id,
            link_id=uuid4(),
            signed_name=HARD,
            signed_function="bénévole",
            note="",
        ),
        ReferralSheet(
            referral_id=referral.id,
            sections=["identity", HARD],
            content={"identity": [["Entreprise", HARD], ["SIREN", "732 829 320"]]},
            frozen_at=AT,
        ),
        JournalEvent(
            at=AT,
            principal=ActorKind.MEMBER,
            user_id=world.adviser.user_id,
            seat_id=seat_id,
            action="entry.written",
            object_type="timeline_entry",
            object_id=world.need.id,
            case_id=world.case.id,
            details={**hard, "kind": EntryKind.NOTE},
        ),
        Outbox(
            kind="test",
            dedupe_key=str(uuid4()),
            payload={},
            principal=ActorKind.LINK,
            available_at=AT,
            created_at=AT,
            status=OutboxStatus.UNCERTAIN,
            last_error=HARD,
        ),
    ]


def told(session: Session, rows: list[Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What the tables hold of these rows, in the words of the database."""
    for one in rows:
        name, key = one.__tablename__, inspect(one).identity[0]
        column = inspect(type(one)).primary_key[0].name
        found = session.scalar(
            text(f"SELECT to_jsonb(t) FROM {name} t WHERE {column} = :key"), {"key": key}
        )
        yield name, {key: value for key, value in found.items() if key not in OWN}


def test_the_rows_are_those_that_the_session_writes(world: World) -> None:
    first, second = sent(world), sent(world)
    with seeding() as session:
        ours, theirs = left_behind(world, first), left_behind(world, second)
        # The same links and objects, so that whole rows may be compared.
        ours[1].link_id, ours[0].object_id = theirs[1].link_id, theirs[0].object_id
        session.add_all(theirs)
        session.flush()
        session.add_all(ours)
        write(session)
        found, expected = dict(told(session, ours)), dict(told(session, theirs))
    assert set(found) == set(TABLES)
    for rows in (found, expected):
        rows["referral_sheet"].pop("seats")  # each has its own receiver
    assert found == expected


def test_all_of_it_is_one_statement_whatever_the_number(world: World) -> None:
    referrals = [sent(world), sent(world)]
    with seeding() as session:
        session.connection()
        session.add_all(row for one in referrals for row in left_behind(world, one))
        with recorded_statements() as statements:
            write(session)
        assert len(statements) == 1 and statements[0].count("INSERT INTO") == len(TABLES)
        with recorded_statements() as statements:
            write(session)
        assert statements == []
    with seeding() as session:
        assert session.scalar(select(func.count()).where(TimelineEntry.body == HARD)) == 2


def test_what_was_not_given_is_given_to_the_object_and_to_the_row(world: World) -> None:
    with seeding() as session:
        row = Outbox(
            kind="test", dedupe_key="k", payload={}, principal=ActorKind.SYSTEM, available_at=AT
        )
        session.add(row)
        write(session)
        with recorded_statements() as statements:
            assert row.id.version == 7 and row.created_at.tzinfo is not None
            assert (row.status, row.attempts, row.sent_at) == (OutboxStatus.PENDING, 0, None)
        assert statements == []
        session.expire(row)
        assert (row.status, row.attempts, row.sent_at) == (OutboxStatus.PENDING, 0, None)


def test_the_session_holds_the_objects_as_its_own(world: World) -> None:
    referral = sent(world)
    with seeding() as session:
        rows = left_behind(world, referral)
        session.add_all(rows)
        write(session)
        assert not session.new and all(inspect(one).persistent for one in rows)
        rows[4].attempts = 3
        session.delete(rows[3])
    with seeding() as session:
        assert session.get_one(Outbox, rows[4].id).attempts == 3
        assert session.get(JournalEvent, rows[3].id) is None


def test_everything_else_is_written_before(world: World) -> None:
    """A sheet and a step lean on a referral of the same act."""
    model = sent(world)
    with seeding() as session:
        columns = inspect(Referral).column_attrs
        values = {c.key: getattr(model, c.key) for c in columns if c.key != "due_at"}
        fresh = Referral(
            **{**values, "id": uuid7(), "client_key": "fresh", "need_id": world.need.id}
        )
        session.add_all([*left_behind(world, fresh), fresh])
        write(session)
        seats = select(ReferralSheet.seats).where(ReferralSheet.referral_id == fresh.id)
        assert session.scalar(seats) == [fresh.sender_seat_id, fresh.receiver_seat_id]


def event(world: World, **more: Any) -> JournalEvent:
    """One that the adviser may write."""
    values = {
        "principal": ActorKind.MEMBER,
        "user_id": world.adviser.user_id,
        "action": "test.done",
    }
    values |= {"seat_id": world.adviser.seat_id, "object_type": "case_file", "details": {}}
    return JournalEvent(**{**values, **more})


def message(world: World, **more: Any) -> Outbox:
    """The same."""
    values = {"principal": ActorKind.MEMBER, "user_id": world.adviser.user_id, "kind": "test"}
    values |= {"seat_id": world.adviser.seat_id, "available_at": AT, "payload": {}}
    return Outbox(**{"dedupe_key": "test", **values, **more})


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (
            lambda world: [event(world, user_id=world.stranger.user_id), message(world)],
            ProgrammingError,
        ),
        (
            lambda world: [event(world), message(world, seat_id=world.stranger.seat_id)],
            ProgrammingError,
        ),
        (lambda world: [event(world), message(world), message(world)], IntegrityError),
        (lambda world: [event(world, details=None), message(world)], IntegrityError),
        (lambda world: [event(world), message(world, status="gone")], IntegrityError),
        (lambda world: [event(world, action="a\x00b"), message(world)], DataError),
    ],
    ids=["another user", "another seat", "the same key", "a hole", "a wrong word", "a zero byte"],
)
def test_one_row_refused_is_nothing_written(world: World, wrong: Any, error: type) -> None:
    """The policies and constraints of each table hold for each row."""
    with pytest.raises(error), acting_as(actor_of(world.adviser)), unit_of_work() as session:
        session.add_all(wrong(world))
    db.session.rollback()
    with seeding() as session:
        assert session.scalar(select(func.count()).where(JournalEvent.action == "test.done")) == 0
        assert session.scalar(select(func.count()).where(Outbox.kind == "test")) == 0


READS = text("""
SELECT c.relname, pg_get_expr(p.polwithcheck, p.polrelid) FROM pg_policy p
  JOIN pg_class c ON c.oid = p.polrelid WHERE p.polcmd IN ('a', '*') AND p.polwithcheck IS NOT NULL
UNION ALL
SELECT c.relname, f.prosrc FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
  JOIN pg_proc f ON f.oid = t.tgfoid
  WHERE NOT t.tgisinternal AND t.tgtype & 2 = 2 AND t.tgtype & 4 = 4  -- before an insert
""")
#: Of other tables: whatever is asked when a row is written or changed.
ASKS = text("""
SELECT c.relname, p.polname, concat(pg_get_expr(p.polqual, p.polrelid), ' ',
    pg_get_expr(p.polwithcheck, p.polrelid))
  FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE p.polcmd IN ('a', 'w', '*')
UNION ALL
SELECT c.relname, t.tgname, f.prosrc FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
  JOIN pg_proc f ON f.oid = t.tgfoid WHERE NOT t.tgisinternal
""")
#: What leans on a row that an act leaves behind, and why it finds it all the same.
LEANING = {
    # A line is corrected after the act that wrote it.
    ("entry_revision", "written"): {"timeline_entry"},
    # Whoever opens a case with a reason, or ends an agreement, writes what waits before it.
    ("outside_access", "outside_access_journalled"): {"journal_event"},
    ("legal_basis", "basis_withdrawn"): {"outbox", "referral_step"},
    # The step that an answer undoes was written by that answer.
    ("referral", "answered_by_link"): {"referral_step"},
    # The lines of an act move their case by themselves, when it is committed.
    ("case_file", "case_readers_written"): {"timeline_entry"},
    ("case_file", "case_readers_changed"): {"timeline_entry"},
    ("company", "company_renamed"): {"timeline_entry"},
    ("person", "person_renamed"): {"timeline_entry"},
    ("ref_commune", "commune_changed"): {"timeline_entry"},
}
FUNCTIONS = text("SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace")


def words_of(source: str, functions: dict[str, str]) -> set[str]:
    """Every word of a policy or a trigger, and of the functions that it calls."""
    words: set[str] = set()
    waiting = [source]
    while waiting:
        found = set(re.findall(r"\w+", waiting.pop())) - words
        words |= found
        waiting += [functions[one] for one in found if one in functions]
    return words


def test_what_leans_on_what_is_left_behind_is_known(app: Flask) -> None:
    """Other tables are written first: what their policies or triggers read of these tables must
    have been written by an earlier act, or by a flush of the command."""
    functions = dict(map(tuple, db.session.execute(FUNCTIONS)))
    asked = [(*one[:2], words_of(one[2], functions)) for one in db.session.execute(ASKS)]
    leaning = {
        (table, name): read
        for table, name, words in asked
        if table not in TABLES and (read := words & set(TABLES))
    }
    assert leaning == LEANING


def test_nothing_left_behind_leans_on_what_is_left_behind(app: Flask) -> None:
    """Rows of one statement do not see one another, through a policy or a trigger that fires
    before."""
    functions = dict(map(tuple, db.session.execute(FUNCTIONS)))
    leaning, read = set(), 0
    for table, source in db.session.execute(READS):
        if table not in TABLES:
            continue
        words = words_of(source, functions)
        leaning |= {(table, other) for other in TABLES if other != table and other in words}
        read += 1
    assert leaning == set() and read > len(TABLES)


def test_no_row_is_keyed_to_what_is_written_last(app: Flask) -> None:
    """But for the earlier texts of a line, which come when it is corrected."""
    keyed = {
        (table.name, key.column.table.name)
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name in TABLES
    }
    assert keyed == {("entry_revision", "timeline_entry")}
