"""No record without an end: each table is classified, each word of a case is cleared or a code."""

import pytest
from flask import Flask
from sqlalchemy import Enum, String, Table
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Session

from app import clock
from app.actors import SYSTEM
from app.db import Base, unit_of_work
from app.migrating import import_models
from cases.casework.models import CaseFile
from cases.retention.commands.anonymising import anonymise_cases
from cases.retention.enums import KIND_LABELS, Kind
from cases.retention.queries.due import NAMED, TRACES
from cases.retention.queries.durations import durations_in_force, list_rules
from cases.retention.queries.traits import closed_among, lock_cases
from cases.retention.register import CODES, DELETED, ELSEWHERE, TABLES, Kept
from cases.retention.running import ORDER
from tests.factories.retention import FOUR_YEARS, close
from tests.factories.world import World, make_world
from tests.support.acting import acting_as, seeding

import_models()
ALL = Base.metadata.tables


def test_every_table_has_an_end_or_a_reason() -> None:
    assert set(TABLES) == set(ALL), "say in cases/retention/register.py what becomes of it"
    assert all(isinstance(fate, Kind) or len(fate) > 10 for fate in TABLES.values())


def test_every_kind_has_its_rule_and_its_way_out(app: Flask, session: Session) -> None:
    assert {rule.code for rule in list_rules()} == set(Kind) == set(KIND_LABELS)
    assert set(NAMED) | set(TRACES) | {Kind.JOURNAL} == set(Kind)
    assert set(ORDER) | set(ELSEWHERE) == set(Kind)
    assert {fate for fate in TABLES.values() if not isinstance(fate, Kept)} == set(Kind)


def words_of(table: Table) -> set[str]:
    """Columns in which somebody may have typed something."""
    return {
        column.name
        for column in table.columns
        if (isinstance(column.type, String | JSONB) and not isinstance(column.type, Enum))
        or (isinstance(column.type, ARRAY) and isinstance(column.type.item_type, String))
    }


def tables_of_a_case() -> list[str]:
    """Tables that hang from a case, by their keys, however far."""
    found = {"case_file"}
    while True:
        more = {
            name
            for name, table in ALL.items()
            if any(key.column.table.name in found for key in table.foreign_keys)
        }
        if more <= found:
            return sorted(found)
        found |= more


@pytest.fixture
def anonymised(app: Flask) -> World:
    """The world, its case anonymised."""
    world = make_world()
    with seeding() as session:
        for referral in (world.accepted, world.waiting):
            kept = session.merge(referral)
            kept.state, kept.ended_at = "revoked", clock.now()
            kept.message = kept.decline_text = kept.end_note = "mots"
    close(world.case, clock.now() - FOUR_YEARS)
    with acting_as(SYSTEM), unit_of_work():
        cases = lock_cases(closed_among([world.case.id]), 10)
        anonymise_cases(cases, durations_in_force())
    return world


@pytest.mark.parametrize("name", tables_of_a_case())
def test_no_word_of_a_case_is_left(anonymised: World, name: str) -> None:
    table = ALL[name]
    with seeding() as session:
        rows = session.execute(table.select()).mappings().all()
    if name in DELETED:
        assert rows == []
        return
    assert rows, "the world has a row of everything: this proves nothing"
    for column in words_of(table) - CODES.get(name, frozenset()):
        assert {row[column] for row in rows} <= {"", None}, f"{name}.{column}"


def test_nobody_is_left_in_a_case(anonymised: World) -> None:
    with seeding() as session:
        for name in set(tables_of_a_case()) - DELETED:
            for key in ALL[name].foreign_keys:
                if key.column.table.name in ("membership", "company", "person", "unit"):
                    column = key.parent
                    if column.name == "recorded_by":
                        continue
                    values = set(session.scalars(column.table.select().with_only_columns(column)))
                    assert values <= {None}, f"{name}.{column.name}"
        case = session.get_one(CaseFile, anonymised.case.id)
        assert case.reference == f"A-{case.id}"
