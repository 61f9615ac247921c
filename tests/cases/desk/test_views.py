"""Homes of each role, notices, the journal, the help."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.actors import Role
from app.journal import JournalEvent
from app.notices import Notice
from app.web import exports
from cases.desk.enums import Measure
from cases.desk.queries.territory import figures_of_territory
from partners.organisations.enums import Subject
from partners.organisations.models import Organisation, Seat
from partners.people.models import Membership
from tests.factories import (
    make_basis,
    make_case,
    make_company,
    make_member,
    make_need,
    make_organisation,
    make_referral,
    make_seat,
    make_service,
    make_unit,
    make_user,
)
from tests.support.acting import act_as_member, seeding
from tests.support.counting import recorded_statements
from tests.support.pages import InspectingClient
from tests.support.signing import sign_in


def member_on(organisation: Organisation, role: Role, **more: object) -> Membership:
    """A member on the aid side of the organisation, which gets its seat when it has none."""
    with seeding() as session:
        seat = session.scalars(select(Seat).where(Seat.organisation_id == organisation.id)).first()
    return make_member(seat or make_seat(organisation), role, **more)  # type: ignore[arg-type]


def make_notice(
    member: Membership, text: str = "Une réponse est arrivée.", **more: object
) -> Notice:
    with seeding() as session:
        made = Notice(key=f"{text}{member.id}", seat_id=member.seat_id, text=text, **more)
        session.add(made)
    return made


def make_event(member: Membership, action: str, **more: object) -> JournalEvent:
    with seeding() as session:
        made = JournalEvent(
            principal="member",
            user_id=member.user_id,
            seat_id=member.seat_id,
            action=action,
            object_type="case_file",
            **more,
        )
        session.add(made)
    return made


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_a_home(client: InspectingClient, role: Role) -> None:
    sign_in(client, make_member(role=role))
    answer = client.get("/")
    assert answer.status_code == 200
    assert "Aujourd’hui" in answer.text


def test_an_adviser_with_nothing_learns_what_comes_here(client: InspectingClient) -> None:
    sign_in(client, make_member())
    assert "Rien ne vous attend" in client.get("/").text


def test_notices_of_the_seat_and_nobody_elses(client: InspectingClient) -> None:
    ours, colleague = make_member(), None
    colleague = make_member(Seat(id=ours.seat_id))
    make_notice(ours, "Pour nous.", path="/orientations")
    make_notice(ours, "Pour un collègue.", user_id=colleague.user_id)
    make_notice(make_member(), "Pour les autres.")
    sign_in(client, ours)
    page = client.get("/").text
    assert "Pour nous." in page
    assert "Pour un collègue." not in page
    assert "Pour les autres." not in page


def test_reading_a_notice_leads_to_its_page_once(client: InspectingClient) -> None:
    member = make_member()
    notice = make_notice(member, path="/annuaire")
    sign_in(client, member)
    assert client.post(f"/messages/{notice.id}/lire").location == "/annuaire"
    assert "Une réponse est arrivée." not in client.get("/").text


def test_a_notice_leads_nowhere_else(client: InspectingClient) -> None:
    member = make_member()
    notice = make_notice(member, path="//ailleurs.test/")
    sign_in(client, member)
    assert client.post(f"/messages/{notice.id}/lire").location == "/"


def test_someone_elses_notice_does_not_exist(client: InspectingClient) -> None:
    notice = make_notice(make_member())
    sign_in(client, make_member())
    assert client.post(f"/messages/{notice.id}/lire").status_code == 404
    client.post("/messages/lire")
    with seeding() as session:
        assert session.get_one(Notice, notice.id, populate_existing=True).read_at is None


def test_manager_sees_the_load_of_the_seat(client: InspectingClient) -> None:
    organisation = make_organisation("Entraide")
    manager = member_on(organisation, Role.MANAGER)
    adviser = member_on(organisation, Role.ADVISER, user=make_user("Alix Conseil"))
    make_case(adviser)
    make_case(make_member())
    sign_in(client, manager)
    page = client.get("/").text
    assert "Alix Conseil" in page
    assert page.count(">1</td>") == 1


def test_coordinator_sees_needs_nobody_took_of_their_own_cases(client: InspectingClient) -> None:
    organisation = make_organisation("Coordination")
    unit = make_unit(organisation, ("33",))
    coordinator = member_on(organisation, Role.COORDINATOR, unit_id=unit.id)
    old = clock.now() - timedelta(days=3)
    ours, other = make_case(coordinator), make_case(make_member())
    make_need(ours, coordinator, Subject.HOUSING, created_at=old)
    make_need(ours, coordinator, Subject.INSURANCE)
    make_need(other, make_member(), Subject.TAX_DEBTS, created_at=old)
    make_service(organisation, Subject.BANK)
    sign_in(client, coordinator)
    page = client.get("/").text
    orphans = page[page.index("Besoins que personne") : page.index("Trous de l’annuaire")]
    assert "Logement" in orphans
    assert "Assurance" not in orphans
    assert "Dettes fiscales" not in orphans
    holes = page[page.index("Trous de l’annuaire") :]
    assert "Gironde (33)" in holes
    assert "Relation bancaire" not in holes


def observer_of(departments: tuple[str, ...]) -> Membership:
    organisation = make_organisation()
    unit = make_unit(organisation, departments)
    return member_on(organisation, Role.OBSERVER, unit_id=unit.id)


def make_cases(phase: str, number: int, commune: str = "33063") -> None:
    for _ in range(number):
        lead = make_member()
        company = make_company(Seat(id=lead.seat_id), commune_code=commune)
        make_case(lead, company, phase=phase)


def test_observer_reads_figures_of_the_territory_only(session: Session) -> None:
    make_cases("difficulty", 3)
    make_cases("emergency", 4)
    make_cases("rebound", 5, commune="75056")
    act_as_member(observer_of(("33",)))
    cells = figures_of_territory(clock.today())[Measure.PHASE]
    assert [(cell.label, cell.figure) for cell in cells] == [("Urgence", 4), ("Difficulté", 3)]


def test_a_small_cell_is_hidden_and_another_with_it(session: Session) -> None:
    make_cases("difficulty", 3)
    make_cases("emergency", 4)
    make_cases("rebound", 2)
    act_as_member(observer_of(("33",)))
    cells = figures_of_territory(clock.today())[Measure.PHASE]
    found = {cell.label: cell.figure for cell in cells}
    assert found == {"Urgence": 4, "Difficulté": None, "Rebond": None}


@pytest.mark.parametrize("role", [Role.ADVISER, Role.MANAGER, Role.AUDITOR, Role.PLATFORM_ADMIN])
def test_other_roles_read_no_figure(session: Session, role: Role) -> None:
    make_cases("difficulty", 3)
    act_as_member(make_member(role=role))
    assert figures_of_territory(clock.today()) == {}


def test_journal_is_for_auditors(client: InspectingClient) -> None:
    sign_in(client, make_member(role=Role.MANAGER))
    assert client.get("/journal").status_code == 403
    assert client.get("/journal.csv").status_code == 403


def test_auditor_reads_the_events_of_the_organisation(client: InspectingClient) -> None:
    organisation = make_organisation("Entraide")
    auditor = member_on(organisation, Role.AUDITOR)
    adviser = member_on(organisation, Role.ADVISER, user=make_user("Alix Conseil"))
    make_event(adviser, "case.read")
    make_event(adviser, "referral.accepted", at=clock.now() - timedelta(days=40))
    make_event(make_member(user=make_user("Sacha Ailleurs")), "case.closed")
    sign_in(client, auditor)
    page = client.get("/journal").text
    assert "Dossier\u00a0: lecture" in page
    assert "Alix Conseil" in page
    assert "Sacha Ailleurs" not in page
    recent = client.get(f"/journal?du={(clock.today() - timedelta(days=2)).isoformat()}").text
    assert recent.count('<td data-label="Action">') == 1
    assert "Aucun événement" in client.get("/journal?action=case.closed").text
    assert "n’existe pas" in client.get("/journal?du=31/02/2026").text


def test_journal_goes_page_by_page(client: InspectingClient) -> None:
    organisation = make_organisation()
    auditor = member_on(organisation, Role.AUDITOR)
    for minute in range(53):
        make_event(auditor, "case.read", at=clock.now() - timedelta(minutes=minute))
    sign_in(client, auditor)
    first = client.get("/journal").text
    assert first.count('<td data-label="Action">') == 50
    start = first.index("apres=")
    following = first[start : first.index('"', start)]
    assert client.get(f"/journal?{following}").text.count('<td data-label="Action">') == 3
    assert client.get("/journal?apres=abime").status_code == 200


@pytest.mark.parametrize("number", [1, 3])
def test_journal_takes_as_many_statements_whatever_its_length(
    client: InspectingClient, number: int
) -> None:
    auditor = make_member(role=Role.AUDITOR)
    for _ in range(number):
        make_event(auditor, "case.read")
    sign_in(client, auditor)
    client.get("/journal")
    with recorded_statements() as statements:
        client.get("/journal")
    assert len(statements) == 7, statements


def test_exporting_the_journal_is_written_in_it(client: InspectingClient) -> None:
    auditor = make_member(role=Role.AUDITOR, user=make_user("=Formule Piège"))
    make_event(auditor, "case.read")
    sign_in(client, auditor)
    answer = client.get("/journal.csv")
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    assert "'=Formule Piège" in answer.text
    with seeding() as session:
        event = session.scalars(
            select(JournalEvent).where(JournalEvent.action == "journal.exported")
        ).one()
    assert event.details == {"rows": 1}


def test_the_file_of_the_journal_follows_it_part_by_part(
    client: InspectingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "ROWS_OF_A_PART", 2)
    auditor = make_member(role=Role.AUDITOR)
    actions = ["case.read", "case.closed", "referral.accepted", "case.opened", "referral.read"]
    for age, action in enumerate(actions):
        make_event(auditor, action, at=clock.now() - timedelta(days=1 + age))
    make_event(make_member(), "case.closed")
    sign_in(client, auditor)
    answer = client.get("/journal.csv")
    assert answer.is_streamed
    assert [line.split(";")[3].strip('"') for line in answer.text.splitlines()[1:]] == actions


def test_help_explains_the_words(client: InspectingClient) -> None:
    sign_in(client, make_member(role=Role.OBSERVER))
    page = client.get("/aide").text
    for words in ("3114", "Orienter en une minute", "Antenne", "Qui lit quoi"):
        assert words in page


def test_privacy_is_for_everybody(client: InspectingClient) -> None:
    assert "Vos droits" in client.get("/confidentialite").text
    sign_in(client, make_member())
    assert "Vos droits" in client.get("/confidentialite").text


@pytest.mark.parametrize("number", [1, 3])
def test_today_takes_as_many_statements_whatever_waits(
    client: InspectingClient, number: int
) -> None:
    receiver, sender = make_member(), make_member()
    for _ in range(number):
        case = make_case(sender)
        basis = make_basis(case, [Seat(id=receiver.seat_id)], sender)
        make_referral(make_need(case, sender), sender, Seat(id=receiver.seat_id), basis)
        make_notice(receiver, f"Message {case.id}")
    sign_in(client, receiver)
    client.get("/")
    with recorded_statements() as statements:
        page = client.get("/").text
    assert page.count("Répondre à") == number
    assert len(statements) == 4, statements


@pytest.mark.parametrize("number", [1, 3])
def test_a_managers_home_takes_as_many_statements_whatever_the_team(
    client: InspectingClient, number: int
) -> None:
    manager = make_member(role=Role.MANAGER)
    for _ in range(number):
        make_case(make_member(Seat(id=manager.seat_id)))
    sign_in(client, manager)
    client.get("/")
    with recorded_statements() as statements:
        client.get("/")
    assert len(statements) == 7, statements
