"""What leaves: who is told, in which words, once."""

import json
import uuid
from typing import Any

import pytest
from sqlalchemy import select, update

from app import clock
from app.actors import SYSTEM, Role
from app.jobs import JOBS, NoLongerDue, Outbox
from app.links import Link
from app.notices import Notice
from cases.casework.models import CaseFile
from cases.rights.enums import CopyStatus, RightsKind
from cases.rights.models import RightsCopy, RightsRequest
from partners.organisations.models import Seat
from partners.people.models import Absence, UserAccount
from tests.factories.organisations import make_unit
from tests.factories.people import make_member
from tests.factories.rights import give, make_copy, make_request
from tests.factories.world import World, make_world
from tests.support.acting import acting_as, actor_of, seeding


@pytest.fixture
def world(app) -> World:
    return make_world()


@pytest.fixture
def sent(monkeypatch) -> list[tuple[str, str, str]]:
    """Mails: to whom, subject, text."""
    mails: list[tuple[str, str, str]] = []
    monkeypatch.setattr(
        "cases.rights.tasks.send_mail", lambda *mail, message_id: mails.append(mail)
    )
    return mails


def run(kind: str, by: Any = SYSTEM, **payload: object) -> None:
    row = Outbox(
        kind=f"cases.rights.{kind}",
        dedupe_key=f"{kind}:{payload}",
        payload={name: str(value) for name, value in payload.items()},
        principal=by.kind,
        user_id=by.user_id,
        seat_id=by.seat_id,
        available_at=clock.now(),
    )
    with acting_as(SYSTEM) as session:
        session.add(row)
        session.flush()
        session.expunge_all()
    with acting_as(by) as session:
        JOBS[row.kind].run(row)
        session.flush()


def mailed(request: RightsRequest) -> list[uuid.UUID]:
    """Members to whom a mail is asked for."""
    with seeding() as session:
        rows = session.scalars(select(Outbox).where(Outbox.kind == "cases.rights.mail_lead"))
        return [uuid.UUID(one.payload["membership_id"]) for one in rows]


def test_the_lead_is_told_by_a_notice_and_a_mail_that_name_nobody(world, sent):
    run("tell_lead", request_id=world.asked.id)
    with seeding() as session:
        told = session.scalars(select(Notice).where(Notice.subject_id == world.asked.id)).one()
    assert told.seat_id == world.adviser.seat_id and told.path == f"/droits/{world.asked.id}"
    assert mailed(world.asked) == [world.adviser.id]
    run("mail_lead", request_id=world.asked.id, membership_id=world.adviser.id)
    [(_to, subject, text)] = sent
    assert f"/droits/{world.asked.id}" in text
    for word in ("Menuiserie", "Dominique", "Exemple SARL"):
        assert word not in told.text + subject + text


def test_the_deputy_and_the_managers_are_told_while_the_adviser_is_away(world):
    """The deputy takes the case over, or a manager answers: the month does not wait."""
    seat, today = Seat(id=world.adviser.seat_id), clock.today()
    deputy, manager = make_member(seat), make_member(seat, Role.MANAGER)
    away = {"membership_id": world.adviser.id, "starts_on": today, "ends_on": today}
    with seeding() as session:
        session.add(Absence(**away, deputy_id=deputy.id))
    run("tell_lead", request_id=world.asked.id)
    assert set(mailed(world.asked)) == {deputy.id, manager.id}


def test_managers_are_told_when_nobody_follows_the_case(world):
    manager = make_member(Seat(id=world.adviser.seat_id), Role.MANAGER)
    with seeding() as session:
        session.get_one(CaseFile, world.case.id).lead_member_id = None
    run("tell_lead", request_id=world.asked.id)
    assert mailed(world.asked) == [manager.id]


def test_whoever_leads_by_then_is_told(world):
    with seeding() as session:
        case = session.get_one(CaseFile, world.case.id)
        case.lead_seat_id, case.lead_member_id = world.partner.seat_id, world.partner.id
    run("tell_lead", request_id=world.asked.id)
    assert mailed(world.asked) == [world.partner.id]


def test_nobody_is_told_of_a_request_that_is_answered(world, sent):
    close(world.asked, "answered")
    for kind, more in (("tell_lead", {}), ("mail_lead", {"membership_id": world.adviser.id})):
        with pytest.raises(NoLongerDue):
            run(kind, request_id=world.asked.id, **more)
    assert sent == []


def test_a_member_who_left_receives_nothing(world, sent):
    with seeding() as session:
        session.execute(
            update(UserAccount).where(UserAccount.id == world.adviser.user_id),
            {"is_active": False},
        )
    with pytest.raises(NoLongerDue):
        run("mail_lead", request_id=world.asked.id, membership_id=world.adviser.id)
    assert sent == []


def close(request: RightsRequest, state: str, **more: Any) -> None:
    with acting_as(SYSTEM) as session:
        session.expunge_all()
        found = session.get_one(RightsRequest, request.id)
        found.state, found.answered_at, found.answer = state, clock.now(), "Voici pourquoi."
        found.answered_seat_id = more.pop("seat_id", None)
        for name, value in more.items():
            setattr(found, name, value)


