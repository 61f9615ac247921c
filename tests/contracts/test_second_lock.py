"""Row-level security: the catalogue, strangers, no context, queries that forgot their scope."""

import psycopg
import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from app import clock
from app.db import Base, RowClass, db
from app.embedded.postgres import PostgresInfo
from app.migrating import import_models
from cases.casework.enums import Audience, EntryKind
from cases.casework.models import CaseFile, LegalBasis, Participation, TimelineEntry
from cases.companies.models import Person
from cases.referrals.models import Referral, ReferralSheet
from tests.factories.world import World, make_world
from tests.support.acting import acting_as, actor_of, seeding

import_models()
TABLES = Base.metadata.tables
PROTECTED = sorted(n for n, t in TABLES.items() if t.info["row_class"] != RowClass.REFERENCE)
CASE_TABLES = sorted(n for n, t in TABLES.items() if t.info["row_class"] == RowClass.CASE)
#: Tables that no web request may read at all.
CLOSED = {
    *("throttle", "journal_seal", "journal_checkpoint", "pulse", "job_run"),
    *("case_remains", "agreement_proof"),
    *("territory_fact", "territory_cell", "territory_delta", "territory_recount"),
}


@pytest.fixture
def world(app: Flask) -> World:
    """One row of everything."""
    return make_world()


def count_rows(name: str) -> int:
    """How many rows of a table the session may see."""
    return db.session.scalar(select(func.count()).select_from(TABLES[name])) or 0


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_table_is_in_one_class(name: str) -> None:
    assert TABLES[name].info["row_class"] in set(RowClass)


def test_every_table_of_the_database_is_mapped_and_protected(app: Flask) -> None:
    found = db.session.execute(
        text(
            "SELECT relname, relrowsecurity AND relforcerowsecurity FROM pg_class"
            " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')"
            " AND relname <> 'alembic_version'"
        )
    )
    assert dict(map(tuple, found)) == {name: name in PROTECTED for name in TABLES}


def test_every_protected_table_has_its_policies(app: Flask) -> None:
    found = db.session.execute(
        text("SELECT tablename, array_agg(DISTINCT r) FROM pg_policies, unnest(roles) r GROUP BY 1")
    )
    system = {"relais_worker", "relais_definer", "relais_backup", "relais_seed"}
    expected = {
        name: system | ({"relais_web"} - ({"relais_web"} if name in CLOSED else set()))
        for name in PROTECTED
    }
    assert {name: set(roles) for name, roles in found} == expected


def test_crossing_functions_pin_their_search_path_and_belong_to_the_definer(app: Flask) -> None:
    found = db.session.execute(
        text(
            "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
            " AND (proowner <> 'relais_definer'::regrole OR proconfig IS NULL"
            " OR NOT 'search_path=pg_catalog, public' = ANY (proconfig))"
        )
    )
    assert found.scalars().all() == []


@pytest.mark.parametrize("name", CASE_TABLES)
def test_the_world_has_a_row_of_everything(world: World, name: str) -> None:
    with seeding():
        assert count_rows(name) > 0


@pytest.mark.parametrize("who", ["stranger", "recovery"])
def test_a_stranger_finds_nothing_of_a_case(world: World, who: str) -> None:
    with acting_as(actor_of(getattr(world, who))):
        assert {name: count_rows(name) for name in CASE_TABLES} == dict.fromkeys(CASE_TABLES, 0)
        assert count_rows("notice") == count_rows("outbox") == count_rows("journal_event") == 0


def test_a_role_that_reads_no_case_finds_nothing_on_the_same_seat(world: World) -> None:
    from dataclasses import replace

    from app.actors import Role

    for role in (Role.OBSERVER, Role.AUDITOR, Role.MEDIATOR, Role.PLATFORM_ADMIN):
        with acting_as(replace(actor_of(world.adviser), role=role)):
            seen = {name: count_rows(name) for name in CASE_TABLES}
        assert seen == dict.fromkeys(CASE_TABLES, 0), role


@pytest.mark.parametrize("name", PROTECTED)
def test_without_context_nothing_is_found(cluster: PostgresInfo, database: str, name: str) -> None:
    dsn = cluster.dsn("relais_web", database)
    with psycopg.connect(dsn) as connection:
        for _ in range(2):
            try:
                found = connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()
                assert found == (0,)
            except psycopg.errors.InsufficientPrivilege:
                assert name in CLOSED
            connection.rollback()
            with pytest.raises(psycopg.errors.DivisionByZero):
                connection.execute("SELECT 1/0")
            connection.rollback()


