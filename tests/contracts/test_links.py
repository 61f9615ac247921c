"""What the bearer of each link reads, table by table, and when it stops opening anything."""

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from app import clock
from app.db import Base, RowClass
from app.journal import JournalEvent
from app.links import Link, LinkPurpose, find_standing
from cases.casework.enums import Audience
from cases.casework.models import CaseAction, LegalBasis, Participation
from tests.factories.casework import make_asked_action
from tests.factories.links import make_link
from tests.factories.world import World, make_world
from tests.support.acting import acting_as, actor_of, link_actor, seeding

TABLES = sorted(
    name
    for name, table in Base.metadata.tables.items()
    if table.info["row_class"] != RowClass.REFERENCE
)
DIRECTORY = {"organisation", "seat"}
#: Beside the directory of organisations: what a link opens, and its own row.
READ = {
    "action": {"case_action", "action_reply", "link"},
    "answer": {"referral", "referral_sheet", "referral_step", "link"},
    "consent": {"legal_basis", "rights_request", "link"},
    "copy": {"rights_copy", "link"},
}


@pytest.fixture
def world(app: Flask) -> World:
    return make_world()


def object_of(purpose: str, world: World) -> object:
    """What a link of this purpose speaks of."""
    if purpose == "action":
        with seeding() as session:
            return session.scalars(
                select(CaseAction.id).where(CaseAction.owner_email != "")
            ).first()
    return {"answer": world.accepted, "consent": world.basis, "copy": world.given}[purpose].id


@pytest.mark.parametrize("purpose", sorted(READ))
def test_a_bearer_reads_what_their_link_opens_and_organisations(world: World, purpose: str) -> None:
    bearer = link_actor(purpose, object_of(purpose, world))  # type: ignore[arg-type]
    found = set()
    for name in TABLES:
        with acting_as(bearer) as session:
            is_granted = session.scalar(
                text("SELECT has_table_privilege(current_user, :name, 'SELECT')"), {"name": name}
            )
            table = Base.metadata.tables[name]
            if is_granted and session.scalar(select(func.count()).select_from(table)):
                found.add(name)
    assert found == READ[purpose] | DIRECTORY


def end_by_leaving(world: World, session) -> None:
    part = select(Participation).where(Participation.seat_id == world.partner.seat_id)
    session.scalars(part).one().ended_at = clock.now()


def end_by_withdrawal(world: World, session) -> None:
    session.get_one(LegalBasis, world.basis.id).withdrawn_at = clock.now()


@pytest.mark.parametrize("end", [end_by_leaving, end_by_withdrawal])
def test_links_to_actions_end_with_the_part_of_the_seat_that_asked(world, end) -> None:
    theirs = make_link(LinkPurpose.ACTION, make_asked_action(world.case, world.partner).id)
    of_lead = make_link(LinkPurpose.ACTION, make_asked_action(world.case, world.adviser).id)
    with seeding() as session:
        end(world, session)
    with seeding():
        assert find_standing(theirs, "action")[1] == "revoked"
        assert find_standing(of_lead, "action")[1] == "live"


@pytest.mark.parametrize("audience", list(Audience))
def test_the_lead_is_told_of_readings_of_the_actions_it_hears(world, audience) -> None:
    action = make_asked_action(world.case, world.partner, audience=audience)
    with seeding() as session:
        session.add(
            JournalEvent(
                principal="link",
                link_id=session.scalars(select(Link.id)).first(),
                action="action.read",
                object_type="case_action",
                object_id=action.id,
                case_id=world.case.id,
            )
        )
    with acting_as(actor_of(world.adviser)) as session:
        told = session.scalars(select(JournalEvent).where(JournalEvent.object_id == action.id))
        assert len(told.all()) == (0 if audience is Audience.OWN else 1)
