"""What lists and searches of cases read is what the cases, companies and persons say."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import joinedload

from app import clock
from app.actors import Actor, ActorKind, Side
from app.db import db
from app.folding import fold, grams
from app.reference.models import Commune
from cases.casework.enums import Audience, Phase
from cases.casework.models import CaseFile, CaseReader, Participation, TimelineEntry
from cases.casework.rules import audiences_of, hears
from cases.companies.models import Company, Person
from partners.organisations.models import Seat
from partners.people.models import Membership
from tests.factories import make_basis, make_case, make_entry, make_member, make_participation
from tests.factories.companies import make_person
from tests.factories.organisations import make_seat
from tests.factories.world import World, make_world
from tests.support.acting import acting_as, actor_of, seeding

Row = tuple[Any, ...]


@pytest.fixture
def world(app: Flask) -> World:
    """Lines move their case when a transaction commits; the test's own never does."""
    with seeding() as session:
        session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    return make_world()


def kept() -> set[Row]:
    """The rows that triggers keep."""
    with seeding() as session:
        session.expunge_all()
        rows = session.scalars(select(CaseReader)).all()
    facts = ("seat_id", "case_id", "moved_at", "opened_at", "folded_title", "phase", "status")
    more = ("lead_seat_id", "lead_member_id", "department")
    return {
        (*(getattr(row, name) for name in (*facts, *more)), words_of(row.words)) for row in rows
    }


def words_of(vector: str) -> frozenset[str]:
    """The words of a tsvector without positions."""
    return frozenset(word.strip("'") for word in vector.split())


def computed() -> set[Row]:
    """The same from participations, cases, lines, companies and persons, folded in Python."""
    with seeding() as session:
        session.expunge_all()
        load = (joinedload(CaseFile.company).joinedload(Company.commune),)
        load += (joinedload(CaseFile.person),)
        cases = {one.id: one for one in session.scalars(select(CaseFile).options(*load))}
        of_now = select(Participation).where(Participation.ended_at.is_(None))
        parts = session.scalars(of_now.options(joinedload(Participation.seat))).all()
        lines = session.scalars(select(TimelineEntry)).all()
    return {_row(cases[part.case_id], part, lines) for part in parts}


def _row(case: CaseFile, part: Participation, lines: Iterable[TimelineEntry]) -> Row:
    company, person = case.company, case.person
    reader = Actor(ActorKind.MEMBER, seat_id=part.seat_id, side=part.seat.side)
    heard = [one for one in lines if one.case_id == case.id]
    heard = [one for one in heard if hears(reader, one.audience, one.seat_id)]
    moved_at = max([case.moved_at, *(one.created_at for one in heard)])
    names = [company.name, company.trade_name, company.siren] if company else []
    names += [person.folded_name] if person else []
    words = {word for name in names for word in fold(name).split()}
    words |= {fold(case.reference).replace(" ", ""), fold(case.reference).split()[1]}
    title = fold(company.name) if company else person.folded_name if person else ""
    commune = company.commune if company else None
    lead = (case.lead_seat_id, case.lead_member_id)
    department = commune.department_code if commune else None
    facts = (moved_at, case.opened_at, title, case.phase.value, case.status.value)
    tail = str(part.seat_id)[-12:]
    scoped = frozenset(f"{tail}{word}" for word in words)
    return (part.seat_id, case.id, *facts, *lead, department, scoped)


def test_rows_are_those_of_the_participations(world: World) -> None:
    assert kept() == computed()


def end_partner(world: World) -> None:
    """The partner leaves."""
    with seeding() as session:
        seat_id = world.partner.seat_id
        left = session.scalars(select(Participation).where(Participation.seat_id == seat_id)).one()
        left.ended_at = clock.now() - timedelta(seconds=1)


def invite(world: World) -> None:
    """Somebody more reads the case."""
    guest = make_member()
    basis = make_basis(world.case, [Seat(id=guest.seat_id)], world.adviser)
    make_participation(world.case, guest, basis)


def rename_company(world: World) -> None:
    """The registry says another name, another trade name, another place."""
    with seeding() as session:
        company = session.get_one(Company, world.case.company_id)
        company.name, company.folded_name = "L’Œuvre d’Éloïse", fold("L’Œuvre d’Éloïse")
        company.trade_name, company.folded_trade_name = "Chez Éléo", fold("Chez Éléo")
        company.name_grams, company.commune_code = grams(company.name), "64445"


