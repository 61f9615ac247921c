"""A seat learns nothing of what it may not read, not even that it was written: no date moves, no
order changes, on no page, in no file, and no row of the database says otherwise under its role."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from alembic import command
from flask import Flask
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import DBAPIError
from time_machine import TimeMachineFixture

from app import clock, journal
from app.actors import Actor, Side
from app.db import db
from app.migrating import FOLDER as MIGRATIONS
from app.migrating import alembic_config, upgrade_database
from cases.casework import commands, queries
from cases.casework.enums import ActionAnswer, Audience, EntryKind, Phase
from cases.casework.lists import ask_cases, list_cases, list_exported, list_lines
from cases.casework.models import CaseAction, CaseFile, CaseReader, TimelineEntry
from cases.companies.models import Company
from cases.referrals.commands import add_need, request_access, send_referral
from cases.referrals.commands.sending import Receiver
from cases.referrals.enums import ReferralKind
from cases.referrals.models import Need
from cases.referrals.queries.needs import get_need
from cases.referrals.queries.routing import get_receivers
from partners.organisations.enums import OrganisationKind, Subject
from partners.organisations.models import Seat
from partners.people.models import Membership
from tests.factories.casework import (
    make_asked_action,
    make_basis,
    make_case,
    make_entry,
    make_participation,
)
from tests.factories.organisations import make_organisation, make_seat
from tests.factories.people import make_member
from tests.factories.referrals import make_need
from tests.support.acting import acting_as, actor_of, link_actor, seeding
from tests.support.pages import InspectingClient, begin_anew
from tests.support.signing import sign_in
from tests.support.waiting import SLEEPING, wait_until_held_up

DAY = timedelta(days=1)
LONG_AGO = datetime(2026, 1, 5, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Scene:
    """A case that three seats read, older than another one that the same three read."""

    lead: Membership
    partner: Membership
    recovery: Membership
    outsider: Membership
    case: CaseFile
    later: CaseFile
    line: TimelineEntry
    own_line: TimelineEntry
    action: CaseAction
    asked: CaseAction
    need: Need


@pytest.fixture
def scene(app: Flask, time_machine: TimeMachineFixture) -> Scene:
    """Lines move their case when a transaction commits; the test's own never does. It is ten in the
    morning: pages are compared, and the day is on them."""
    time_machine.move_to(clock.now().replace(hour=9, minute=0))
    with seeding() as session:
        session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    return make_scene()


def make_scene() -> Scene:
    """Everything in it happened long ago."""
    urssaf = make_organisation("Urssaf Exemple", OrganisationKind.URSSAF)
    lead, partner, outsider = make_member(make_seat(urssaf)), make_member(), make_member()
    recovery = make_member(make_seat(urssaf, Side.RECOVERY))
    cases = []
    for days in (0, 1):
        at = LONG_AGO + days * DAY
        case = make_case(lead, opened_at=at, moved_at=at)
        seats = [Seat(id=one.seat_id) for one in (partner, recovery, outsider)]
        basis = make_basis(case, seats, lead)
        for one in (partner, recovery):
            make_participation(case, one, basis)
        cases.append(case)
    with seeding() as session:
        action = CaseAction(
            case_id=cases[0].id,
            seat_id=lead.seat_id,
            owner_id=lead.id,
            objective="Appeler la banque",
            due_on=clock.today(),
        )
        session.add(action)
    lines = [
        make_entry(cases[0], author, audience, written_at=LONG_AGO)
        for author, audience in ((lead, Audience.AID), (partner, Audience.OWN))
    ]
    return Scene(
        lead,
        partner,
        recovery,
        outsider,
        *(cases[0], cases[1]),
        *(lines[0], lines[1]),
        action=action,
        asked=make_asked_action(cases[0], lead),
        need=make_need(cases[0], lead),
    )


Deed = Callable[[Scene], object]


def inside(who: str, act: Callable[[CaseFile, Actor], object]) -> Deed:
    """This member does something in the case."""

    def deed(scene: Scene) -> object:
        actor = actor_of(getattr(scene, who))
        with acting_as(actor):
            return act(queries.get_case(scene.case.id, actor), actor)

    return deed


def noting(who: str, audience: Audience) -> Deed:
    """This member writes a note."""
    kind = EntryKind.NOTE
    return inside(
        who,
        lambda case, me: commands.write_entry(
            case, kind=kind, audience=audience, body="Vu.", by=me
        ),
    )


def correcting(who: str, line: str) -> Deed:
    """This member corrects a line."""

    def correct(scene: Scene) -> object:
        actor = actor_of(getattr(scene, who))
        with acting_as(actor):
            entry = queries.get_entry(getattr(scene, line).id, actor)
            return commands.correct_entry(entry, "Corrigé.", by=actor)

    return correct


def planning(who: str, audience: Audience) -> Deed:
    """This member adds an action, then ends it."""

    def plan(case: CaseFile, me: Actor) -> None:
        action = commands.add_action(
            case, objective="Relire le bail", due_on=clock.today(), audience=audience, by=me
        )
        commands.finish_action(action, by=me)

    return inside(who, plan)


def taking_stock(who: str, audience: Audience) -> Deed:
    """This member records an assessment."""
    return inside(
        who,
        lambda case, me: commands.record_assessment(
            case, done_on=clock.today(), audience=audience, treasury_cents=1, by=me
        ),
    )


def needing(who: str, subject: Subject) -> Deed:
    """This member writes a need; health stays with the seat that wrote it."""
    return inside(who, lambda case, me: add_need(case, subject, "À voir.", by=me))


def reading(who: str) -> Deed:
    """This member opens the case."""
    return inside(who, lambda case, me: journal.record(case, "case.read", by=me))


def finish_an_action(scene: Scene) -> None:
    """An action that those who help heard of."""
    actor = actor_of(scene.lead)
    with acting_as(actor):
        commands.finish_action(queries.get_action(scene.action.id, actor), by=actor)


def answer_by_link(scene: Scene) -> None:
    """The entrepreneur answers."""
    actor = link_actor("action", scene.asked.id)
    with acting_as(actor):
        asked = queries.get_action_of_link(actor)
        facts = queries.get_asked_facts()
        commands.answer_action(asked, facts, ActionAnswer.DONE, by=actor)


def refer(scene: Scene) -> None:
    """The need goes to somebody outside, who has not answered."""
    actor = actor_of(scene.lead)
    with acting_as(actor):
        need = get_need(scene.need.id, actor)
        receiver = Receiver(get_receivers([scene.outsider.seat_id], actor)[0])
        basis = queries.list_bases(scene.case.id, actor)[0]
        kind, sections = ReferralKind.JOINT, ("identity", "situation")
        send_referral(
            need, receiver, kind, basis=basis, sections=sections, client_key="clé", by=actor
        )


def ask_to_come_in(scene: Scene) -> None:
    """Somebody outside asks about the company."""
    with seeding() as session:
        siren = session.get_one(Company, scene.case.company_id).siren
    actor = actor_of(scene.outsider)
    with acting_as(actor):
        request_access("Menuiserie", siren, Subject.CASH_FLOW, "Nous la suivons.", by=actor)


#: Who may not know, and of what.
HIDDEN: dict[str, dict[str, Deed]] = {
    "recovery": {
        "the lead writes for those who help": noting("lead", Audience.AID),
        "the lead writes for itself": noting("lead", Audience.OWN),
        "the partner writes for those who help": noting("partner", Audience.AID),
        "the partner writes for itself": noting("partner", Audience.OWN),
        "the lead corrects a line": correcting("lead", "line"),
        "the lead plans for those who help": planning("lead", Audience.AID),
        "the partner plans for itself": planning("partner", Audience.OWN),
        "an action is done": finish_an_action,
        "the entrepreneur answers": answer_by_link,
        "the lead takes stock": taking_stock("lead", Audience.AID),
        "a need is said": needing("partner", Subject.TAX_DEBTS),
        "a need of health is said": needing("partner", Subject.HEALTH),
        "the need goes to somebody": refer,
        "somebody asks to come in": ask_to_come_in,
        "the partner reads": reading("partner"),
    },
    "partner": {
        "the lead writes for itself": noting("lead", Audience.OWN),
        "recovery writes for itself": noting("recovery", Audience.OWN),
        "the lead plans for itself": planning("lead", Audience.OWN),
        "recovery plans for itself": planning("recovery", Audience.OWN),
        "the lead takes stock for itself": taking_stock("lead", Audience.OWN),
        "the need goes to somebody": refer,
        "somebody asks to come in": ask_to_come_in,
        "recovery reads": reading("recovery"),
    },
    "lead": {
        "the partner writes for itself": noting("partner", Audience.OWN),
        "recovery writes for itself": noting("recovery", Audience.OWN),
        "the partner corrects a line of its own": correcting("partner", "own_line"),
        "the partner plans for itself": planning("partner", Audience.OWN),
        "the partner takes stock for itself": taking_stock("partner", Audience.OWN),
        "a need of health is said": needing("partner", Subject.HEALTH),
    },
}
#: What each hears, and sees its case come first for.
HEARD: dict[str, dict[str, Deed]] = {
    "recovery": {
        "the lead writes for all": noting("lead", Audience.ALL),
        "recovery writes for itself": noting("recovery", Audience.OWN),
    },
    "partner": {
        "the lead writes for those who help": noting("lead", Audience.AID),
        "recovery writes for all": noting("recovery", Audience.ALL),
        "the partner writes for itself": noting("partner", Audience.OWN),
    },
    "lead": {
        "the partner writes for those who help": noting("partner", Audience.AID),
        "recovery writes for all": noting("recovery", Audience.ALL),
    },
}
#: What an address shows; what the lead reads of openings has a page of its own.
PAGES = (
    *("/", "/messages", "/dossiers", "/dossiers?tri=moved", "/dossiers?tri=-moved&statut=ouverts"),
    *("/dossiers?q=menuiserie", "/dossiers/export.csv"),
    *("/dossiers/{case}", "/dossiers/{case}/fil", "/dossiers/{case}/historique"),
    *("/dossiers/{case}/etat-des-lieux", "/orientations", "/orientations?sens=envoyees"),
)
READABLE = text(
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
    " AND relkind IN ('r', 'p') AND relname NOT LIKE 'ref\\_%'"
    " AND has_table_privilege('relais_web', oid, 'SELECT') ORDER BY 1"
)


def rows_of(actor: Actor) -> dict[str, list[str]]:
    """Every row that the database gives this member, of every table."""
    with acting_as(actor) as session:
        session.expunge_all()
        return {
            name: list(session.scalars(text(f'SELECT t::text FROM "{name}" t ORDER BY 1')))
            for name in session.scalars(READABLE).all()
        }


def pages_of(client: InspectingClient, scene: Scene, member: Membership) -> dict[str, str]:
    """What this member is shown."""
    sign_in(client, member)
    shown = {}
    for page in PAGES:
        begin_anew()
        answer = client.get(page.format(case=scene.case.id))
        assert answer.status_code == 200, page
        shown[page] = answer.get_data(as_text=True)
    return shown


def listed(actor: Actor) -> list[tuple[str, datetime]]:
    """The list, the latest movement first, as the page and the file have it."""
    with acting_as(actor) as session:
        session.expunge_all()
        asked = ask_cases({"tri": "-moved"})
        page = [(one.reference, one.moved_at) for one in list_cases(asked, actor).items]
        lines = list_lines(list_exported(asked, actor), actor)
        assert page == [(one.reference, one.moved_at) for one in lines]
        return page


def cells(deeds: dict[str, dict[str, Deed]]) -> list[tuple[str, str]]:
    """Who, and what happens."""
    return [(who, what) for who, happenings in deeds.items() for what in happenings]


@pytest.mark.parametrize(("who", "what"), cells(HIDDEN))
def test_what_one_may_not_read_moves_nothing(
    scene: Scene, client: InspectingClient, who: str, what: str
) -> None:
    member = getattr(scene, who)
    actor = actor_of(member)
    pages, order, rows = pages_of(client, scene, member), listed(actor), rows_of(actor)
    HIDDEN[who][what](scene)
    after = rows_of(actor)
    assert {name: found for name, found in after.items() if found != rows[name]} == {}
    assert listed(actor) == order
    assert [reference for reference, _ in order] == [scene.later.reference, scene.case.reference]
    shown = pages_of(client, scene, member)
    assert [name for name, html in shown.items() if html != pages[name]] == []


@pytest.mark.parametrize(("who", "what"), cells(HEARD))
def test_what_one_reads_moves_the_case(
    scene: Scene, client: InspectingClient, who: str, what: str
) -> None:
    member = getattr(scene, who)
    actor = actor_of(member)
    pages, order = pages_of(client, scene, member), listed(actor)
    written = HEARD[who][what](scene)
    assert isinstance(written, TimelineEntry)
    moved = (scene.case.reference, written.created_at)
    assert listed(actor) == [moved, order[0]]
    shown = pages_of(client, scene, member)
    for page in ("/dossiers", "/dossiers/export.csv", "/dossiers/{case}"):
        assert shown[page] != pages[page], page


def test_what_all_see_moves_the_case_for_all(scene: Scene) -> None:
    lead = actor_of(scene.lead)
    with acting_as(lead):
        case = queries.get_case(scene.case.id, lead)
        commands.change_phase(case, Phase.EMERGENCY, by=lead)
    for who in (scene.lead, scene.partner, scene.recovery):
        assert listed(actor_of(who))[0][0] == scene.case.reference


def test_a_case_moves_when_somebody_else_leads_it(scene: Scene) -> None:
    """Whoever sees the lead sees that it changed; the line of who comes is for those who help."""
    with seeding() as session:
        session.get_one(CaseFile, scene.case.id).lead_seat_id = scene.partner.seat_id
    for who in (scene.lead, scene.partner, scene.recovery):
        assert listed(actor_of(who))[0][0] == scene.case.reference


def test_whoever_joins_later_finds_what_they_may_read(scene: Scene) -> None:
    line = noting("lead", Audience.AID)(scene)
    assert isinstance(line, TimelineEntry)
    for side, moved_at in ((Side.RECOVERY, LONG_AGO), (Side.AID, line.created_at)):
        guest = make_member(make_seat(side=side))
        basis = make_basis(scene.case, [Seat(id=guest.seat_id)], scene.lead)
        make_participation(scene.case, guest, basis)
        assert listed(actor_of(guest)) == [(scene.case.reference, moved_at)]


def test_the_case_itself_does_not_tell_of_lines(scene: Scene) -> None:
    for audience in Audience:
        noting("lead", audience)(scene)
    with seeding() as session:
        asked = select(CaseFile.moved_at).where(CaseFile.id == scene.case.id)
        assert session.scalar(asked) == LONG_AGO


BEFORE = (
    "UPDATE case_file c SET moved_at = greatest(opened_at, (SELECT max(e.created_at)"
    " FROM timeline_entry e WHERE e.case_id = c.id))",
    "UPDATE case_reader r SET moved_at = c.moved_at FROM case_file c WHERE c.id = r.case_id",
)


def kept(scene: Scene) -> dict[object, datetime]:
    """When the case moved, as committed: by itself, and for each of its readers."""
    with seeding() as session:
        session.expunge_all()
        rows = session.scalars(select(CaseReader).where(CaseReader.case_id == scene.case.id))
        itself = session.get_one(CaseFile, scene.case.id).moved_at
        return {"case": itself, **{row.seat_id: row.moved_at for row in rows}}


@pytest.mark.commits
def test_the_upgrade_holds_no_case_while_a_company_is_renamed(committed_app: Flask) -> None:
    """Whoever renames holds the readers of its cases, which the upgrade leaves for later: meanwhile
    other cases are free, and so is the case itself, even to whoever renames."""
    scene = make_scene()
    other = make_case(scene.outsider).id
    line = noting("lead", Audience.OWN)(scene)
    assert isinstance(line, TimelineEntry)
    with seeding() as session:
        for statement in BEFORE:
            session.execute(text(statement))
    url = committed_app.config["SETTINGS"].migrate_database_url
    command.stamp(alembic_config(url), "0015")
    db.session.remove()
    engine = db.engine
    touch = text("UPDATE case_file SET version = version + 1 WHERE id = :id")
    with ThreadPoolExecutor(max_workers=1) as pool, engine.connect() as renaming:
        renaming.execute(text("SET LOCAL ROLE relais_seed"))
        renaming.execute(
            text("UPDATE company SET folded_name = folded_name || ' x' WHERE id = :id"),
            {"id": scene.case.company_id},
        )
        upgrading = pool.submit(upgrade_database, url)
        wait_until_held_up(committed_app, upgrading, SLEEPING)
        assert not upgrading.done()
        with engine.connect() as writing:
            writing.execute(text("SET LOCAL ROLE relais_seed"))
            writing.execute(touch, {"id": other})
        renaming.execute(touch, {"id": scene.case.id})
        renaming.commit()
        upgrading.result(timeout=60)
    right = kept(scene)
    assert right[line.seat_id] == line.created_at
    assert all(at < line.created_at for who, at in right.items() if who != line.seat_id)


@pytest.mark.commits
def test_the_upgrade_corrects_what_was_kept_while_somebody_holds_a_case(
    committed_app: Flask,
) -> None:
    """As the version before left it: every line moved the case, for everybody. Run twice, it is the
    same; a case that somebody holds is waited for without holding up the others."""
    scene = make_scene()
    right: dict[object, datetime] = {}
    told = noting("lead", Audience.ALL)(scene)
    assert isinstance(told, TimelineEntry)
    right["case"] = told.created_at
    for who in ("lead", "partner", "recovery"):
        line = noting(who, Audience.OWN)(scene)
        assert isinstance(line, TimelineEntry)
        right[line.seat_id] = line.created_at
    with seeding() as session:
        for statement in BEFORE:
            session.execute(text(statement))
    assert set(kept(scene).values()) == {max(right.values())}
    url = committed_app.config["SETTINGS"].migrate_database_url
    command.stamp(alembic_config(url), "0015")
    db.session.remove()
    engine = db.engine
    with (
        ThreadPoolExecutor(max_workers=1) as pool,
        engine.connect() as held,
        engine.connect() as writing,
    ):
        held.execute(text("SET LOCAL ROLE relais_seed"))
        asked = text("SELECT id FROM case_file WHERE id = :id FOR UPDATE")
        held.execute(asked, {"id": scene.case.id})
        writing.execute(text("LOCK TABLE timeline_entry IN ROW EXCLUSIVE MODE"))
        upgrading = pool.submit(upgrade_database, url)
        wait_until_held_up(committed_app, upgrading)
        # The upgrade waits for whoever writes, and lets those behind it write meanwhile.
        with engine.connect() as behind:
            behind.execute(text("LOCK TABLE timeline_entry IN ROW EXCLUSIVE MODE"))
        writing.rollback()
        wait_until_held_up(committed_app, upgrading)
        assert not upgrading.done()
        held.rollback()
        upgrading.result(timeout=60)
    assert kept(scene) == right
    command.stamp(alembic_config(url), "0015")
    upgrade_database(url)
    assert kept(scene) == right


@pytest.mark.commits
def test_nobody_else_pretends_to_fill(committed_app: Flask) -> None:
    """Under FORCE ROW LEVEL SECURITY the owner finds no row to correct."""
    script = (MIGRATIONS / "sql" / "0016" / "30_filled.sql").read_text(encoding="utf-8")
    engine = create_engine(committed_app.config["SETTINGS"].migrate_database_url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET ROLE relais_owner"))
        with pytest.raises(DBAPIError, match="only relais_definer"):
            connection.exec_driver_sql(script)
    engine.dispose()
