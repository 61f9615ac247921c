"""The box finds through what triggers keep what it would find in the referrals themselves.

Each tab, order, filter and search is asked of both, for several seats, on referrals of every state;
and what is kept is compared with the truth after each thing that may happen.
"""

import itertools
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import ProgrammingError

from app import clock
from app.actors import Actor, Role, Side
from app.db import db
from cases.casework.models import CaseFile, LegalBasis, Participation
from cases.companies.identifiers import searched
from cases.referrals.enums import ReferralKind, ReferralState
from cases.referrals.lists import (
    KINDS,
    SORT_LABELS,
    ask_box,
    list_exported,
    show_box,
    show_declined,
)
from cases.referrals.models import BoxedReferral, DeclinedNeed, Need, Referral, ReferralSheet
from cases.referrals.queries.box import Standing, Tab
from cases.referrals.rules.states import ENDED, WAITING
from cases.referrals.shown import BoxCounts
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
from tests.support.acting import acting_as, actor_of, seeding
from tests.support.box_before import declined_before, ids_before, partners_before

NAMES = ("Garage Lefèvre", "Boulangerie Martin", "Garage Martin")
SEARCHES = ("lefevre", "garrage lefevre", "MARTIN", "exemple", "durand", "zzz", "é", "12")
BOTH = (Tab.RECEIVED, Tab.SENT)


@dataclass
class Stories:
    """Members of several seats that wrote to one another, and what they wrote about."""

    members: list[Membership]
    sirens: list[str]

    @property
    def lead(self) -> Membership:
        """Who opened every case, and sends."""
        return self.members[0]


@pytest.fixture
def stories(app: Flask) -> Stories:
    """Referrals of every state, kind and age between five seats: two of one organisation, two of
    organisations of one name. Instants are equal by twos, so that ties are sorted as well."""
    urssaf = make_organisation("Urssaf Exemple", OrganisationKind.URSSAF)
    seats = [make_seat(urssaf), make_seat(urssaf, Side.RECOVERY)]
    seats += [make_seat(make_organisation(name)) for name in ("Même nom", "Meme nom", "Avant")]
    told = Stories([make_member(seat) for seat in seats], [])
    chosen = itertools.cycle(told.members[1:])
    for number, state in enumerate([*ReferralState, *ReferralState]):
        _tell(told, next(chosen), number, state)
    return told


