"""Figures kept as things change are those that counting everything would give."""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import sleep
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from app import clock
from app.actors import SYSTEM, Role
from app.db import db
from app.schedule import PERIODIC
from cases.desk.cli import figures_group
from cases.desk.commands import fold_figures, rebuild_figures
from cases.desk.enums import Measure
from cases.desk.queries.territory import figures_of_territory
from partners.organisations.enums import Subject
from partners.organisations.models import Seat
from partners.people.models import Membership
from tests.factories import make_case, make_company, make_member, make_need, make_seat
from tests.factories.organisations import make_organisation, make_unit
from tests.factories.referrals import make_referral
from tests.support.acting import act_as_member, acting_as, seeding

REFERENCE = (Path(__file__).parent / "reference.sql").read_text(encoding="utf-8")
NEW_AQUITAINE = ("16", "17", "19", "23", "24", "33", "40", "47", "64", "79", "86", "87")
COMMUNES = ("33063", "33063", "33522", "24322", "40192", "75056", None)
PHASES = ("difficulty", "emergency", "rebound")
SUBJECTS = (Subject.CASH_FLOW, Subject.CASH_FLOW, Subject.HEALTH, Subject.OTHER)
STATES = ("sent", "seen", "accepted", "completed", "revoked")
PARIS = ZoneInfo("Europe/Paris")
FOLDS = (fold_figures, rebuild_figures)


def observer_of(departments: tuple[str, ...] | None) -> Membership:
    """Reads figures of these départements, of everywhere without a unit."""
    organisation = make_organisation()
    more: dict[str, Any] = (
        {"unit_id": make_unit(organisation, departments).id} if departments else {}
    )
    return make_member(make_seat(organisation), Role.OBSERVER, **more)


def months_ago(number: int) -> date:
    first = clock.today().replace(day=1)
    for _ in range(number):
        first = (first - timedelta(days=1)).replace(day=1)
    return first


def kept_and_counted(observer: Membership, since: date) -> tuple[list[Any], list[Any]]:
    """What the page is told, and what the old query finds."""
    act_as_member(observer)
    statement = text("SELECT * FROM territory_figures(:since) ORDER BY measure, cell")
    kept = db.session.execute(statement, {"since": since}).all()
    territory = db.session.scalar(text("SELECT app_territory()"))
    began = datetime(since.year, since.month, 1, tzinfo=PARIS)
    with seeding() as session:
        counted = session.execute(text(REFERENCE), {"territory": territory, "since": began}).all()
    return list(map(tuple, kept)), list(map(tuple, counted))


