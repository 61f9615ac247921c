"""Foreign keys do not respect policies: what a stranger may not see, it may not write on either."""

import re
import uuid
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.exc import DBAPIError
from uuid_utils.compat import uuid7

from app.db import Base, RowClass
from app.migrating import import_models
from tests.factories.world import World, make_world
from tests.support.acting import acting_as, actor_of, seeding

import_models()
TABLES = {n: t for n, t in Base.metadata.tables.items() if t.info["row_class"] == RowClass.CASE}
#: What a seat may well write without seeing anything of a case: its own finds and requests.
OWN_ROWS = {"company", "person", "access_request"}
DENIED = "permission denied"
REFUSED = re.compile(f"row-level security|{DENIED}")
#: Kept by triggers from the participations: no seat writes them.
KEPT = ("reader_seats", "known_seats", "mediator_users")


@pytest.fixture
def world(app: Flask) -> World:
    """One row of everything."""
    return make_world()


def forged(table: Table, changes: dict[uuid.UUID, uuid.UUID]) -> dict[str, Any]:
    """A copy of a row of the world under a new key, with some identifiers replaced."""
    with seeding() as session:
        row = dict(session.execute(select(table)).mappings().first() or {})
    values = {
        name: changes.get(value, value) if isinstance(value, uuid.UUID) else value
        for name, value in row.items()
        if name not in KEPT and table.columns[name].computed is None
    }
    keys = [c for c in table.primary_key if not c.foreign_keys]
    own_key = [c.name for c in keys if c.type.python_type is uuid.UUID]
    unique = {c.name for c in table.columns if c.unique}
    fresh = {name: f"forged-{uuid7()}" for name in unique & {"reference", "client_key"}}
    return values | fresh | {name: uuid7() for name in own_key}


@pytest.mark.parametrize("as_own", [False, True], ids=["in another's name", "in one's own name"])
@pytest.mark.parametrize("name", sorted(TABLES))
@pytest.mark.parametrize("who", ["stranger", "recovery"])
def test_a_stranger_adds_nothing_to_a_case(world: World, name: str, who: str, as_own: bool) -> None:
    if as_own and name in OWN_ROWS:
        return
    intruder, table = getattr(world, who), TABLES[name]
    own = {
        world.adviser.seat_id: intruder.seat_id,
        world.partner.seat_id: intruder.seat_id,
        world.adviser.id: intruder.id,
        world.adviser.user_id: intruder.user_id,
    }
    values = forged(table, own if as_own else {})
    with pytest.raises(DBAPIError, match=REFUSED), acting_as(actor_of(intruder)) as session:
        session.execute(insert(table).values(values))


@pytest.mark.parametrize("name", sorted(TABLES))
@pytest.mark.parametrize("who", ["stranger", "recovery"])
def test_a_stranger_changes_nothing_of_a_case(world: World, name: str, who: str) -> None:
    table = TABLES[name]
    for column in (one for one in table.columns if one.computed is None):
        try:
            with acting_as(actor_of(getattr(world, who))) as session:
                done = session.execute(update(table).values({column.name: column}))
                assert done.rowcount == 0, column.name  # type: ignore[attr-defined]
        except DBAPIError as error:
            assert DENIED in str(error)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_nobody_deletes_a_row_of_a_case(world: World, name: str) -> None:
    with pytest.raises(DBAPIError, match=DENIED), acting_as(actor_of(world.adviser)) as session:
        session.execute(delete(TABLES[name]))


#: Identifiers, scopes and owners: fixed once written, for those inside a case as well.
FIXED = {
    "case_file": {"id", "lead_seat_id", "company_id", "reader_seats", "opened_at", "reference"},
    "participation": {"case_id", "seat_id", "role", "basis_id", "sections", "started_at"},
    "legal_basis": {"case_id", "seat_ids", "sections", "kind", "given_at", "recorded_seat_id"},
    "timeline_entry": {"case_id", "seat_id", "author_id", "audience", "happened_at", "created_at"},
    "referral": {"case_id", "need_id", "sender_seat_id", "receiver_seat_id", "kind"},
    "referral_sheet": {"content", "sections", "frozen_at", "folded_names", "siren"},
    "outside_access": {"case_id", "member_id", "reason", "text", "given_at"},
    "case_action": {"case_id", "seat_id", "audience", "owner_email"},
    "action_reply": {"action_id", "answer", "text", "proposed_on", "link_id"},
    "journal_event": {"action", "user_id", "at"},
}


@pytest.mark.parametrize(
    ("name", "column"), [(n, c) for n, columns in sorted(FIXED.items()) for c in sorted(columns)]
)
def test_what_is_fixed_stays_so_for_the_lead_too(world: World, name: str, column: str) -> None:
    table = Base.metadata.tables[name]
    with pytest.raises(DBAPIError, match=DENIED), acting_as(actor_of(world.adviser)) as session:
        session.execute(update(table).values({column: table.c[column]}))