def _tell(told: Stories, receiver: Membership, number: int, state: ReferralState) -> None:
    """One referral from the lead to this seat, one back; the receiver reads one case in four."""
    lead, seat, now = told.lead, Seat(id=receiver.seat_id), clock.now()
    company = make_company(Seat(id=lead.seat_id), NAMES[number % 3], siren=next_siren())
    told.sirens.append(company.siren or "")
    case = make_case(lead, company)
    basis = make_basis(case, [seat, Seat(id=lead.seat_id)], lead)
    if number % 4 == 0:
        make_participation(case, receiver, basis)
    subject = [Subject.CASH_FLOW, Subject.BANK, Subject.HEALTH][number % 3]
    kind = ReferralKind.SIGNPOST if number % 7 == 6 else KINDS[number % 2 + 1]
    lines = [["Entreprise", company.name], ["SIREN", company.siren or ""]]
    sent = now - timedelta(days=number // 2 * 3)
    facts: dict[str, Any] = {"kind": kind, "identity": lines, "sent_at": sent}
    facts["answer_by"] = None if number == 1 else sent + timedelta(days=9)
    facts["state"] = state.value
    facts["decline_code"] = "other" if state is ReferralState.DECLINED else None
    if state not in (ReferralState.DRAFT, *WAITING):
        facts["answered_at"] = sent + timedelta(days=1)
        facts["ended_at"] = sent + timedelta(days=2) if state in ENDED else None
    there = make_referral(make_need(case, lead, subject), lead, seat, basis, **facts)
    if kind is ReferralKind.SIGNPOST:
        with seeding() as session:
            session.delete(session.get_one(ReferralSheet, there.id))
    need = make_need(case, receiver, subject)
    make_referral(need, receiver, Seat(id=lead.seat_id), basis, **facts)


def addresses(stories: Stories, partners: list[uuid.UUID]) -> Iterator[dict[str, str]]:
    """What may be asked of a tab: each order alone, then each filter and search in some order."""
    orders = list(SORT_LABELS)
    yield from ({"tri": order} for order in orders)
    days = [str((clock.now() - timedelta(days=days)).date()) for days in (5, 20)]
    asked = [
        *({"etat": one} for one in (*Standing, *ReferralState)),
        *({"etat": one, "reponse": "retard"} for one in ("attente", "cours", "sent")),
        *({"sujet": one} for one in (Subject.BANK, Subject.HEALTH, Subject.OTHER)),
        *({"forme": one} for one in KINDS),
        *({"partenaire": str(one)} for one in partners),
        {"partenaire": "nimporte"},
        {"reponse": "retard"},
        *({"du": days[1], "au": days[0]}, {"du": days[0]}, {"au": days[1], "sujet": "bank"}),
        *({"q": one} for one in (*SEARCHES, stories.sirens[0], stories.sirens[3][:5])),
        *({"q": "garage", "etat": one, "sujet": "bank"} for one in Standing),
    ]
    yield from ({**one, "tri": tri} for one, tri in zip(asked, itertools.cycle(orders)))


@pytest.mark.parametrize("number", range(5))
@pytest.mark.parametrize("tab", BOTH)
def test_every_question_finds_what_it_found_before(stories: Stories, number: int, tab: Tab) -> None:
    actor = actor_of(stories.members[number])
    found = 0
    with acting_as(actor):
        partners = list_partners(tab, actor)
        assert list(partners) == partners_before(tab, actor)
        for asked in addresses(stories, [one for one, _ in partners]):
            listing = ask_box(tab, {**asked, "taille": "100"})
            expected = [] if asked.get("partenaire") == "nimporte" else _before(tab, asked, actor)
            page = show_box(tab, listing, actor).page
            assert ([one.id for one in page.items], page.total) == (expected, len(expected)), asked
            second = show_box(tab, ask_box(tab, {**asked, "taille": "2", "page": "2"}), actor)
            assert [one.id for one in second.page.items] == expected[2:4], asked
            found += len(expected)
        assert found > 50, "nothing was compared"
        assert list_exported(tab, ask_box(tab, {}), actor) == _before(tab, {}, actor)


def list_partners(tab: Tab, actor: Actor) -> list[tuple[uuid.UUID, str]]:
    """Those that the filter of a tab offers."""
    found = show_box(tab, ask_box(tab, {}), actor).partners
    return [(uuid.UUID(one), name) for one, name in found]


def _before(tab: Tab, asked: dict[str, str], actor: Any) -> list[uuid.UUID]:
    return ids_before(tab, ask_box(tab, asked), actor)


@pytest.mark.parametrize("number", range(5))
def test_counts_and_needs_that_all_declined_are_the_same(stories: Stories, number: int) -> None:
    actor = actor_of(stories.members[number])
    with acting_as(actor):
        declined = [one.id for one in declined_before(actor)]
        waiting = [len(_before(tab, {"etat": "attente"}, actor)) for tab in BOTH]
        basket = show_declined(ask_box(Tab.ALL_DECLINED, {"taille": "100"}), actor)
        page = basket.page
        assert ([one.id for one in page.items], page.total) == (declined, len(declined))
        assert basket.counts == BoxCounts(*waiting, len(declined), 0)
        assert number > 0 or (declined and all(waiting))


def test_whoever_reads_no_case_finds_nothing(stories: Stories) -> None:
    actor = replace(actor_of(stories.lead), role=Role.AUDITOR)
    with acting_as(actor):
        for tab in BOTH:
            box = show_box(tab, ask_box(tab, {}), actor)
            assert box.page.total == 0
            assert box.partners == []
            assert box.counts == BoxCounts()
        assert show_declined(ask_box(Tab.ALL_DECLINED, {}), actor).page.total == 0


def kept() -> tuple[set[Any], set[Any]]:
    """What triggers keep: referrals in boxes, needs that all declined."""
    with seeding() as session:
        boxed, declined = BoxedReferral.__table__, DeclinedNeed.__table__
        return (
            set(map(tuple, session.execute(select(boxed)))),
            set(map(tuple, session.execute(select(declined)))),
        )


def computed(members: list[Membership]) -> tuple[set[Any], set[Any]]:
    """The same from the referrals, and from what each of these members reads."""
    with seeding() as session:
        session.expunge_all()
        referrals = list(session.scalars(select(Referral)))
        seats = dict(map(tuple, session.execute(select(Seat.id, Seat.organisation_id))))
    boxed = {row for one in referrals for row in _rows(one, seats)}
    declined = set()
    for member in members:
        actor = actor_of(member)
        with acting_as(actor):
            for need in declined_before(actor):
                facts = (need.case_id, need.subject.value, need.created_at)
                declined.add((need.id, member.seat_id, *facts))
    return boxed, declined


def _rows(one: Referral, seats: dict[uuid.UUID, uuid.UUID]) -> Iterator[Any]:
    is_told = one.state is not ReferralState.DRAFT and one.kind is not ReferralKind.SIGNPOST
    due = one.answer_by if one.state in WAITING else None
    moved = max(filter(None, (one.answered_at, one.ended_at)), default=None)
    facts = (one.state.value, one.subject.value, one.kind.value, one.sent_at, due)
    if one.sender_seat_id in one.reader_seats:
        yield (one.id, False, one.sender_seat_id, seats[one.receiver_seat_id], *facts, moved)
    if one.receiver_seat_id in one.reader_seats and is_told:
        yield (one.id, True, one.receiver_seat_id, seats[one.sender_seat_id], *facts, None)


def change(model: Any, values: dict[str, Any], *conditions: Any) -> None:
    """Change rows as a command would, at once."""
    with seeding() as session:
        done = session.execute(update(model).where(*conditions).values(**values))
        assert done.rowcount  # type: ignore[attr-defined]


def answer(stories: Stories) -> None:
    """What waited is declined; need after need, all have declined."""
    values = {"state": "declined", "decline_code": "other", "answered_at": clock.now()}
    change(Referral, values, Referral.state.in_(WAITING))


def undo(stories: Stories) -> None:
    """An answer is taken back."""
    values = {"state": "seen", "decline_code": None, "answered_at": None}
    change(Referral, values, Referral.state == "declined", Referral.kind != "signpost")


def undo_sending(stories: Stories) -> None:
    """A sending is taken back: a draft is nobody's to read."""
    change(Referral, {"state": "draft"}, Referral.state == "sent")


def delay(stories: Stories) -> None:
    """An answer may be given later."""
    due = clock.now() + timedelta(days=3)
    change(Referral, {"answer_by": due}, Referral.state == "sent")


def end(stories: Stories) -> None:
    """What was begun ends, and nothing else changes of it than when."""
    change(Referral, {"ended_at": clock.now()}, Referral.state == "completed")


def close_cases(stories: Stories) -> None:
    """Cases are closed."""
    values = {"closed_at": clock.now(), "status": "closed", "outcome": "recovered"}
    change(CaseFile, values, CaseFile.closed_at.is_(None))


def pass_the_lead(stories: Stories) -> None:
    """Somebody else leads."""
    with seeding() as session:
        parts = session.scalars(
            select(Participation).where(Participation.seat_id != stories.lead.seat_id)
        ).all()
        for part in parts:
            case = session.get_one(CaseFile, part.case_id)
            case.lead_seat_id = part.seat_id


def leave(stories: Stories) -> None:
    """Those who were invited leave: the needs they wrote stay."""
    left = Participation.seat_id != stories.lead.seat_id
    change(Participation, {"ended_at": clock.now()}, left)


def withdraw(stories: Stories) -> None:
    """The entrepreneurs take their agreement back."""
    values = {"withdrawn_at": clock.now(), "withdrawn_by": "l’entrepreneur"}
    change(LegalBasis, values, LegalBasis.withdrawn_at.is_(None))


def correct_needs(stories: Stories) -> None:
    """What was needed is something else, and for everybody."""
    change(Need, {"subject": "bank", "audience": "all"}, Need.subject == "cash_flow")


def anonymise(stories: Stories) -> None:
    """Nobody reads an anonymised case."""
    close_cases(stories)
    values = {"anonymised_at": clock.now(), "company_id": None, "person_id": None}
    values |= {"lead_member_id": None, "paused_reason": None, "second_reason": None}
    change(CaseFile, values, CaseFile.anonymised_at.is_(None))


STORY = (
    *(answer, undo, undo_sending, delay, end, close_cases, pass_the_lead, leave, withdraw),
    *(correct_needs, anonymise),
)


@pytest.mark.parametrize("happening", STORY, ids=lambda one: one.__name__)
def test_what_is_kept_follows_what_happens(
    stories: Stories, happening: Callable[[Stories], None]
) -> None:
    before = kept()
    assert before == computed(stories.members)
    happening(stories)
    after = kept()
    assert after != before
    assert after == computed(stories.members)


def test_rebuilding_writes_the_same_rows(stories: Stories) -> None:
    before = kept()
    with seeding() as session:
        session.execute(text("UPDATE boxed_referral SET state = 'faux'"))
        session.execute(text("DELETE FROM declined_need"))
    assert kept() != before
    with seeding() as session:
        session.execute(text("SELECT rebuild_boxed_referrals(), rebuild_declined_needs()"))
    assert kept() == before


def test_the_web_neither_rebuilds_nor_writes_rows(stories: Stories) -> None:
    for statement in (
        "SELECT rebuild_boxed_referrals()",
        "SELECT write_boxed_referrals('{}')",
        "UPDATE boxed_referral SET state = state",
        "SELECT rebuild_declined_needs()",
        "SELECT write_declined_needs('{}')",
        "UPDATE declined_need SET subject = subject",
        "SELECT told_by_case('{}')",
        "UPDATE referral_sheet SET seats = seats",
    ):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            acting_as(actor_of(stories.lead)) as session,
        ):
            session.execute(text(statement))


