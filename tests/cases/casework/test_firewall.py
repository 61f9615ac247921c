"""The creditor firewall: what the recovery side hears, invited or not."""

import pytest

from app.today import read_today
from cases.casework import queries
from cases.casework.enums import Audience
from cases.casework.lists import ask_cases, list_cases, list_exported
from cases.casework.readers import figures_seats
from cases.casework.today import work_of
from cases.companies.queries import companies_visible_to, persons_visible_to, search_companies
from partners.organisations.models import Seat
from tests.factories.casework import make_basis, make_entry, make_participation
from tests.factories.world import World, make_world
from tests.support.acting import acting_as, actor_of
from tests.support.signing import sign_in


@pytest.fixture
def world(app) -> World:
    return make_world()


@pytest.fixture
def invited(world) -> World:
    """The recovery side, invited by an agreement of its own."""
    basis = make_basis(world.case, [Seat(id=world.recovery.seat_id)], world.adviser)
    make_participation(world.case, world.recovery, basis)
    make_entry(world.case, world.recovery, Audience.OWN, "Note du recouvrement.")
    return world


@pytest.mark.parametrize("who", ["recovery", "stranger", "pending"])
def test_a_seat_that_takes_no_part_reads_nothing(world, who):
    actor = actor_of(getattr(world, who))
    case_id = world.case.id
    with acting_as(actor) as session:
        session.expunge_all()
        listing = ask_cases({"q": "menuiserie"})
        assert list_cases(listing, actor).total == list_cases(ask_cases({}), actor).total == 0
        assert list_exported(ask_cases({}), actor) == []
        assert search_companies("menuiserie", actor) == []
        for visible in (companies_visible_to, persons_visible_to):
            assert session.scalars(visible(actor)).all() == []
        reads = (
            queries.list_entries,
            queries.list_actions,
            queries.list_assessments,
            queries.list_bases,
            queries.list_changes,
            queries.list_participations,
            queries.list_openings,
        )
        assert [list(read(case_id, actor)) for read in reads] == [[]] * len(reads)


def test_an_invited_recovery_side_hears_all_and_its_own(invited):
    actor = actor_of(invited.recovery)
    with acting_as(actor) as session:
        session.expunge_all()
        entries = queries.list_entries(invited.case.id, actor)
        assert {(one.audience, one.body) for one in entries} == {
            (Audience.ALL, "Appel."),
            (Audience.OWN, "Note du recouvrement."),
        }
        assert queries.list_actions(invited.case.id, actor) == []
        assert queries.list_assessments(invited.case.id, actor) == []


def test_the_page_of_an_invited_recovery_side_offers_no_aid_audience(invited, client):
    sign_in(client, invited.recovery)
    page = client.get(f"/dossiers/{invited.case.id}").text
    assert 'value="aid"' not in page and 'value="all"' in page
    form = {"kind": "note", "audience": "aid", "body": "x", "happened_on": "2026-01-02"}
    path = f"/dossiers/{invited.case.id}/fil/ecrire"
    assert client.post(path, data=form).status_code == 422


def test_the_lead_does_not_hear_what_recovery_keeps_for_itself(invited):
    actor = actor_of(invited.adviser)
    with acting_as(actor) as session:
        session.expunge_all()
        bodies = [one.body for one in queries.list_entries(invited.case.id, actor)]
    assert "Note du recouvrement." not in bodies


def test_figures_are_for_the_lead_and_covered_seats(world):
    actor = actor_of(world.adviser)
    with acting_as(actor) as session:
        session.expunge_all()
        case = queries.get_case(world.case.id, actor)
        seats = {one.id for one in figures_seats(case.participations)}
    assert seats == {world.adviser.seat_id, world.partner.seat_id}


def test_nothing_waits_for_a_stranger_today(world, app):
    actor = actor_of(world.recovery)
    with app.test_request_context(), acting_as(actor):
        assert read_today([work_of], actor).items == []
