"""The box as a list: what a search finds for each reader, filters, orders, pages."""

import uuid
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import clock
from app.actors import Actor
from app.db import db
from app.folding import fold, grams
from cases.casework.models import CaseFile
from cases.companies.identifiers import searched
from cases.referrals.enums import ReferralState
from cases.referrals.lists import ask_box, list_exported, show_box, show_declined
from cases.referrals.queries.box import Tab
from cases.referrals.shown import ShownLine
from partners.organisations.enums import OrganisationKind, Subject
from partners.organisations.models import Seat
from partners.people.models import Membership
from tests.factories import (
    make_basis,
    make_case,
    make_company,
    make_member,
    make_need,
    make_organisation,
    make_participation,
    make_referral,
    make_seat,
)
from tests.factories.companies import next_siren
from tests.support.acting import act_as_member
from tests.support.pages import InspectingClient
from tests.support.signing import sign_in


def member_of(name: str) -> Membership:
    """An adviser of an organisation of this name."""
    return make_member(make_seat(make_organisation(name, OrganisationKind.ASSOCIATION)))


@dataclass(frozen=True)
class Sent:
    """A referral, and what it is about."""

    id: uuid.UUID
    need_id: uuid.UUID
    case: CaseFile
    siren: str


def send(
    sender: Membership,
    receiver: Membership,
    company: str = "Menuiserie Exemple",
    subject: Subject = Subject.CASH_FLOW,
    **more: object,
) -> Sent:
    """A referral about a company of this name, with a sheet that says it."""
    seat, siren = Seat(id=receiver.seat_id), next_siren()
    case = make_case(sender, make_company(Seat(id=sender.seat_id), company, siren=siren))
    need, basis = make_need(case, sender, subject), make_basis(case, [seat], sender)
    lines = [["Entreprise", company], ["SIREN", f"{siren[:3]} {siren[3:]}"]]
    made = make_referral(need, sender, seat, basis, identity=lines, **more)
    return Sent(made.id, need.id, case, siren)


def found_by(member: Membership, tab: Tab = Tab.RECEIVED, **asked: str) -> list[ShownLine]:
    """What this member's box holds for such an address."""
    actor = act_as_member(member)
    return list(show_box(tab, ask_box(tab, asked), actor).page.items)


def ids(found: list[ShownLine]) -> set[object]:
    return {one.id for one in found}


@pytest.fixture
def us(app: Flask) -> Membership:
    return member_of("Entraide Exemple")


@pytest.fixture
def them(app: Flask) -> Membership:
    return member_of("Chambre de métiers")


@pytest.mark.parametrize("typed", ["Garage Lefèvre", "garage lefevre", "GARAGE", "garrage lefevre"])
def test_a_company_is_found_whatever_the_accents_and_small_mistakes(
    us: Membership, them: Membership, typed: str
) -> None:
    ours, _noise = send(them, us, "Garage Lefèvre"), send(them, us, "Boulangerie Martin")
    elsewhere = send(them, member_of("Ailleurs"), "Garage Lefèvre")
    assert ids(found_by(us, q=typed)) == {ours.id}
    assert ids(found_by(them, Tab.SENT, q=typed)) == {ours.id, elsewhere.id}


def test_a_siren_and_a_partner_are_found_too(us: Membership, them: Membership) -> None:
    ours = send(them, us, "Garage Lefèvre")
    send(member_of("Conseil Exemple"), us, "Boulangerie Martin")
    assert ids(found_by(us, q=f"{ours.siren[:6]} {ours.siren[6:]}")) == {ours.id}
    assert ids(found_by(us, q="chambre de metier")) == {ours.id}
    # One's own name is on every line: it narrows nothing down, and finds nothing.
    assert found_by(us, q="Entraide Exemple") == []


@pytest.mark.parametrize("state", ["declined", "redirected", "expired", "revoked"])
def test_what_a_closed_sheet_said_is_not_searched(
    us: Membership, them: Membership, state: str
) -> None:
    code = {"decline_code": "other"} if state == "declined" else {}
    ours = send(them, us, "Garage Lefèvre", state=state, **code)
    assert found_by(us, q="Garage Lefèvre") == found_by(us, q=ours.siren) == []
    assert ids(found_by(us, q="Chambre")) == {ours.id}
    assert ids(found_by(them, Tab.SENT, q="Garage Lefèvre")) == {ours.id}


def test_whoever_takes_part_in_the_case_searches_by_its_name(
    us: Membership, them: Membership
) -> None:
    ours = send(them, us, "Garage Lefèvre", state="declined", decline_code="other")
    make_participation(ours.case, us, make_basis(ours.case, [Seat(id=us.seat_id)], them))
    assert ids(found_by(us, q="lefevre")) == {ours.id}


def test_a_forged_search_finds_nothing_of_others(us: Membership, them: Membership) -> None:
    send(them, us, "Garage Lefèvre")
    act_as_member(member_of("Ailleurs"))
    found = select(func.search_referrals(*searched("Garage Lefèvre")))
    assert db.session.scalars(found).all() == []


