"""The reason asked outside one's territory: the page, the row, who reads it, what it costs."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from app import clock
from app.actors import Actor, Role
from app.db import unit_of_work
from app.journal import JournalEvent
from cases.casework import commands
from cases.casework.enums import EntryKind, OutsideReason, ParticipantRole
from cases.casework.errors import ReasonMissing, ReasonNeeded
from cases.casework.models import CaseFile, OutsideAccess, Participation, TimelineEntry
from cases.casework.queries import get_case, get_case_as_listed
from cases.casework.territory import REASON_GOOD_FOR
from cases.companies.models import Company
from cases.referrals.models import Referral
from partners.organisations.models import Organisation, Seat
from partners.people.models import Membership
from tests.factories.casework import make_case, make_outside_access
from tests.factories.organisations import make_seat, make_unit
from tests.factories.people import make_member
from tests.factories.world import World, make_world
from tests.support.acting import act_as_member, acting_as, actor_of, seeding
from tests.support.counting import recorded_statements
from tests.support.signing import sign_in

TOLD = "Ma collègue est en congé jusqu’au 12."


@pytest.fixture
def world(app) -> World:
    return make_world()


def someone_far(member: Membership, role: Role = Role.ADVISER) -> Membership:
    """A colleague of this member whose unit covers the Nord, far from the company."""
    with seeding() as session:
        seat = session.get_one(Seat, member.seat_id)
    unit = make_unit(Organisation(id=seat.organisation_id), ("59",))
    return make_member(Seat(id=member.seat_id), role, unit_id=unit.id)


@pytest.fixture
def far(world) -> Membership:
    return someone_far(world.adviser)


def rows(model, *conditions):
    with seeding() as session:
        return session.scalars(select(model).where(*conditions)).unique().all()


def own_accesses(member):
    return rows(OutsideAccess, OutsideAccess.member_id == member.id)


def test_a_reason_then_the_page_that_was_asked_for(client, world, far):
    sign_in(client, far)
    wanted = f"/dossiers/{world.case.id}/historique?page=2"
    door = client.get(wanted).headers["Location"]
    page = client.get(door)
    assert page.status_code == 200
    assert "Je remplace un collègue" in page.text and "Gironde" in page.text
    assert "Urssaf Exemple, qui pilote le dossier, et les responsables" in page.text
    answer = client.post(door, data={"reason": "replacement", "text": TOLD})
    assert answer.headers["Location"] == wanted
    assert client.get(wanted).status_code == 200
    [access] = own_accesses(far)
    assert (access.reason, access.text, access.department) == ("replacement", TOLD, "33")
    [event] = rows(JournalEvent, JournalEvent.object_id == access.id)
    assert event.action == "case.opened_outside_territory"
    assert (event.case_id, event.user_id) == (world.case.id, far.user_id)
    assert event.details == {"reason": "replacement"}


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({}, "Choisissez une raison."),
        ({"reason": "curiosity"}, "Choisissez une réponse dans la liste."),
        ({"reason": "other"}, "Dites en une phrase quelle est cette raison."),
        ({"reason": "other", "text": "   "}, "Dites en une phrase quelle est cette raison."),
        ({"text": TOLD}, TOLD),
    ],
)
def test_a_wrong_reason_is_explained_kept_and_opens_nothing(client, world, far, form, sentence):
    sign_in(client, far)
    path = f"/dossiers/{world.case.id}/hors-territoire"
    answer = client.post(path, data=form)
    assert answer.status_code == 422 and sentence in answer.text
    assert own_accesses(far) == []
    assert client.get(f"/dossiers/{world.case.id}").status_code == 302


def test_a_post_keeps_nothing_and_asks_first(client, world, far):
    sign_in(client, far)
    note = {"kind": "call", "audience": "aid", "body": "Perdu ?", "happened_on": "2026-01-02"}
    answer = client.post(f"/dossiers/{world.case.id}/fil/ecrire", data=note)
    assert answer.headers["Location"].endswith(f"next=/dossiers/{world.case.id}")
    assert "Rien n’a été enregistré" in client.get(answer.headers["Location"]).text
    assert rows(TimelineEntry, TimelineEntry.body == "Perdu ?") == []


def test_a_part_asked_by_script_leads_the_whole_page_to_the_door(client, world, far):
    sign_in(client, far)
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/dossiers?page=3"}
    answer = client.get(f"/dossiers/{world.case.id}", headers=headers)
    door = f"/dossiers/{world.case.id}/hors-territoire?next=/dossiers"
    assert answer.headers["HX-Redirect"] == door


@pytest.mark.parametrize("target", ["https://ailleurs.test/", "//ailleurs.test", "/\\ailleurs", ""])
def test_one_goes_on_to_this_site_only(client, world, far, target):
    sign_in(client, far)
    path = f"/dossiers/{world.case.id}/hors-territoire"
    answer = client.post(path, query_string={"next": target}, data={"reason": "moved"})
    assert answer.headers["Location"] == f"/dossiers/{world.case.id}"


def test_saying_it_twice_says_it_once(client, world, far):
    sign_in(client, far)
    path = f"/dossiers/{world.case.id}/hors-territoire"
    for _ in range(2):
        assert client.post(path, data={"reason": "moved"}).status_code == 302
    assert len(own_accesses(far)) == 1
    assert client.get(path).headers["Location"] == f"/dossiers/{world.case.id}"


def test_the_page_that_asks_is_not_for_strangers(client, world):
    for who in (world.stranger, world.recovery, world.pending):
        sign_in(client, someone_far(who))
        path = f"/dossiers/{world.case.id}/hors-territoire"
        assert client.get(path).status_code == 404
        assert client.post(path, data={"reason": "moved"}).status_code == 404


def test_a_reason_is_good_for_thirty_days_for_this_case_and_member_only(world, far):
    actor = far_actor(far)
    other = make_case(world.adviser)
    made = make_outside_access(world.case, far)
    with acting_as(actor):
        assert get_case(world.case.id, actor).id == world.case.id
        with pytest.raises(ReasonNeeded):
            get_case(other.id, actor)
    colleague = far_actor(someone_far(world.adviser))
    with acting_as(colleague), pytest.raises(ReasonNeeded):
        get_case(world.case.id, colleague)
    age(made, REASON_GOOD_FOR)
    with acting_as(actor), pytest.raises(ReasonNeeded):
        get_case(world.case.id, actor)


def far_actor(member: Membership) -> Actor:
    """The Actor of a request: with their territory."""
    return replace(actor_of(member), territory=frozenset({"59"}))


def age(access: OutsideAccess, by: timedelta) -> None:
    with seeding() as session:
        given_at = clock.now() - by
        which = OutsideAccess.id == access.id
        session.execute(update(OutsideAccess).where(which).values(given_at=given_at))


def follow_as_lead(world, member):
    with seeding() as session:
        session.get_one(CaseFile, world.case.id).lead_member_id = member.id


def follow_for_the_seat(world, member):
    mine = (Participation.case_id == world.case.id, Participation.role == ParticipantRole.LEAD)
    with seeding() as session:
        session.scalars(select(Participation).where(*mine)).one().member_id = member.id


def have_opened(world, member):
    with seeding() as session:
        session.add(
            TimelineEntry(
                case_id=world.case.id,
                kind=EntryKind.CASE_OPENED,
                audience="all",
                seat_id=member.seat_id,
                author_id=member.id,
                body="Dossier ouvert.",
                happened_at=clock.now(),
            )
        )


def have_sent(world, member):
    with seeding() as session:
        session.get_one(Referral, world.accepted.id).sender_member_id = member.id


@pytest.mark.parametrize(
    "tie", [follow_as_lead, follow_for_the_seat, have_opened, have_sent], ids=lambda t: t.__name__
)
def test_not_asked_of_whoever_is_tied_to_the_case(client, world, far, tie):
    tie(world, far)
    sign_in(client, far)
    assert client.get(f"/dossiers/{world.case.id}").status_code == 200


def test_not_asked_of_whoever_took_a_referral(client, world):
    member = someone_far(world.partner)
    sign_in(client, member)
    path = f"/dossiers/{world.case.id}"
    assert client.get(path).status_code == 302
    with seeding() as session:
        session.get_one(Referral, world.accepted.id).receiver_member_id = member.id
    assert client.get(path).status_code == 200
    assert client.get(f"/orientations/{world.accepted.id}").status_code == 200


def test_not_asked_where_the_company_has_no_place(client, world, far):
    with seeding() as session:
        session.get_one(Company, world.case.company_id).commune_code = None
    sign_in(client, far)
    assert client.get(f"/dossiers/{world.case.id}").status_code == 200


@pytest.mark.parametrize("path", ["/dossiers/{case}", "/orientations/{referral}"])
def test_a_page_at_home_asks_the_database_nothing_more(client, world, path):
    """The same page for a member without unit, at home, and outside with a reason."""
    where = path.format(case=world.case.id, referral=world.accepted.id)
    home = make_member(Seat(id=world.adviser.seat_id), unit_id=make_unit(world.urssaf, ("33",)).id)
    away = someone_far(world.adviser)
    make_outside_access(world.case, away)
    counts = []
    for member in (make_member(Seat(id=world.adviser.seat_id)), home, away):
        sign_in(client, member)
        with recorded_statements() as statements:
            assert client.get(where).status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1] == counts[2] - 1


def test_lists_show_the_case_with_its_mark(client, world, far):
    sign_in(client, far)
    mark = "Hors territoire"
    for path in ("/dossiers", "/orientations?onglet=envoyees"):
        page = client.get(path).text
        assert "Menuiserie Exemple" in page and mark in page
    assert mark in client.get(f"/entreprises/{world.case.company_id}").text
    assert re.search(rf"{world.case.reference}.*oui", client.get("/dossiers/export.csv").text)
    sign_in(client, world.adviser)
    for path in ("/dossiers", "/orientations?onglet=envoyees"):
        assert mark not in client.get(path).text


def test_the_lead_reads_who_opened_and_why_and_the_others_do_not(client, world):
    far = someone_far(world.partner)
    make_outside_access(world.case, far, text=TOLD)
    path = f"/dossiers/{world.case.id}/partage"
    sign_in(client, world.adviser)
    page = client.get(path).text
    assert TOLD in page and "le dossier, hors de son territoire" in page
    for other in (world.partner, make_member(Seat(id=world.partner.seat_id), Role.MANAGER)):
        sign_in(client, other)
        page = client.get(path).text
        assert TOLD not in page and "hors de son territoire" not in page


def test_many_readings_do_not_push_a_reason_out(client, world):
    made = make_outside_access(world.case, someone_far(world.partner), text=TOLD)
    with seeding() as session:
        for _ in range(101):
            session.add(
                JournalEvent(
                    principal="member",
                    user_id=world.adviser.user_id,
                    seat_id=world.adviser.seat_id,
                    action="case.read",
                    object_type="case_file",
                    object_id=world.case.id,
                    case_id=world.case.id,
                    at=made.given_at + timedelta(seconds=1),
                )
            )
    sign_in(client, world.adviser)
    assert TOLD in client.get(f"/dossiers/{world.case.id}/partage").text


def test_a_manager_reads_what_their_own_members_opened(client, world):
    seat = Seat(id=world.partner.seat_id)
    mine, theirs = someone_far(world.partner), someone_far(world.adviser)
    make_outside_access(world.case, mine, text=TOLD)
    make_outside_access(world.case, theirs, text="Pas la leur.")
    old = make_outside_access(world.case, mine, text="Il y a longtemps.")
    age(old, timedelta(days=91))
    sign_in(client, make_member(seat, Role.MANAGER))
    page = client.get("/structure/acces-hors-territoire").text
    assert TOLD in page and world.case.reference in page and "Gironde" in page
    assert "Pas la leur." not in page and "Il y a longtemps." not in page
    sign_in(client, mine)
    assert client.get("/structure/acces-hors-territoire").status_code == 403


def test_a_manager_of_the_other_side_reads_nothing(client, world):
    make_outside_access(world.case, someone_far(world.adviser), text=TOLD)
    sign_in(client, make_member(Seat(id=world.recovery.seat_id), Role.MANAGER))
    page = client.get("/structure/acces-hors-territoire").text
    assert TOLD not in page and "Aucun accès hors territoire" in page


def test_a_case_one_left_keeps_its_name_for_itself(client, world):
    make_outside_access(world.case, someone_far(world.partner), text=TOLD)
    with seeding() as session:
        which = Participation.seat_id == world.partner.seat_id
        session.scalars(select(Participation).where(which)).one().ended_at = clock.now()
    sign_in(client, make_member(Seat(id=world.partner.seat_id), Role.MANAGER))
    page = client.get("/structure/acces-hors-territoire").text
    assert TOLD in page and "Dossier que vous ne suivez plus" in page
    assert world.case.reference not in page and "Menuiserie" not in page


def test_the_auditor_reads_the_event_without_content(client, world):
    make_outside_access(world.case, someone_far(world.adviser), text=TOLD)
    sign_in(client, make_member(Seat(id=world.adviser.seat_id), Role.AUDITOR))
    page = client.get("/journal").text
    assert "ouverture hors du territoire, avec une raison" in page
    assert TOLD not in page and "Menuiserie" not in page and world.case.reference not in page


def test_another_reason_is_told_in_words(world, far):
    actor = act_as_member(far)
    case = get_case_as_listed(world.case.id, actor)
    with pytest.raises(ReasonMissing), unit_of_work():
        commands.give_reason(case, OutsideReason.OTHER, "  ", by=actor)
    case = get_case_as_listed(world.case.id, actor)  # the rollback forgot it
    with unit_of_work():
        made = commands.give_reason(case, OutsideReason.OTHER, f" {TOLD} ", by=actor)
    assert made.text == TOLD


def forged(world, member, **more) -> OutsideAccess:
    values = {"case_id": world.case.id, "seat_id": member.seat_id, "member_id": member.id}
    facts = {"reason": OutsideReason.MOVED, "department": "33"}
    return OutsideAccess(**{**values, **facts, **more})


def test_nobody_gives_a_reason_for_somebody_else(world, far):
    for wrong in ({"member_id": world.adviser.id}, {"seat_id": world.partner.seat_id}):
        with pytest.raises(DBAPIError, match="row-level security"), acting_as(actor_of(far)) as s:
            s.add(forged(world, far, **wrong))
            s.flush()


def test_a_reason_without_its_event_is_refused(world, far):
    act_as_member(far)
    with pytest.raises(IntegrityError, match="outside_access_journalled"), unit_of_work() as s:
        s.add(forged(world, far))
        s.flush()
    assert own_accesses(far) == []


def test_a_reason_is_never_changed(world, far):
    make_outside_access(world.case, far)
    for values in ({"text": "Autre chose"}, {"given_at": clock.now()}):
        with pytest.raises(DBAPIError, match="permission denied"), acting_as(actor_of(far)) as s:
            s.execute(update(OutsideAccess).values(**values))


def test_who_reads_the_rows(world):
    far = someone_far(world.partner)
    seat = Seat(id=far.seat_id)
    with seeding() as session:
        session.query(OutsideAccess).delete()
    made = make_outside_access(world.case, far)
    readers = {
        "themself": (far, [made.id]),
        "lead": (world.adviser, [made.id]),
        "own manager": (make_member(seat, Role.MANAGER), [made.id]),
        "own colleague": (world.partner, []),
        "stranger": (world.stranger, []),
        "recovery": (world.recovery, []),
        "receiver": (world.pending, []),
        "manager elsewhere": (make_member(make_seat(), Role.MANAGER), []),
    }
    for name, (member, expected) in readers.items():
        with acting_as(actor_of(member)) as session:
            assert list(session.scalars(select(OutsideAccess.id))) == expected, name
