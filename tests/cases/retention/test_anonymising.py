"""A case past its time: what stays, what goes, who finds it, what is kept apart."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from app import clock
from app.actors import SYSTEM, Role
from app.journal import JournalEvent
from cases.casework.lists import ask_cases, list_cases
from cases.casework.models import CaseFile, Participation, TimelineEntry
from cases.companies.models import Company
from cases.desk.enums import Measure
from cases.desk.queries.territory import figures_of_territory
from cases.referrals.models import Need, Referral
from cases.retention.enums import Kind
from cases.retention.models import AgreementProof, CaseRemains, Erasure, RetentionReduction
from partners.organisations.models import Seat
from tests.factories import make_basis, make_case, make_member, make_need, make_referral, make_seat
from tests.factories.organisations import make_organisation, make_unit
from tests.factories.retention import FOUR_YEARS, close, make_closed_case
from tests.factories.world import World, make_world
from tests.support.acting import act_as_member, acting_as, actor_of, seeding
from tests.support.pages import InspectingClient
from tests.support.signing import sign_in

Run = Callable[[], dict[Kind, int]]
MONTH = timedelta(days=31)


def organisation_of(member: object) -> object:
    with seeding() as session:
        return session.get_one(Seat, member.seat_id).organisation_id  # type: ignore[attr-defined]


def reduced(member: object, months: int, kind: str = "case") -> None:
    """The organisation of a member keeps cases for fewer months."""
    with seeding() as session:
        session.add(
            RetentionReduction(
                organisation_id=organisation_of(member),
                kind=kind,
                months=months,
                decided_by=member.user_id,  # type: ignore[attr-defined]
            )
        )


@pytest.fixture
def old(app: Flask) -> World:
    """The world, its case closed four years ago."""
    world = make_world()
    close(world.case, clock.now() - FOUR_YEARS)
    with seeding() as session:
        session.execute(
            text("UPDATE referral SET state = 'revoked', ended_at = :at"), {"at": clock.now()}
        )
    return world


def test_only_what_is_past_its_time_goes(run: Run) -> None:
    past = make_closed_case()
    recent = make_closed_case(closed_at=clock.now() - timedelta(days=3 * 365 - 10))
    open_one = make_case(make_member(), opened_at=clock.now() - FOUR_YEARS)
    assert run()[Kind.CASE] == 1
    with seeding() as session:
        found = session.execute(select(CaseFile.id, CaseFile.anonymised_at.is_not(None)))
        assert dict(map(tuple, found)) == {past.id: True, recent.id: False, open_one.id: False}
    assert Kind.CASE not in run()


def test_the_lead_decides_of_a_shorter_time(run: Run) -> None:
    ours, partner, theirs = make_member(), make_member(), make_member()
    closed_at = clock.now() - 8 * MONTH
    case, other = make_closed_case(ours, closed_at), make_closed_case(theirs, closed_at)
    reduced(ours, 6)
    reduced(partner, 6)
    basis = make_basis(other, [Seat(id=partner.seat_id)], theirs)
    with seeding() as session:
        session.add(
            Participation(
                case_id=other.id, seat_id=partner.seat_id, role="partner", basis_id=basis.id
            )
        )
    assert run()[Kind.CASE] == 1
    with seeding() as session:
        gone = session.scalars(select(CaseFile.id).where(CaseFile.anonymised_at.is_not(None)))
        assert list(gone) == [case.id]


def test_figures_keep_states_seats_and_exact_delays(old: World, run: Run) -> None:
    with seeding() as session:
        before = session.execute(
            select(Referral.id, Referral.state, Referral.answered_at - Referral.sent_at)
        ).all()
        lived = session.scalar(select(CaseFile.closed_at - CaseFile.opened_at))
        entries = session.scalar(select(func.count()).select_from(TimelineEntry))
    run()
    with seeding() as session:
        case = session.get_one(CaseFile, old.case.id)
        assert (case.phase, case.outcome, case.lead_seat_id) == (
            "difficulty",
            "sold",
            old.adviser.seat_id,
        )
        assert case.closed_at - case.opened_at == lived  # type: ignore[operator]
        after = session.execute(
            select(Referral.id, Referral.state, Referral.answered_at - Referral.sent_at)
        ).all()
        assert sorted(after) == sorted(before)
        assert session.scalar(select(Need.subject)) == "cash_flow"
        assert session.scalar(select(func.count()).select_from(TimelineEntry)) == entries
        frozen = session.get_one(Referral, old.accepted.id).frozen
        assert set(frozen) == {"sender", "receiver", "promises"}


def test_dates_move_to_the_first_day_of_the_year_that_is_kept(app: Flask, run: Run) -> None:
    member = make_member()
    for day in (3, 14, 27):
        make_closed_case(member, datetime(2021, 5, day, 9, tzinfo=UTC))
    alone = make_closed_case(member, datetime(2019, 5, 14, 9, tzinfo=UTC))
    run()
    with seeding() as session:
        rows = session.execute(
            select(CaseFile.closed_at, CaseRemains.closed_year, CaseRemains.department)
            .join(CaseRemains, CaseRemains.case_id == CaseFile.id)
            .where(CaseFile.id != alone.id)
        ).all()
        assert {tuple(row) for row in rows} == {(datetime(2021, 1, 1, 12, tzinfo=UTC), 2021, "33")}
        lonely = session.get_one(CaseRemains, alone.id)
        assert (lonely.closed_year, lonely.department, lonely.level) == (None, None, 5)
        assert session.get_one(CaseFile, alone.id).closed_at == datetime(2000, 1, 1, 12, tzinfo=UTC)


def test_nobody_reads_it_any_more(old: World, run: Run, client: InspectingClient) -> None:
    company_id = old.case.company_id
    for who in (old.adviser, old.partner):
        with acting_as(actor_of(who)) as session:
            assert session.scalars(select(CaseFile.id)).all() == [old.case.id]
    run()
    for who in (old.adviser, old.partner, old.pending, old.recovery):
        with acting_as(actor_of(who)) as session:
            for model in (CaseFile, Referral, TimelineEntry, Need, Participation):
                assert session.scalars(select(model)).all() == [], model
    sign_in(client, old.adviser)
    assert client.get(f"/dossiers/{old.case.id}").status_code == 404
    assert client.get(f"/orientations/{old.accepted.id}").status_code == 404
    assert old.case.reference not in client.get("/dossiers?statut=closed").text
    assert list_cases(ask_cases({"q": old.case.reference}), act_as_member(old.adviser)).total == 0
    with seeding() as session:
        assert session.get_one(Company, company_id).known_seats == [old.adviser.seat_id]


def test_even_a_participation_that_was_left_opens_nothing(old: World, run: Run) -> None:
    run()
    with seeding() as session:
        session.execute(text("UPDATE participation SET ended_at = NULL"))
        session.execute(text("UPDATE referral SET message = message"))
        assert session.get_one(CaseFile, old.case.id).reader_seats != []
    with acting_as(actor_of(old.adviser)) as session:
        assert session.scalars(select(CaseFile)).all() == []
        assert session.scalars(select(Referral)).all() == []


def test_territory_figures_still_count_it(app: Flask, run: Run) -> None:
    organisation, lead, since = make_organisation(), make_member(), clock.now() - 12 * MONTH
    observer = make_member(
        make_seat(organisation), Role.OBSERVER, unit_id=make_unit(organisation).id
    )
    closed_at = max(clock.now() - 8 * MONTH, since + timedelta(days=1))
    for _ in range(4):
        case = make_closed_case(lead, closed_at)
        make_referral(
            make_need(case, lead), lead, make_seat(), None, kind="signpost", state="completed"
        )
    reduced(lead, 6)
    act_as_member(observer)
    window = date(closed_at.year, 1, 1)
    before = figures_of_territory(window)
    assert [cell.figure for cell in before[Measure.OUTCOME]] == [4]
    assert run()[Kind.CASE] == 4
    act_as_member(observer)
    assert figures_of_territory(window)[Measure.OUTCOME] == before[Measure.OUTCOME]


def test_a_place_made_coarser_counts_for_whoever_holds_all_of_it(app: Flask, run: Run) -> None:
    lead = make_member()
    for commune in ("33063", "24322", "40192"):
        make_closed_case(lead, company={"commune_code": commune, "naf": None})
    window = date(2000, 1, 1)
    run()
    with seeding() as session:
        assert set(session.scalars(select(CaseRemains.level))) == {3}
    small, whole = make_organisation(), make_organisation()
    region = ("16", "17", "19", "23", "24", "33", "40", "47", "64", "79", "86", "87")
    for organisation, places, expected in ((small, ("33",), []), (whole, region, [3])):
        unit = make_unit(organisation, places)
        act_as_member(make_member(make_seat(organisation), Role.OBSERVER, unit_id=unit.id))
        cells = figures_of_territory(window).get(Measure.OUTCOME, [])
        assert [cell.figure for cell in cells] == expected


def test_the_proof_of_agreement_is_kept_apart(old: World, run: Run) -> None:
    run()
    with seeding() as session:
        proof = session.scalars(select(AgreementProof)).one()
        assert proof.given_by == "Dominique Exemple"
        assert proof.concerns.startswith("Menuiserie Exemple · ")
        assert "Dominique Exemple" in proof.concerns
        assert proof.id != old.basis.id and proof.seat_ids == old.basis.seat_ids
        session.execute(text("UPDATE agreement_proof SET ended_at = ended_at - interval '1 year'"))
    assert run()[Kind.AGREEMENT] == 1
    with seeding() as session:
        assert session.scalars(select(AgreementProof)).all() == []


def test_a_proof_past_its_own_time_is_not_kept(app: Flask, run: Run) -> None:
    member = make_member()
    case = make_closed_case(member, clock.now() - timedelta(days=6 * 365))
    make_basis(case, [make_seat()], member)
    run()
    with seeding() as session:
        assert session.scalars(select(AgreementProof)).all() == []


def test_it_is_journalled_and_logged(old: World, run: Run) -> None:
    run()
    with seeding() as session:
        event = session.scalars(
            select(JournalEvent).where(JournalEvent.action == "case.anonymised")
        ).one()
        assert (event.object_id, event.principal, event.details) == (old.case.id, SYSTEM.kind, {})
        line = session.scalars(select(Erasure).where(Erasure.kind == Kind.CASE)).one()
        assert (line.object_id, line.rule, line.count) == (old.case.id, "36 months", 1)
        assert line.organisation_id == old.urssaf.id


@pytest.mark.parametrize(
    "change",
    ["company_id = (SELECT id FROM company LIMIT 1)", "status = 'open', outcome = NULL"],
)
def test_the_database_keeps_it_anonymous(old: World, run: Run, change: str) -> None:
    run()
    with pytest.raises(DBAPIError, match=r"ck_case_file_(anonymised|closed)"), seeding() as session:
        session.execute(text(f"UPDATE case_file SET {change}"))
