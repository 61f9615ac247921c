"""*Aujourd'hui* on the screen: first lines, true counts, links to all the others."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, update
from uuid_utils.compat import uuid7

from app import clock
from app.notices import Notice
from cases.casework.models import CaseAction, CaseFile
from cases.referrals.models import Referral
from partners.organisations.models import Seat
from partners.people.models import Membership
from tests.factories import make_basis, make_case, make_member, make_need, make_referral
from tests.support.acting import seeding
from tests.support.counting import recorded_statements
from tests.support.pages import InspectingClient
from tests.support.signing import sign_in

LINE = re.compile(r'<div class="rl-today-text"><a href="[^"]*">([^<]*)</a>')


def card(page: str, key: str) -> str:
    """The part of the page with this anchor."""
    start = page.index(f'id="{key}"')
    return page[start : page.index("</section>", start)]


def add_actions(case: CaseFile, member: Membership, days: Sequence[int]) -> list[str]:
    """Actions due so many days from now; their names, in the order of their days."""
    due = [clock.today() + timedelta(days=day) for day in sorted(days)]
    names = [f"Action {number:04}" for number in range(len(due))]
    with seeding() as session:
        session.execute(
            insert(CaseAction),
            [
                {
                    "id": uuid7(),
                    "case_id": case.id,
                    "seat_id": member.seat_id,
                    "objective": name,
                    "due_on": day,
                    "owner_id": member.id,
                }
                for name, day in zip(names, due, strict=True)
            ],
        )
    return names


def receive(receiver: Membership, **facts: object) -> Membership:
    """A referral that waits; who sent it."""
    sender = make_member()
    case = make_case(sender)
    seat = Seat(id=receiver.seat_id)
    make_referral(make_need(case, sender), sender, seat, make_basis(case, [seat], sender), **facts)
    return sender


def followed(client: InspectingClient, page: str, key: str) -> list[str]:
    """Titles of all the lines that the link of a part leads to, page after page."""
    address = re.search(rf'href="(/aujourd-hui/{key})"', card(page, key))
    assert address, "no way to the others"
    found, path = [], address[1]
    while path:
        shown = client.get(path).text
        found += LINE.findall(shown)
        more = re.search(r'rel="next" href="([^"]*)"', shown)
        path = more[1].replace("&amp;", "&") if more else ""
    return found


@pytest.mark.parametrize(
    ("number", "count", "link"),
    [
        (1, "1", None),
        (7, "7", None),
        (8, "8", None),
        (9, "9", "Voir l’autre"),
        (10, "10", "Voir les 2 autres"),
        (11, "11", "Voir les 3 autres"),
        (99, "99", "Voir les 91 autres"),
        (100, "99+", "Tout voir"),
        (130, "99+", "Tout voir"),
    ],
)
def test_a_part_shows_eight_lines_its_count_and_the_way_to_all(
    client: InspectingClient, number: int, count: str, link: str | None
) -> None:
    member, stranger = make_member(), make_member()
    names = add_actions(make_case(member), member, [-number + day for day in range(number)])
    add_actions(make_case(stranger), stranger, [-1])
    sign_in(client, member)
    page = client.get("/").text
    late = card(page, "en-retard")
    assert LINE.findall(late) == names[:8]
    assert f"En retard ({count})" in late
    tile = page[: page.index("rl-columns")]
    assert f'<strong class="rl-stat-value">{count}</strong>' in tile
    assert re.findall(r"(Voir [^<]*|Tout voir)<span", late) == ([link] if link else [])
    if link:
        assert followed(client, page, "en-retard") == names


def test_each_part_leads_to_its_own_lines(client: InspectingClient) -> None:
    member = make_member()
    names = add_actions(
        make_case(member), member, [-1] * 12 + [0] * 12 + [3] * 12 + [9] * 12 + [20] * 3
    )
    sign_in(client, member)
    page = client.get("/").text
    expected = {"cette-semaine": names[24:36], "plus-tard": names[36:48]}
    if datetime.now(ZoneInfo("Europe/Paris")).hour < 18:  # then what was for the day is late
        expected |= {"en-retard": names[:12], "ce-jour": names[12:24]}
    for key, titles in expected.items():
        assert LINE.findall(card(page, key)) == titles[:8]
        assert followed(client, page, key) == titles


def test_a_source_of_a_thousand_rows_hides_no_other(client: InspectingClient) -> None:
    member = make_member()
    add_actions(make_case(member), member, [-40] * 1000)
    yesterday = clock.now() - timedelta(days=1)
    receive(member, sent_at=yesterday - timedelta(days=5), answer_by=yesterday)
    sign_in(client, member)
    page = client.get("/").text
    titles = LINE.findall(card(page, "en-retard"))
    assert len(titles) == 8
    assert titles[-1].startswith("Répondre à"), "the most urgent still come first"
    tile = r'value">1</strong>\s*<a class="rl-stat-label" href="/orientations\?etat=attente">'
    assert re.search(tile, page)
    assert len(followed(client, page, "en-retard")) == 1001


def test_the_tile_of_referrals_leads_to_the_same(client: InspectingClient) -> None:
    member = make_member()
    for _ in range(3):
        receive(member)
    receive(member, state="accepted", answered_at=clock.now())
    sign_in(client, member)
    assert "orientations à répondre" in client.get("/").text
    assert "3\u00a0orientations" in client.get("/orientations?etat=attente").text


@pytest.mark.parametrize("key", ["en-retard", "sans-echeance", "ce-qui-a-bouge"])
@pytest.mark.parametrize(
    "after", ["abime", "2026-01-01T00:00:00+00:00~9~x", "9999-12-31T23:59:59+00:00~1~2~3", "~~"]
)
def test_a_damaged_address_shows_the_beginning(
    client: InspectingClient, key: str, after: str
) -> None:
    member = make_member()
    add_actions(make_case(member), member, [-1])
    sign_in(client, member)
    page = client.get(f"/aujourd-hui/{key}", query_string={"apres": after})
    assert page.status_code == 200
    assert ("Action 0000" in page.text) is (key == "en-retard")


def test_a_key_from_elsewhere_shows_lines_of_this_part_alone(client: InspectingClient) -> None:
    member = make_member()
    add_actions(make_case(member), member, [-1, 3, 9])
    sign_in(client, member)
    key = {"apres": f"2020-01-01T00:00:00+00:00~0~{uuid7()}"}
    page = client.get("/aujourd-hui/cette-semaine", query_string=key).text
    assert LINE.findall(page) == ["Action 0001"]


def test_a_part_that_is_none_does_not_exist(client: InspectingClient) -> None:
    sign_in(client, make_member())
    assert client.get("/aujourd-hui/hier").status_code == 404


def test_whoever_has_nothing_reads_nothing_of_others(client: InspectingClient) -> None:
    member, stranger = make_member(), make_member()
    add_actions(make_case(member), member, [-1] * 60)
    receive(member)
    sign_in(client, member)
    shown = client.get("/aujourd-hui/en-retard").text
    following = re.search(r'rel="next" href="([^"]*)"', shown)
    assert following
    sign_in(client, stranger)
    assert "Rien ne vous attend" in client.get("/").text
    for key in ("en-retard", "ce-jour", "cette-semaine", "plus-tard", "ce-qui-a-bouge"):
        assert "Rien d’autre ici" in client.get(f"/aujourd-hui/{key}").text
    assert "Rien d’autre ici" in client.get(following[1].replace("&amp;", "&")).text


@pytest.mark.parametrize("number", [1, 12, 60])
def test_a_part_takes_as_many_statements_whatever_it_holds(
    client: InspectingClient, number: int
) -> None:
    member = make_member()
    add_actions(make_case(member), member, [-1] * number)
    sign_in(client, member)
    client.get("/aujourd-hui/en-retard")
    with recorded_statements() as statements:
        client.get("/aujourd-hui/en-retard")
    assert len(statements) == 3, statements


def add_notices(member: Membership, number: int) -> list[str]:
    """Messages, the newest first."""
    texts = [f"Message {one:03}" for one in range(number)]
    with seeding() as session:
        session.execute(
            insert(Notice),
            [
                {
                    "id": uuid7(),
                    "key": f"{member.id}{text}",
                    "seat_id": member.seat_id,
                    "text": text,
                    "path": "",
                    "created_at": clock.now() - timedelta(minutes=minute + 1),
                }
                for minute, text in enumerate(texts)
            ],
        )
    return texts


@pytest.mark.parametrize(
    ("number", "count"), [(1, "1"), (5, "5"), (6, "6"), (99, "99"), (100, "99+"), (120, "99+")]
)
def test_messages_are_counted_and_all_of_them_are_reached(
    client: InspectingClient, number: int, count: str
) -> None:
    member = make_member()
    texts = add_notices(member, number)
    add_notices(make_member(), 3)
    sign_in(client, member)
    messages = card(client.get("/").text, "messages")
    assert f"Messages ({count})" in messages
    assert re.findall(r"Message \d{3}", messages) == texts[:5]
    assert ("Voir tous les messages" in messages) is (number > 5)
    found, path = [], "/messages"
    while path:
        page = client.get(path).text
        found += re.findall(r"Message \d{3}", page)
        more = re.search(r'rel="next" href="([^"]*)"', page)
        path = more[1].replace("&amp;", "&") if more else ""
    assert found == texts


def test_reading_all_messages_leaves_what_came_since_and_what_is_others(
    client: InspectingClient,
) -> None:
    member, stranger = make_member(), make_member()
    add_notices(member, 40)
    add_notices(stranger, 2)
    sign_in(client, member)
    shown = re.search(r'name="jusqu_a" value="([^"]*)"', client.get("/").text)
    assert shown
    with seeding() as session:
        since = {"key": "since", "seat_id": member.seat_id, "text": "Arrivé depuis."}
        session.add(Notice(**since))
    client.post("/messages/lire", data={"jusqu_a": shown[1]})
    assert "Messages (1)" in client.get("/").text
    assert "Arrivé depuis." in client.get("/messages").text
    client.post("/messages/lire", data={"jusqu_a": "abime"})
    assert "Aucun message non lu" in client.get("/messages").text
    sign_in(client, stranger)
    assert "Messages (2)" in client.get("/").text


def test_a_message_says_whom_it_is_about(client: InspectingClient) -> None:
    """Also when its referral is not among the lines that are shown."""
    member = make_member()
    add_actions(make_case(member), member, [-40] * 10)
    sender = make_member()
    seat = Seat(id=member.seat_id)
    case = make_case(sender)
    basis = make_basis(case, [seat], sender)
    sent = make_referral(make_need(case, sender), sender, seat, basis, state="accepted")
    with seeding() as session:
        told = {"subject_id": sent.id, "path": f"/orientations/{sent.id}"}
        session.add(Notice(key="a", seat_id=member.seat_id, text="Une orientation.", **told))
        hidden = {"subject_id": uuid7(), "path": ""}
        session.add(Notice(key="b", seat_id=member.seat_id, text="Autre chose.", **hidden))
    sign_in(client, member)
    messages = card(client.get("/").text, "messages")
    said = re.findall(r'<span class="rl-help">([^<]*)</span>', messages)
    assert len(said) == 1 and not said[0].startswith(" ·")
    assert client.get("/messages").text.count(said[0]) == 1
    with seeding() as session:
        closed = {"state": "declined", "decline_code": "other"}
        session.execute(update(Referral).where(Referral.id == sent.id).values(**closed))
    page = card(client.get("/").text, "messages")
    assert "Entreprise non communiquée" in page, "what was declined is closed"
