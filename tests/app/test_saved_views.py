"""Saved views: one's own, on one list, without its rows."""

import pytest
from sqlalchemy.exc import ProgrammingError

from app import saved_views
from app.errors import NotVisible
from app.saved_views import MOST_VIEWS, SavedView, TooManyViews, clean_query
from partners.people.models import Membership
from tests.factories import make_member
from tests.support.acting import act_as_member, acting_as, actor_of
from tests.support.pages import InspectingClient
from tests.support.signing import sign_in

PAGE = "casework.list_cases"


@pytest.fixture
def member(app) -> Membership:
    return make_member()


def test_a_query_keeps_what_narrows_and_forgets_the_page() -> None:
    assert clean_query("phase=emergency&q=&page=3&tri=-moved") == "phase=emergency&tri=-moved"


def test_a_member_finds_their_views_and_nobody_elses(member: Membership) -> None:
    actor, other = actor_of(member), actor_of(make_member())
    with acting_as(actor):
        kept = saved_views.save_view(PAGE, "Urgences", "phase=emergency", by=actor)
        saved_views.save_view("referrals.box", "À suivre", "etat=cours", by=actor)
    with acting_as(other) as session:
        assert session.query(SavedView).all() == []
        with pytest.raises(NotVisible):
            saved_views.get_view(kept.id, other)
    with acting_as(actor):
        assert [one.name for one in saved_views.list_views(PAGE, actor)] == ["Urgences"]


def test_the_same_name_replaces_and_there_is_an_end(member: Membership) -> None:
    actor = act_as_member(member)
    for number in range(MOST_VIEWS):
        saved_views.save_view(PAGE, f"Vue {number}", "phase=emergency", by=actor)
    saved_views.save_view(PAGE, "Vue 0", "phase=rebound", by=actor)
    assert saved_views.list_views(PAGE, actor)[0].query == "phase=rebound"
    with pytest.raises(TooManyViews):
        saved_views.save_view(PAGE, "Une de trop", "", by=actor)


def test_nobody_keeps_a_view_in_anothers_name(member: Membership) -> None:
    stranger = make_member()
    with pytest.raises(ProgrammingError), acting_as(actor_of(member)) as session:
        session.add(SavedView(user_id=stranger.user_id, page=PAGE, name="À vous", query=""))
        session.flush()


def test_a_list_is_kept_shown_and_dropped(client: InspectingClient, member: Membership) -> None:
    sign_in(client, member)
    assert "Garder cette vue" not in client.get("/dossiers").text
    assert "Garder cette vue" in client.get("/dossiers?phase=emergency").text
    asked = {"name": "Urgences", "page": PAGE, "query": "phase=emergency&page=2&_scheme=x"}
    answer = client.post("/vues", data=asked)
    assert answer.location == "/dossiers?phase=emergency"
    page = client.get("/dossiers").text
    assert "Urgences" in page and "/dossiers?phase=emergency" in page
    [view] = saved_views.list_views(PAGE, act_as_member(member))
    assert client.post(f"/vues/{view.id}/retirer").location == "/dossiers"
    assert saved_views.list_views(PAGE, act_as_member(member)) == []


def test_only_a_list_can_be_kept(client: InspectingClient, member: Membership) -> None:
    sign_in(client, member)
    for page in ("", "https://exemple.test", "casework.show", "people.sign_out"):
        asked = {"name": "Ailleurs", "page": page, "query": "a=1"}
        assert client.post("/vues", data=asked).status_code == 404
    nameless = client.post("/vues", data={"name": " ", "page": PAGE, "query": "a=1"})
    assert nameless.location == "/dossiers?a=1"