class Story:
    """Things that happen to cases, drawn from a seed."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.lead, self.companies = make_member(), [self.company() for _ in range(4)]
        for _ in range(6):
            self.open_case()

    def company(self) -> Any:
        seat = Seat(id=self.lead.seat_id) if hasattr(self, "lead") else make_seat()
        return make_company(seat, commune_code=self.draw.choice(COMMUNES))

    def instant(self) -> datetime:
        """In the last two years; sometimes at the very edge of a month of Paris."""
        if self.draw.random() < 0.3:
            first = months_ago(self.draw.randrange(15))
            edge = datetime(first.year, first.month, 1, tzinfo=PARIS)
            return edge - timedelta(seconds=self.draw.choice((0, 1)))
        return clock.now() - timedelta(days=self.draw.randrange(700))

    def run(self, statement: str, **more: Any) -> None:
        with seeding() as session:
            session.execute(text(statement), more)

    def any_of(self, table: str, condition: str = "true") -> Any:
        with seeding() as session:
            found = session.scalars(
                text(f"SELECT id FROM {table} WHERE {condition} ORDER BY id")
            ).all()
        return self.draw.choice(found) if found else None

    def open_case(self) -> None:
        given = {"phase": self.draw.choice(PHASES), "second_reason": "Une seconde affaire."}
        make_case(self.lead, self.draw.choice(self.companies), **given)

    def open_case_of_new_company(self) -> None:
        self.companies.append(self.company())
        given = {"phase": self.draw.choice(PHASES), "second_reason": "Une seconde affaire."}
        make_case(self.lead, self.companies[-1], **given)

    def write_need(self) -> None:
        with seeding() as session:
            row = session.execute(
                text("SELECT id FROM case_file WHERE id = :id"), {"id": self.any_of("case_file")}
            ).one()
        make_need(row, self.lead, self.draw.choice(SUBJECTS), created_at=self.instant())  # type: ignore[arg-type]

    def send(self) -> None:
        if (need := self.any_of("need")) is None:
            return
        with seeding() as session:
            row = session.execute(
                text("SELECT id, case_id, subject FROM need WHERE id = :id"), {"id": need}
            ).one()
        state = self.draw.choice(("draft", *STATES))
        sent_at = None if state == "draft" else self.instant()
        given = {"kind": self.draw.choice(("signpost", "request")), "state": state}
        make_referral(row, self.lead, make_seat(), None, sent_at=sent_at, **given)  # type: ignore[arg-type]

    def advance(self) -> None:
        self.run(
            "UPDATE referral SET state = :state, sent_at = coalesce(sent_at, :at) WHERE id = :id",
            state=self.draw.choice(STATES),
            at=self.instant(),
            id=self.any_of("referral"),
        )

    def unsend(self) -> None:
        self.run(
            "UPDATE referral SET state = 'draft', sent_at = NULL WHERE id = :id",
            id=self.any_of("referral"),
        )

    def change_subject(self) -> None:
        self.run(
            "UPDATE need SET subject = :subject WHERE id = :id",
            subject=self.draw.choice(SUBJECTS),
            id=self.any_of("need"),
        )

    def change_phase(self) -> None:
        self.run(
            "UPDATE case_file SET phase = :phase WHERE id = :id",
            phase=self.draw.choice(PHASES),
            id=self.any_of("case_file"),
        )

    def close(self) -> None:
        self.run(
            "UPDATE case_file SET status = 'closed', outcome = :outcome, closed_at = :at"
            " WHERE id = :id",
            outcome=self.draw.choice(("recovered", "sold")),
            at=self.instant(),
            id=self.any_of("case_file", "status <> 'closed'"),
        )

    def reopen(self) -> None:
        self.run(
            "UPDATE case_file SET status = 'open', outcome = NULL, closed_at = NULL WHERE id = :id",
            id=self.any_of("case_file", "status = 'closed' AND anonymised_at IS NULL"),
        )

    def move_company(self) -> None:
        self.run(
            "UPDATE company SET commune_code = :commune WHERE id = :id",
            commune=self.draw.choice(COMMUNES),
            id=self.any_of("company"),
        )

    def move_person(self) -> None:
        self.run(
            "UPDATE person SET commune_code = :commune WHERE id = :id",
            commune=self.draw.choice(COMMUNES),
            id=self.any_of("person"),
        )

    def attach(self) -> None:
        self.run(
            "UPDATE case_file SET company_id = :company WHERE id = :id",
            company=self.draw.choice([None, *(one.id for one in self.companies)]),
            id=self.any_of("case_file", "anonymised_at IS NULL"),
        )

    def move_commune(self) -> None:
        self.run(
            "UPDATE ref_commune SET department_code = :department WHERE code = '33522'",
            department=self.draw.choice(("33", "24")),
        )

    def anonymise(self) -> None:
        case = self.any_of("case_file", "status = 'closed' AND anonymised_at IS NULL")
        if case is None:
            return
        known = [("33", "75"), (None, "75"), (None, None)]
        department, region = self.draw.choice(known)
        first = datetime(self.draw.choice((2000, clock.today().year)), 1, 1, 12, tzinfo=UTC)
        self.run(
            "UPDATE case_file SET company_id = NULL, person_id = NULL, lead_member_id = NULL,"
            " second_reason = NULL, paused_reason = NULL, closed_at = :first, anonymised_at = :at"
            " WHERE id = :id",
            first=first,
            at=clock.now(),
            id=case,
        )
        self.run(
            "INSERT INTO case_remains (case_id, department, region, level)"
            " VALUES (:id, :department, :region, 5)",
            id=case,
            department=department,
            region=region,
        )
        self.run("UPDATE need SET created_at = :first WHERE case_id = :id", first=first, id=case)

    def forget_referral(self) -> None:
        found = self.any_of("referral")
        self.run("DELETE FROM referral_sheet WHERE referral_id = :id", id=found)
        self.run("DELETE FROM referral WHERE id = :id", id=found)

    def forget_need(self) -> None:
        free = "NOT EXISTS (SELECT FROM referral r WHERE r.need_id = need.id)"
        self.run("DELETE FROM need WHERE id = :id", id=self.any_of("need", free))

    def forget_case(self) -> None:
        free = "NOT EXISTS (SELECT FROM need n WHERE n.case_id = case_file.id)"
        case = self.any_of("case_file", f"anonymised_at IS NULL AND {free}")
        self.run("DELETE FROM participation WHERE case_id = :id", id=case)
        self.run("DELETE FROM case_file WHERE id = :id", id=case)

    def fold(self) -> None:
        with seeding():
            fold_figures()

    def happenings(self) -> list[Callable[[], None]]:
        often = [self.open_case, self.open_case_of_new_company, self.write_need, self.send]
        more = [self.advance, self.unsend, self.change_subject, self.change_phase, self.close]
        moves = [self.reopen, self.move_company, self.move_person, self.attach, self.move_commune]
        ends = [self.anonymise, self.forget_referral, self.forget_need, self.forget_case, self.fold]
        return [*often * 4, *more * 2, *moves, *ends]


@pytest.mark.parametrize("seed", range(6))
def test_kept_figures_are_those_of_counting_everything(app: Flask, seed: int) -> None:
    story = Story(seed)
    territories = (("33",), ("24", "33"), NEW_AQUITAINE, None)
    observers = [observer_of(territory) for territory in territories]
    happenings = story.happenings()
    for turn in range(60):
        story.draw.choice(happenings)()
        if turn % 5 == 4:
            observer, since = story.draw.choice(observers), months_ago(story.draw.randrange(15))
            kept, counted = kept_and_counted(observer, since)
            assert kept == counted, f"seed {seed}, turn {turn}"
    for observer in observers:
        kept, counted = kept_and_counted(observer, months_ago(12))
        assert kept == counted
    assert kept, "the country has figures"


@pytest.mark.parametrize("again", FOLDS)
def test_folding_and_rebuilding_change_no_figure(app: Flask, again: Callable[[], int]) -> None:
    story, observer = Story(7), observer_of(None)
    for happening in story.happenings():
        happening()
    before, _ = kept_and_counted(observer, months_ago(12))
    for _ in range(2):
        with acting_as(SYSTEM):
            again()
    with seeding() as session:
        assert session.scalar(text("SELECT count(*) FROM territory_delta")) == 0
    assert kept_and_counted(observer, months_ago(12)) == (before, before)


def test_rebuilding_repairs_what_was_spoilt(app: Flask) -> None:
    story, observer = Story(8), observer_of(None)
    for happening in story.happenings():
        happening()
    before, _ = kept_and_counted(observer, months_ago(12))
    with seeding() as session:
        session.execute(text("DELETE FROM territory_fact WHERE measure = 'phase'"))
        session.execute(text("UPDATE territory_cell SET figure = figure + 5"))
        session.execute(text("UPDATE territory_fact SET place = '01'"))
    assert kept_and_counted(observer, months_ago(12))[0] != before
    db.session.expunge_all()
    with acting_as(SYSTEM):
        told = CliRunner().invoke(figures_group, ["rebuild"])
    assert told.output.startswith("figures: ")
    assert kept_and_counted(observer, months_ago(12)) == (before, before)


def test_thirty_cases_of_two_companies_stay_hidden(app: Flask) -> None:
    lead, observer = make_member(), observer_of(("33",))
    for company in (make_company(Seat(id=lead.seat_id)) for _ in range(2)):
        for _ in range(15):
            make_case(lead, company, phase="difficulty", second_reason="Une autre affaire.")
    for _ in range(3):
        make_case(lead, phase="emergency")
    with seeding():
        fold_figures()
    act_as_member(observer)
    cells = figures_of_territory(clock.today())[Measure.PHASE]
    assert {cell.label: cell.figure for cell in cells} == {"Difficulté": None, "Urgence": None}
    make_case(lead, phase="difficulty")
    act_as_member(observer)
    cells = figures_of_territory(clock.today())[Measure.PHASE]
    assert {cell.label: cell.figure for cell in cells} == {"Difficulté": 31, "Urgence": 3}


def test_the_web_reads_no_row_of_it(session: Session) -> None:
    make_case(make_member())
    act_as_member(observer_of(None))
    rights = text(
        "SELECT t, has_any_column_privilege('relais_web', t, 'SELECT, INSERT, UPDATE'),"
        " has_table_privilege('relais_web', t, 'DELETE') FROM unnest(CAST(:names AS text[])) t"
    )
    names = ["territory_fact", "territory_cell", "territory_delta", "territory_recount"]
    found = session.execute(rights, {"names": names}).all()
    assert list(map(tuple, found)) == [(name, False, False) for name in names]
    calls = text(
        "SELECT proname FROM pg_proc p WHERE proname = ANY (CAST(:names AS text[]))"
        " AND has_function_privilege('relais_web', p.oid, 'EXECUTE')"
    )
    crossing = [
        *("recount_territory", "move_territory", "fold_territory", "settle_territory"),
        *("rebuild_territory", "territory_facts", "territory_case", "territory_places"),
        "territory_is_small",
    ]
    assert session.scalars(calls, {"names": crossing}).all() == []


def counted_places() -> dict[str, str]:
    with seeding() as session:
        found = session.execute(text("SELECT measure, place FROM territory_fact"))
        return dict(map(tuple, found))


def waiting_recounts() -> int:
    with seeding() as session:
        return session.scalar(text("SELECT count(*) FROM territory_recount")) or 0


def settle_once() -> None:
    with acting_as(SYSTEM):
        PERIODIC["desk.fold_figures"].run()


@pytest.mark.commits
def test_what_is_written_while_a_company_leaves_follows_it(committed_app: Flask) -> None:
    lead, observers = make_member(), [observer_of((code,)) for code in ("33", "24")]
    case = make_case(lead)
    write = (
        "INSERT INTO need (id, case_id, seat_id, subject, audience, description, created_at)"
        " VALUES (gen_random_uuid(), :case, :seat, 'cash_flow', 'aid', 'Un besoin.', :at)"
    )
    with db.engine.connect() as leaving, db.engine.connect() as writing:
        for connection in (leaving, writing):
            connection.execute(text("SET LOCAL ROLE relais_seed"))
        leaving.execute(
            text("UPDATE company SET commune_code = '24322' WHERE id = :id"),
            {"id": case.company_id},
        )
        writing.execute(text(write), {"case": case.id, "seat": lead.seat_id, "at": clock.now()})
        leaving.commit()
        for _ in range(3):
            settle_once()
        assert waiting_recounts() == 1, "what was under way has not ended"
        writing.commit()
    assert counted_places() == {"phase": "24", "subject": "33"}
    # Transactions of the other databases of the server are waited for too.
    for _ in range(600):
        settle_once()
        if waiting_recounts() == 0:
            break
        sleep(0.1)
    assert waiting_recounts() == 0
    assert counted_places() == {"phase": "24", "subject": "24"}
    for observer in observers:
        kept, counted = kept_and_counted(observer, months_ago(12))
        assert kept == counted


@pytest.mark.commits
def test_nobody_waits_for_a_figure(committed_app: Flask) -> None:
    """Two cases of one cell change at once, while the sums are folded."""
    lead, observer = make_member(), observer_of(("33",))
    cases = [make_case(lead) for _ in range(4)]
    settle_once()
    change = text("UPDATE case_file SET phase = 'emergency' WHERE id = :id")
    with db.engine.connect() as one, db.engine.connect() as other:
        for connection, case in ((one, cases[0]), (other, cases[1])):
            connection.execute(text("SET LOCAL ROLE relais_seed"))
            connection.execute(text("SET LOCAL lock_timeout = '200ms'"))
            connection.execute(change, {"id": case.id})
        settle_once()
        one.commit()
        settle_once()
        other.commit()
    assert kept_and_counted(observer, months_ago(12))[0] == [
        ("phase", "difficulty", None),
        ("phase", "emergency", None),
    ]
    with seeding() as session:
        session.execute(change, {"id": cases[2].id})
    settle_once()
    kept, counted = kept_and_counted(observer, months_ago(12))
    assert kept == counted
