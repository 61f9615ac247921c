"""The box as a document says what the models say, to each reader what they read."""

import itertools
import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import joinedload

from app import clock
from app.actors import Actor
from app.db import db
from app.web.tables import ListRequest
from cases.casework.models import CaseFile
from cases.companies.models import Company, Person
from cases.referrals.enums import ReferralKind, ReferralState
from cases.referrals.lists import ask_box, show_access, show_box, show_declined
from cases.referrals.models import AccessRequest, AccessRequestMatch, Need, Referral, ReferralSheet
from cases.referrals.queries import shown
from cases.referrals.queries.box import Tab
from cases.referrals.queries.needs import needs_visible_to
from cases.referrals.queries.referrals import page_options, referrals_visible_to
from cases.referrals.queries.shown import read_lines
from cases.referrals.shown import BoxCounts, ShownLine
from partners.organisations.models import Seat
from partners.people.models import Membership
from tests.factories import (
    make_basis,
    make_case,
    make_company,
    make_member,
    make_need,
    make_participation,
    make_referral,
)
from tests.factories.referrals import make_access_request
from tests.support.acting import acting_as, actor_of, seeding
from tests.support.pages import InspectingClient
from tests.support.signing import sign_in

BOTH = (Tab.RECEIVED, Tab.SENT)


@pytest.fixture
def us(app: Flask) -> Membership:
    return make_member()


@pytest.fixture
def them(app: Flask) -> Membership:
    return make_member()


def tell(us: Membership, them: Membership) -> list[Referral]:
    """Ours to them, of every state: a sheet or none, named or not; the case of one in two is told
    them, of one in three is a person's."""
    now, made = clock.now(), []
    for number, state in enumerate(ReferralState):
        company = make_company(Seat(id=us.seat_id), f"Garage « d’œuvre » n° {number}\\")
        case = make_case(us, company)
        basis = make_basis(case, [Seat(id=them.seat_id)], us)
        if number % 2:
            make_participation(case, them, basis)
        facts: dict[str, Any] = {"state": state.value, "sent_at": now - timedelta(days=number)}
        facts["decline_code"] = "other" if state is ReferralState.DECLINED else None
        facts["answered_at"] = now if number > 2 else None
        facts["answer_by"] = None if number == 1 else now + timedelta(hours=number)
        facts["kind"] = list(ReferralKind)[number % 3]
        names = [["Entreprise", f"Garage n° {number}"]] if number % 4 else []
        receiver = Seat(id=them.seat_id)
        made.append(make_referral(make_need(case, us), us, receiver, basis, names, **facts))
        with seeding() as session:
            if number % 5 == 0:
                session.delete(session.get_one(ReferralSheet, made[-1].id))
            if number % 3 == 0:
                session.get_one(CaseFile, case.id).company_id = None
    return made


def mapped_referrals(actor: Actor) -> dict[uuid.UUID, Referral]:
    """All that the actor reads, with what its page reads of them."""
    found = db.session.scalars(referrals_visible_to(actor).options(*page_options()))
    return {one.id: one for one in found}


def same(line: ShownLine, referral: Referral) -> None:
    """The line says of the referral what the models say."""
    told = {
        "title": referral.title,
        "sender": referral.sender_seat.organisation.name,
        "receiver": referral.receiver_seat.organisation.name,
    }
    company = referral.case.company if referral.case else None
    told["commune_code"] = company.commune_code if company else None
    for field in line.__struct_fields__:
        expected = told[field] if field in told else getattr(referral, field)
        found = getattr(line, field)
        assert (found, type(found)) == (expected, type(expected)), field


@pytest.mark.parametrize("reader", ["us", "them"])
def test_a_line_says_what_the_models_say(us: Membership, them: Membership, reader: str) -> None:
    tell(us, them)
    tell(them, us)
    actor, met = actor_of(us if reader == "us" else them), 0
    with acting_as(actor) as session:
        session.expunge_all()
        mapped = mapped_referrals(actor)
        for tab in BOTH:
            page = show_box(tab, ask_box(tab, {"taille": "100"}), actor).page
            for line in page.items:
                same(line, mapped[line.id])
            met += len(page.items)
        titles = {one.title for one in mapped.values()}
    assert met == len(mapped) > 15
    assert {"Entreprise non communiquée", "Garage n° 3"} < titles


def test_companies_and_people_about_which_little_is_known(us: Membership, them: Membership) -> None:
    tell(us, them)
    with seeding() as session:
        session.execute(update(Company).values(commune_code=None))
        session.execute(update(Person).values(given_name=""))
        session.execute(update(ReferralSheet).values(content={}))
    actor = actor_of(us)
    with acting_as(actor) as session:
        session.expunge_all()
        mapped = mapped_referrals(actor)
        lines = read_lines(list(mapped), actor)
        for line in lines:
            same(line, mapped[line.id])
    assert {one.commune_code for one in lines} == {None}


def test_lines_come_in_the_order_asked_and_only_those_that_are_read(
    us: Membership, them: Membership
) -> None:
    ids = [one.id for one in tell(us, them)]
    elsewhere = [one.id for one in tell(make_member(), make_member())]
    asked = [*ids[5:], *elsewhere, uuid.uuid4(), *ids[:5]]
    with acting_as(actor_of(us)):
        assert [one.id for one in read_lines(asked, actor_of(us))] == [*ids[5:], *ids[:5]]