def test_grams_of_the_database_are_those_of_the_search(app: Flask) -> None:
    for name in ("L’Œuvre d’Éloïse — S.A.R.L.", "Bar", "", "3 B"):
        kept = db.session.scalar(select(func.folded_grams(fold(name))))
        assert sorted(kept or []) == grams(name)


def test_filters_narrow_by_state_kind_partner_lateness_and_day(
    us: Membership, them: Membership
) -> None:
    other, now = member_of("Conseil Exemple"), clock.now()
    late = send(them, us, answer_by=now - timedelta(hours=1))
    old = send(them, us, sent_at=now - timedelta(days=40), answer_by=now + timedelta(days=1))
    taken = send(other, us, state="accepted", answered_at=now, subject=Subject.BANK)
    actor = act_as_member(us)
    offered = show_box(Tab.RECEIVED, ask_box(Tab.RECEIVED, {}), actor).partners
    partners = dict((name, key) for key, name in offered)
    assert set(partners) == {"Chambre de métiers", "Conseil Exemple"}
    week = str((now - timedelta(days=7)).date())
    asked: list[tuple[dict[str, str], set[object]]] = [
        ({"reponse": "retard"}, {late.id}),
        ({"etat": "attente"}, {late.id, old.id}),
        ({"etat": "accepted"}, {taken.id}),
        ({"sujet": "bank"}, {taken.id}),
        ({"forme": "handover"}, set()),
        ({"forme": "joint"}, {late.id, old.id, taken.id}),
        ({"partenaire": partners["Conseil Exemple"]}, {taken.id}),
        ({"partenaire": "nimporte"}, set()),
        ({"du": week}, {late.id, taken.id}),
        ({"au": week}, {old.id}),
        ({"au": "hier"}, {late.id, old.id, taken.id}),
    ]
    for one, expected in asked:
        assert ids(found_by(us, **one)) == expected, one


def test_orders_and_pages(us: Membership, them: Membership) -> None:
    now = clock.now()
    first = send(them, us, answer_by=now + timedelta(hours=1), sent_at=now - timedelta(days=3))
    second = send(
        member_of("Association B"),
        us,
        answer_by=now + timedelta(hours=9),
        sent_at=now - timedelta(days=1),
    )
    over = send(member_of("Zone C"), us, state="accepted", answered_at=now)
    for asked, expected in (
        ("", [first, second, over]),
        ("-due", [second, first, over]),
        ("sent", [first, second, over]),
        ("-sent", [over, second, first]),
        ("partner", [second, first, over]),
        ("-partner", [over, first, second]),
        ("-state", [over, second, first]),
    ):
        assert [one.id for one in found_by(us, tri=asked)] == [one.id for one in expected], asked
    actor = act_as_member(us)
    asked = ask_box(Tab.RECEIVED, {"taille": "2", "page": "2"})
    page = show_box(Tab.RECEIVED, asked, actor).page
    assert ([one.id for one in page.items], page.total, page.last_number) == ([over.id], 3, 2)
    assert len(list_exported(Tab.RECEIVED, ask_box(Tab.RECEIVED, {"taille": "2"}), actor)) == 3


def test_needs_that_all_declined_are_searched(us: Membership, them: Membership) -> None:
    kept = send(them, us, "Garage Lefèvre", state="declined", decline_code="other")
    send(them, us, "Boulangerie Martin", state="declined", decline_code="other")
    actor: Actor = act_as_member(them)
    for asked, expected in (({"q": "lefevre"}, [kept.need_id]), ({"sujet": "bank"}, [])):
        page = show_declined(ask_box(Tab.ALL_DECLINED, asked), actor).page
        assert [one.id for one in page.items] == expected
    assert show_declined(ask_box(Tab.ALL_DECLINED, {}), actor).page.total == 2


def test_the_page_keeps_its_tab_when_everything_is_shown(
    client: InspectingClient, us: Membership, them: Membership
) -> None:
    send(them, us, "Garage Lefèvre")
    sign_in(client, them)
    page = client.get("/orientations?onglet=envoyees&q=garage&etat=attente&du=2026-13-45").text
    assert "Garage Lefèvre" in page and 'href="/orientations?onglet=envoyees">Tout' in page
    assert "Ce filtre n’est pas appliqué" in page and "Garder cette vue" in page
    empty = client.get("/orientations?onglet=envoyees&etat=completed").text
    assert "Aucune orientation ne correspond" in empty
    sign_in(client, us)
    asked = {"q": "zzz", "etat": ReferralState.SEEN.value}
    assert "Aucune orientation" in client.get("/orientations", query_string=asked).text


def test_a_tab_counts_no_further_than_it_says(
    client: InspectingClient, us: Membership, them: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("cases.referrals.queries.box", "cases.referrals.views.boxes"):
        monkeypatch.setattr(f"{module}.MOST_WAITING", 3)
    sign_in(client, us)
    for shown in ("1", "2", "2+", "2+"):
        send(them, us)
        assert f'<span class="rl-count">{shown}</span>' in client.get("/orientations").text