def erase_trade_name(world: World) -> None:
    """What erases a trade name need not know that it was folded."""
    rename_company(world)
    with seeding() as session:
        session.get_one(Company, world.case.company_id).trade_name = ""


def rename_person(world: World) -> None:
    """The entrepreneur's name is corrected."""
    with seeding() as session:
        person = session.get_one(Person, world.case.person_id)
        person.given_name, person.family_name = "Zoé", "Wrzoskov"
        person.folded_name = fold(person.full_name)


def write_a_note(world: World) -> None:
    """The case moves for those who help."""
    make_entry(world.case, world.adviser, Audience.AID)


def write_for_oneself(world: World) -> None:
    """The case moves for the partner who writes."""
    make_entry(world.case, world.partner, Audience.OWN)


def pass_the_lead(world: World) -> None:
    """The partner leads: everybody sees it."""
    with seeding() as session:
        session.get_one(CaseFile, world.case.id).lead_seat_id = world.partner.seat_id


def steer(world: World) -> None:
    """Phase, status and lead member change."""
    with seeding() as session:
        case = session.get_one(CaseFile, world.case.id)
        case.phase, case.status, case.lead_member_id = Phase.REBOUND, "watch", None


def change_person(world: World) -> None:
    """Somebody else runs the company."""
    other = make_person(Seat(id=world.adviser.seat_id), "Wrzoskov")
    with seeding() as session:
        session.get_one(CaseFile, world.case.id).person_id = other.id


def move_commune(world: World) -> None:
    """Bordeaux changes name and département."""
    with seeding() as session:
        commune = session.get_one(Commune, "33063")
        commune.name_grams, commune.department_code = grams("Burdigala"), "40"


STORY = (
    *(end_partner, invite, rename_company, erase_trade_name, rename_person, write_a_note),
    *(steer, change_person, move_commune, write_for_oneself, pass_the_lead),
)


@pytest.mark.parametrize("happening", STORY, ids=lambda one: one.__name__)
def test_rows_follow_what_happens(world: World, happening: Callable[[World], None]) -> None:
    before = kept()
    happening(world)
    after = kept()
    assert after != before
    assert after == computed()