def test_the_policies_alone_hold_the_box_back(us: Membership, them: Membership) -> None:
    """The statement asks for one seat, another one acts in the database: nothing is found."""
    ids = [one.id for one in tell(us, them)]
    for asker in tell(them, us)[:3]:
        case = CaseFile(id=asker.case_id)
        make_access_request(make_member(), case)
    make_access_request(them, make_case(make_member()))
    with acting_as(actor_of(make_member())):
        for tab in BOTH:
            box = show_box(tab, ask_box(tab, {}), actor_of(us))
            assert (box.page.items, box.page.total, box.counts) == ([], 0, BoxCounts())
            assert box.partners == []
        assert read_lines(ids, actor_of(us)) == []
        basket = show_declined(ask_box(Tab.ALL_DECLINED, {}), actor_of(us))
        assert (basket.page.items, basket.page.total) == ([], 0)
        requests = show_access(ListRequest(), ListRequest(), actor_of(them))
        assert requests.matches is not None
        assert (requests.matches.items, requests.matches.total) == ([], 0)
        assert (requests.page.items, requests.page.total) == ([], 0)


def test_a_receiver_who_asks_as_the_sender_reads_as_a_receiver(
    us: Membership, them: Membership
) -> None:
    """What it may read in its own right, and nothing of what the sender alone reads."""
    mine = tell(us, them)
    with acting_as(actor_of(them)) as session:
        session.expunge_all()
        mapped = mapped_referrals(actor_of(them))
        lines = read_lines([one.id for one in mine], actor_of(us))
        for line in lines:
            same(line, mapped[line.id])
    assert 0 < len(lines) < len(mine)


def test_needs_that_all_declined_say_what_the_models_say(us: Membership, them: Membership) -> None:
    tell(us, them)
    tell(them, us)
    for member in (us, them):
        actor = actor_of(member)
        with acting_as(actor) as session:
            session.expunge_all()
            basket = show_declined(ask_box(Tab.ALL_DECLINED, {}), actor)
            case = joinedload(Need.case)
            options = (case.joinedload(CaseFile.company), case.joinedload(CaseFile.person))
            mapped = {
                one.id: one for one in session.scalars(needs_visible_to(actor).options(*options))
            }
            for line in basket.page.items:
                need = mapped[line.id]
                told = (need.case_id, need.case.title, need.subject, need.description)
                assert (line.case_id, line.title, line.subject, line.description) == told
        assert basket.counts.all_declined == basket.page.total == len(basket.page.items) > 1


def asked_of(member: Membership, many: int) -> list[AccessRequest]:
    """So many requests that fell upon cases of this member, the first that came first."""
    return [make_access_request(make_member(), make_case(member)) for _ in range(many)]


def test_access_requests_say_what_the_models_say(us: Membership, them: Membership) -> None:
    fell = asked_of(us, 3)
    mine = [make_access_request(us, make_case(them)) for _ in range(2)]
    actor = actor_of(us)
    with acting_as(actor) as session:
        session.expunge_all()
        box = show_access(ListRequest(), ListRequest(), actor)
        assert box.matches is not None
        matches = session.scalars(
            db.select(AccessRequestMatch)
            .order_by(AccessRequestMatch.request_id)
            .options(
                joinedload(AccessRequestMatch.case).joinedload(CaseFile.company),
                joinedload(AccessRequestMatch.request)
                .joinedload(AccessRequest.seat)
                .joinedload(Seat.organisation),
            )
        ).all()
        assert [msgspec.structs.asdict(line) for line in box.matches.items] == [
            {
                "request_id": one.request_id,
                "seat_id": one.request.seat_id,
                "organisation": one.request.seat.organisation.name,
                "case_id": one.case_id,
                "title": one.case.title,
                "subject": one.request.subject,
                "reason": one.request.reason,
                "created_at": one.request.created_at,
            }
            for one in matches
        ]
    assert [one.request_id for one in matches] == [one.id for one in fell]
    assert [(one.company_name, one.subject, one.created_at) for one in box.page.items] == [
        (one.company_name, one.subject, one.created_at) for one in reversed(mine)
    ]
    assert (box.matches.total, box.counts.access, box.page.total) == (3, 3, 2)


def test_both_lists_of_access_requests_have_pages(
    client: InspectingClient, us: Membership, them: Membership
) -> None:
    asked_of(us, 27)
    for _ in range(26):
        make_access_request(us, make_case(them))
    sign_in(client, us)
    box = "/orientations?onglet=acces"
    first, second = client.get(box), client.get(f"{box}&a-traiter=2")
    assert "1 à 25 sur 27" in first.text and "1 à 25 sur 26" in first.text
    assert "26 à 27 sur 27" in second.text and "1 à 25 sur 26" in second.text
    assert 'href="/orientations?onglet=acces&amp;a-traiter=2"' in first.text
    both = client.get(f"{box}&a-traiter=2&page=2").text
    assert "26 à 27 sur 27" in both and "26 à 26 sur 26" in both
    assert 'href="/orientations?onglet=acces&amp;a-traiter=1&amp;page=2"' in both
    closed = [text.count("Classer sans suite") for text in (first.text, second.text)]
    assert closed == [25, 2]


def test_a_page_beyond_the_last_one_leads_back(client: InspectingClient, us: Membership) -> None:
    asked_of(us, 1)
    sign_in(client, us)
    page = client.get("/orientations?onglet=acces&a-traiter=3").text
    assert "Précédente" in page and "Aucune demande d’accès" not in page


def test_statements_are_made_once_for_each_question(us: Membership) -> None:
    actor = actor_of(us)
    words = itertools.cycle(["garage", "boulangerie"])
    with acting_as(actor):
        for asked in ({}, {"etat": "attente"}, {"sujet": "bank", "tri": "-partner"}, {"q": "é"}):
            made: Sequence[int] = []
            for page in ("1", "2"):
                more = {"q": next(words)} if "q" in asked else {}
                show_box(Tab.SENT, ask_box(Tab.SENT, {**asked, **more, "page": page}), actor)
                made = [*made, shown._box.cache_info().misses]
            assert made[0] == made[1], asked