def test_the_person_is_told_that_it_is_received_and_by_when(world, sent):
    run("tell_received", request_id=world.asked.id)
    [(to, _subject, text)] = sent
    assert (
        to == "d@exemple.test" and "Urssaf Exemple" in text and str(world.asked.due_on.day) in text
    )
    assert "Menuiserie" not in text


def test_a_refusal_says_why_and_before_whom_to_complain(world, sent):
    asked = make_request(world.case, kind=RightsKind.OBJECTION)
    close(asked, "refused", refusal="compelling", seat_id=world.adviser.seat_id)
    run("tell_answer", request_id=asked.id)
    [(to, _subject, text)] = sent
    assert to == "d@exemple.test"
    for word in ("impérieux", "Voici pourquoi.", "CNIL", "tribunal", "Urssaf Exemple"):
        assert word in text


def test_an_answer_is_signed_by_who_answered_even_after_the_lead_changed(world, sent):
    asked = make_request(world.case, kind=RightsKind.RECTIFICATION)
    close(asked, "answered", seat_id=world.adviser.seat_id)
    with seeding() as session:
        session.get_one(CaseFile, world.case.id).lead_seat_id = world.partner.seat_id
    run("tell_answer", request_id=asked.id)
    [(_to, _subject, text)] = sent
    assert "Urssaf Exemple répond" in text and "Voici pourquoi." in text and "CNIL" in text


def test_an_extension_says_until_when_and_why(world, sent):
    now = clock.now()
    asked = make_request(
        world.case,
        kind=RightsKind.RESTRICTION,
        state="extended",
        extended_at=now,
        extension_reason="Trois organisations.",
    )
    run("tell_extension", request_id=asked.id)
    [(_to, _subject, text)] = sent
    assert "Trois organisations." in text and str(asked.due_on.year) in text


@pytest.mark.parametrize("kind", ["tell_received", "tell_answer"])
def test_without_an_address_nothing_leaves(world, sent, kind):
    asked = make_request(world.case, kind=RightsKind.RESTRICTION, answer_to="")
    close(asked, "answered", seat_id=world.adviser.seat_id)
    with pytest.raises(NoLongerDue):
        run(kind, request_id=asked.id)
    assert sent == []


def now_of(copy_id: uuid.UUID) -> RightsCopy:
    from cases.rights.queries.copies import get_copy_files

    with seeding() as session:
        session.expunge_all()
        return get_copy_files(copy_id)


def test_the_copy_is_gathered_with_the_rights_of_whoever_asked(world):
    copy = make_copy(world.asked, world.adviser, status=CopyStatus.WAITING, content=[])
    run("prepare_copy", actor_of(world.adviser), copy_id=copy.id)
    ready = now_of(copy.id)
    assert ready.status == "ready" and "Menuiserie Exemple" in str(ready.content)
    with pytest.raises(NoLongerDue):
        run("prepare_copy", actor_of(world.adviser), copy_id=copy.id, again="yes")


def test_no_copy_is_gathered_before_its_asker_said_why(world):
    """The company is in Gironde; the reason a manager of the Nord gave is good no more."""
    unit = make_unit(world.urssaf, ("59",))
    seat = Seat(id=world.adviser.seat_id)
    far = make_member(seat, Role.MANAGER, unit_id=unit.id)
    copy = make_copy(world.asked, far, status=CopyStatus.WAITING, content=[])
    with pytest.raises(NoLongerDue, match="say why"):
        run("prepare_copy", actor_of(far), copy_id=copy.id)


def test_the_copy_leaves_as_a_link_with_its_two_files(world, sent):
    run("give_copy", copy_id=world.given.id)
    given = now_of(world.given.id)
    assert given.pdf.startswith(b"%PDF-")
    data = json.loads(given.data)
    assert data["parties"][0]["elements"][0]["valeurs"] == [
        {"nom": "SIREN", "valeur": "732 829 320"}
    ]
    [(to, subject, text)] = sent
    assert to == "d@exemple.test" and "/copie/" in text and "Menuiserie" not in subject + text
    with seeding() as session:
        link = session.scalars(select(Link).where(Link.object_id == world.given.id)).one()
    assert (link.purpose, link.seat_id) == ("copy", world.adviser.seat_id)
    assert given.expires_at == link.expires_at
    token = text.split("/copie/")[1].split()[0]
    assert token not in link.token_hash


def test_a_copy_for_somebody_without_address_is_made_and_not_sent(world, sent):
    asked = make_request(world.case, kind=RightsKind.RESTRICTION, answer_to="")
    copy = give(make_copy(asked, world.adviser), pdf=None, data=None)
    run("give_copy", copy_id=copy.id)
    assert now_of(copy.id).pdf is not None and sent == []


def test_the_files_say_what_is_not_given(world, sent):
    copy = give(make_copy(world.asked, world.adviser), left_out={"others": 2})
    run("give_copy", copy_id=copy.id)
    assert json.loads(now_of(copy.id).data)["non_remis"] == [
        {"motif": "droits d’autres personnes (art. 15-4)", "nombre": 2}
    ]