def test_a_setting_does_not_outlive_its_transaction(world: World) -> None:
    connection = db.session.connection().engine
    assert connection is not None
    with acting_as(actor_of(world.adviser)) as session:
        assert session.scalar(text("SELECT app_seat()")) == world.adviser.seat_id
    with acting_as(actor_of(world.stranger)) as session:
        assert session.scalar(text("SELECT app_seat()")) == world.stranger.seat_id


def test_a_query_that_forgot_its_scope_returns_only_what_is_ours(world: World) -> None:
    with acting_as(actor_of(world.partner)) as session:
        assert [case.id for case in session.scalars(select(CaseFile))] == [world.case.id]
        heard = set(session.scalars(select(TimelineEntry.id)))
        assert heard == {world.aid_entry.id, world.all_entry.id}


def test_receivers_of_one_need_do_not_see_one_another(world: World) -> None:
    with acting_as(actor_of(world.pending)) as session:
        assert list(session.scalars(select(Referral.id))) == [world.waiting.id]
        assert list(session.scalars(select(CaseFile.id))) == []
        assert list(session.scalars(select(ReferralSheet.referral_id))) == [world.waiting.id]
    with acting_as(actor_of(world.partner)) as session:
        assert list(session.scalars(select(Referral.id))) == [world.accepted.id]


def test_an_invited_recovery_seat_reads_only_what_is_for_all(world: World) -> None:
    with seeding() as session:
        basis = session.get_one(LegalBasis, world.basis.id)
        basis.seat_ids = [*basis.seat_ids, world.recovery.seat_id]
        session.flush()
        session.add(
            Participation(
                case_id=world.case.id,
                seat_id=world.recovery.seat_id,
                role="partner",
                basis_id=basis.id,
            )
        )
    with acting_as(actor_of(world.recovery)) as session:
        assert list(session.scalars(select(TimelineEntry.id))) == [world.all_entry.id]
        assert count_rows("need") == count_rows("case_action") == count_rows("assessment") == 0


def test_writing_on_a_case_one_cannot_see_fails(world: World) -> None:
    with pytest.raises(ProgrammingError), acting_as(actor_of(world.stranger)) as session:
        session.add(
            TimelineEntry(
                case_id=world.case.id,
                kind=EntryKind.NOTE,
                audience=Audience.ALL,
                seat_id=world.stranger.seat_id,
                body="Intrus",
                happened_at=clock.now(),
            )
        )
        session.flush()


def test_nobody_lets_itself_into_a_case(world: World) -> None:
    with pytest.raises(ProgrammingError), acting_as(actor_of(world.stranger)) as session:
        session.add(
            Participation(case_id=world.case.id, seat_id=world.stranger.seat_id, role="lead")
        )
        session.flush()
    with pytest.raises(DBAPIError), acting_as(actor_of(world.pending)) as session:
        session.execute(
            text("SELECT join_case(:id, :at)"), {"id": world.waiting.id, "at": clock.now()}
        )


def test_a_sharing_needs_a_basis_that_covers_it(world: World) -> None:
    with pytest.raises(IntegrityError), seeding() as session:
        session.add(
            Participation(
                case_id=world.case.id,
                seat_id=world.stranger.seat_id,
                role="partner",
                basis_id=world.basis.id,
            )
        )
        session.flush()


def test_withdrawing_an_agreement_closes_the_access_the_same_second(world: World) -> None:
    now = clock.now()
    with acting_as(actor_of(world.adviser)) as session:
        session.get_one(LegalBasis, world.basis.id).withdrawn_at = now
    for who in (world.partner, world.pending):
        with acting_as(actor_of(who)) as session:
            assert list(session.scalars(select(CaseFile.id))) == []
            assert list(session.scalars(select(Person.id))) == []
            assert list(session.scalars(select(ReferralSheet.referral_id))) == []
            assert count_rows("timeline_entry") == 0
    with seeding() as session:
        alive = Referral.id.in_([world.accepted.id, world.waiting.id])
        states = set(session.scalars(select(Referral.state).where(alive)))
        left = session.scalars(select(Participation).where(Participation.ended_at.is_not(None)))
        assert states == {"revoked"}
        assert [(p.seat_id, p.ended_at) for p in left] == [(world.partner.seat_id, now)]


def test_the_journal_is_never_changed(world: World) -> None:
    for statement in ("UPDATE journal_event SET action = 'x'", "DELETE FROM journal_event"):
        with pytest.raises(ProgrammingError), acting_as(actor_of(world.adviser)) as session:
            session.execute(text(statement))


def test_nobody_signs_the_journal_for_someone_else(world: World) -> None:
    from app.journal import JournalEvent

    with pytest.raises(ProgrammingError), acting_as(actor_of(world.stranger)) as session:
        session.add(
            JournalEvent(
                principal="member",
                user_id=world.adviser.user_id,
                seat_id=world.adviser.seat_id,
                action="case.read",
                object_type="case_file",
            )
        )
        session.flush()