def test_a_row_too_many_shows_nothing(stories: Stories) -> None:
    """What is kept says what to look for, and the policy of the referral what is read."""
    stranger = make_member()
    with seeding() as session:
        session.execute(
            text("UPDATE boxed_referral SET seat_id = :seat"), {"seat": stranger.seat_id}
        )
        session.execute(
            text("UPDATE declined_need SET seat_id = :seat WHERE seat_id = :lead"),
            {"seat": stranger.seat_id, "lead": stories.lead.seat_id},
        )
    actor = actor_of(stranger)
    with acting_as(actor):
        assert db.session.scalar(select(func.count()).select_from(BoxedReferral))
        for tab in BOTH:
            assert show_box(tab, ask_box(tab, {}), actor).page.items == []
        assert show_declined(ask_box(Tab.ALL_DECLINED, {}), actor).page.items == []


def test_nobody_searches_what_others_received(stories: Stories) -> None:
    with acting_as(actor_of(make_member())):
        for typed in (*SEARCHES, stories.sirens[0]):
            found = select(func.search_referrals(*searched(typed)))
            assert db.session.scalars(found).all() == [], typed


def test_a_forged_sheet_names_its_own_seats(stories: Stories) -> None:
    """Whom a sheet is found by is said by its referral, whatever is written."""
    stranger = make_member()
    with seeding() as session:
        sheet = session.scalars(select(ReferralSheet)).first()
        assert sheet is not None
        referral_id, content = sheet.referral_id, sheet.content
        session.delete(sheet)
        session.flush()
        session.add(
            ReferralSheet(
                referral_id=referral_id, sections=[], content=content, seats=[stranger.seat_id]
            )
        )
        session.flush()
        referral = session.get_one(Referral, referral_id)
        kept_seats = select(ReferralSheet.seats).where(ReferralSheet.referral_id == referral_id)
        expected = [referral.sender_seat_id, referral.receiver_seat_id]
        assert session.scalar(kept_seats) == expected