class Telling:
    """A story drawn at random: who takes part, on which side, and what each of them does."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.draw = world, Random(seed)
        self.cases = [world.case, make_case(world.partner)]
        self.inside = {case.id: list[Membership]() for case in self.cases}
        self.inside[world.case.id].append(world.adviser)
        self.inside[self.cases[1].id].append(world.partner)

    def tell(self) -> None:
        """One thing more happens."""
        often = 6 * [self.write] + 3 * [self.invite]
        self.draw.choice([*often, self.leave, self.steer, self.lead])(self.draw.choice(self.cases))

    def write(self, case: CaseFile) -> None:
        """In an audience that the side of the author may write for; some lines come late."""
        author = self.draw.choice(self.inside[case.id])
        audience = self.draw.choice(audiences_of(actor_of(author)))
        entry = make_entry(case, author, audience, written_at=clock.now() - self.draw.choice(AGES))
        if self.draw.random() < 0.2:
            with seeding() as session:
                kept = session.get_one(TimelineEntry, entry.id)
                kept.body, kept.corrected_at = "Corrigé.", clock.now()

    def invite(self, case: CaseFile) -> None:
        """Of either side: it reads what was written before it came."""
        guest = make_member(make_seat(side=self.draw.choice(list(Side))))
        basis = make_basis(case, [Seat(id=guest.seat_id)], self.inside[case.id][0])
        make_participation(case, guest, basis)
        self.inside[case.id].append(guest)

    def leave(self, case: CaseFile) -> None:
        """Anybody but the lead, who may come back: it reads again what it may."""
        if len(self.inside[case.id]) > 1:
            left = self.inside[case.id].pop()
            asked = select(Participation).filter_by(case_id=case.id, seat_id=left.seat_id)
            with seeding() as session:
                for row in session.scalars(asked.where(Participation.ended_at.is_(None))):
                    row.ended_at = clock.now() + timedelta(seconds=1)
            if self.draw.random() < 0.5:
                basis = make_basis(case, [Seat(id=left.seat_id)], self.inside[case.id][0])
                make_participation(case, left, basis)
                self.inside[case.id].append(left)

    def steer(self, case: CaseFile) -> None:
        """Everybody sees the phase."""
        with seeding() as session:
            kept = session.get_one(CaseFile, case.id)
            kept.phase, kept.moved_at = self.draw.choice(list(Phase)), clock.now()

    def lead(self, case: CaseFile) -> None:
        """Everybody sees who leads."""
        seats = [one for one in self.inside[case.id] if actor_of(one).side is Side.AID]
        with seeding() as session:
            session.get_one(CaseFile, case.id).lead_seat_id = self.draw.choice(seats).seat_id


AGES = (timedelta(), timedelta(), timedelta(minutes=3), timedelta(days=2))


@pytest.mark.parametrize("seed", range(6))
def test_each_reader_has_a_movement_of_its_own(world: World, seed: int) -> None:
    """Triggers say what the lines say, and so do the functions that write everything anew."""
    story, differ = Telling(world, seed), 0
    for _ in range(25):
        story.tell()
        assert kept() == computed()
        told = {row[1:3] for row in kept()}
        differ += len(told) > len(story.cases)
    with seeding() as session:
        session.execute(text("SELECT rebuild_case_readers()"))
    assert kept() == computed()
    assert differ, "everybody saw the same: the story shows nothing"


def test_rebuilding_writes_the_same_rows(world: World) -> None:
    make_case(world.stranger, phase=Phase.EMERGENCY)
    before = kept()
    with seeding() as session:
        session.execute(text("UPDATE case_reader SET words = '', folded_title = 'faux'"))
        partner = {"seat": world.partner.seat_id}
        session.execute(text("DELETE FROM case_reader WHERE seat_id = :seat"), partner)
    assert kept() != before
    with seeding() as session:
        session.execute(text("SELECT rebuild_case_readers()"))
    assert kept() == before


def test_the_web_neither_rebuilds_nor_writes_rows(world: World) -> None:
    for statement in (
        "SELECT rebuild_case_readers()",
        "SELECT write_case_readers('{}')",
        "SELECT case_movements('{}')",
        "SELECT rarest_grams('{}', 1)",
        "UPDATE case_reader SET moved_at = moved_at",
    ):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            acting_as(actor_of(world.adviser)) as session,
        ):
            session.execute(text(statement))


def test_each_seat_reads_its_own_rows(world: World) -> None:
    for who, mine in ((world.adviser, 1), (world.partner, 1), (world.stranger, 0)):
        with acting_as(actor_of(who)) as session:
            assert [row.seat_id for row in session.scalars(select(CaseReader))] == (
                [who.seat_id] * mine
            )


def find(words: str) -> list[Any]:
    """What the definer function answers to whoever acts."""
    asked = {"grams": grams(words), "text": fold(words)}
    statement = text("SELECT search_cases(CAST(:grams AS text[]), :text, '')")
    return list(db.session.scalars(statement, asked))


def test_a_word_of_another_seat_never_answers(world: World) -> None:
    """Not even spelt as the index keeps it: with the end of the seat's identifier before it."""
    with acting_as(actor_of(world.adviser)):
        assert find("menuiserie") == [world.case.id]
    tail = str(world.adviser.seat_id)[-12:]
    with acting_as(actor_of(world.stranger)):
        for typed in ("menuiserie", "menuisrie", f"{tail}menuiserie", world.case.reference):
            assert find(typed) == [], typed


def test_the_search_closes_with_the_participation(world: World) -> None:
    with acting_as(actor_of(world.partner)):
        assert find("menuiserie") == find("menuisrie") == [world.case.id]
    end_partner(world)
    with acting_as(actor_of(world.partner)):
        assert find("menuiserie") == find("menuisrie") == []


def test_a_renamed_company_is_found_by_its_new_name(world: World) -> None:
    rename_company(world)
    with acting_as(actor_of(world.adviser)):
        for typed in ("oeuvre", "éloïse œuvre", "ELEO", "eloise eleo"):
            assert find(typed) == [world.case.id], typed
        assert find("menuiserie") == []
