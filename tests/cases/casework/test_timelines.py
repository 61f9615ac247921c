"""Long timelines: the latest lines, the rest page by page, filters, corrections in reach."""

import re
from datetime import timedelta

import pytest
from flask import Flask

from app import clock
from cases.casework import commands, queries
from cases.casework.enums import Audience, EntryKind
from cases.casework.models import TimelineEntry
from cases.casework.queries import FIRST_LINES, get_shown_case
from cases.casework.timelines import MORE_LINES, ask_timeline, first_lines, more_lines
from tests.factories.casework import make_entry
from tests.factories.world import World, make_world
from tests.support.acting import act_as_member, acting_as, actor_of, seeding
from tests.support.counting import recorded_statements
from tests.support.pages import InspectingClient
from tests.support.signing import sign_in


@pytest.fixture
def world(app: Flask) -> World:
    return make_world()


def fill(world: World, count: int) -> list[TimelineEntry]:
    """So many calls of the aid side, one a day, the latest first; two of them at one instant."""
    now = clock.now() - timedelta(days=1)
    made = [make_entry(world.case, world.adviser, body=f"Appel {n}.") for n in range(count)]
    with seeding() as session:
        for rank, one in enumerate(made):
            session.merge(one).happened_at = now - timedelta(days=rank - rank % 2)
    return made


def test_pages_follow_one_another_without_gap_nor_repeat(world: World) -> None:
    fill(world, 50)
    actor = act_as_member(world.adviser)
    whole = [one.id for one in queries.list_entries(world.case.id, actor)]
    page = first_lines(get_shown_case(world.case.id, actor))
    read = [one.id for one in page.entries]
    assert len(read) == FIRST_LINES
    while page.next_key:
        page = more_lines(world.case.id, ask_timeline({}), page.next_key, actor)
        assert len(page.entries) <= MORE_LINES
        read += [one.id for one in page.entries]
    assert read == whole and len(whole) == 53


def test_filters_by_kind_by_seat_and_by_correction(world: World) -> None:
    old = fill(world, 12)[-1]
    visit = make_entry(world.case, world.partner, Audience.ALL, "Visite du partenaire.")
    with seeding() as session:
        session.merge(visit).kind = EntryKind.VISIT
    actor = act_as_member(world.adviser)
    with acting_as(actor):
        entry = queries.get_entry(old.id, actor)
        commands.correct_entry(entry, "Appel corrigé.", by=actor)
    actor = act_as_member(world.adviser)

    def found(**asked: str) -> list[str]:
        page = more_lines(world.case.id, ask_timeline(asked), "", actor)
        return [one.body for one in page.entries]

    assert found(genre="visit") == ["Visite du partenaire."]
    assert found(structure=str(world.partner.seat_id)) == ["Visite du partenaire."]
    assert found(genre="call", structure=str(world.partner.seat_id)) == []
    assert found(genre="corriges") == ["Appel corrigé."]
    assert len(found(genre="call")) == 15
    assert found(structure="nimporte") == found()
    assert first_lines(get_shown_case(world.case.id, actor)).corrected_below == 1


def test_a_partner_counts_only_the_corrections_it_hears(world: World) -> None:
    fill(world, 12)
    own = make_entry(world.case, world.adviser, Audience.OWN, "Pour nous.")
    with seeding() as session:
        kept = session.merge(own)
        kept.corrected_at, kept.happened_at = clock.now(), clock.now() - timedelta(days=90)
    for member, expected in ((world.adviser, 1), (world.partner, 0)):
        with acting_as(actor_of(member)):
            case = get_shown_case(world.case.id, actor_of(member))
            assert first_lines(case).corrected_below == expected


def test_the_page_of_a_long_case_is_short_and_its_rest_is_one_link_away(
    world: World, client: InspectingClient
) -> None:
    fill(world, 200)
    sign_in(client, world.adviser)
    page = client.get(f"/dossiers/{world.case.id}").text
    assert page.count('class="rl-event ') == FIRST_LINES and "Filtrer le fil" in page
    link = re.search(r'href="(/dossiers/[^"]+/fil\?apres=[^"]+)" hx-get', page)
    assert link is not None
    path = link.group(1).replace("&amp;", "&")
    rest = client.get(path)
    assert rest.text.count('class="rl-event ') == MORE_LINES
    assert "Revenir aux plus récents" in rest.text and "Vary" in rest.headers
    lines = client.get(path, headers={"HX-Request": "true"}).text
    assert lines.count('class="rl-event ') == MORE_LINES and "<h1" not in lines
    assert lines.count("autofocus") == 1 and "Voir la suite" in lines
    damaged = client.get(f"/dossiers/{world.case.id}/fil?apres=nimporte&genre=zzz").text
    assert damaged.count('class="rl-event ') == MORE_LINES
    none = client.get(f"/dossiers/{world.case.id}/fil?genre=decision").text
    assert "Aucune ligne ne correspond" in none


@pytest.mark.parametrize("count", [1, 60])
def test_a_timeline_asks_as_much_whatever_its_length(
    world: World, client: InspectingClient, count: int
) -> None:
    fill(world, count)
    sign_in(client, world.adviser)
    with recorded_statements() as statements:
        client.get(f"/dossiers/{world.case.id}/fil")
    assert len(statements) == 5, statements


def test_a_line_written_in_the_past_is_where_one_lands(
    world: World, client: InspectingClient
) -> None:
    fill(world, 30)
    sign_in(client, world.adviser)
    form = {"kind": "note", "audience": "aid", "body": "Souvenir.", "happened_on": "2020-01-02"}
    answer = client.post(f"/dossiers/{world.case.id}/fil/ecrire", data=form)
    assert "/fil?apres=2020-01-02" in answer.location
    assert "Souvenir." in client.get(answer.location).text
    recent = client.post(
        f"/dossiers/{world.case.id}/fil/ecrire",
        data={**form, "happened_on": str(clock.today())},
    )
    assert recent.location.startswith(f"/dossiers/{world.case.id}#ligne-")


def test_a_stranger_has_no_timeline(world: World, client: InspectingClient) -> None:
    sign_in(client, world.stranger)
    assert client.get(f"/dossiers/{world.case.id}/fil").status_code == 404
