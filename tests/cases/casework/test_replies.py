"""An action answered by one link: rules, the mail, the page, what comes of it, who may write it."""

import re
import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from app import clock
from app.actors import Actor, ActorKind, Role, Side
from app.db import unit_of_work
from app.jobs import JOBS, NoLongerDue, Outbox
from app.journal import JournalEvent
from app.links import Link, LinkPurpose
from app.mail import list_kept
from app.notices import Notice
from cases.casework import commands, rules
from cases.casework.commands.acting import SEND_LINK
from cases.casework.enums import (
    ActionAnswer,
    ActionStatus,
    Audience,
    CaseStatus,
    Outcome,
    ParticipantRole,
)
from cases.casework.errors import ActionHasNoAddress, ActionIsOver, NoDayProposed
from cases.casework.models import (
    ActionReply,
    CaseAction,
    CaseFile,
    Participation,
    TimelineEntry,
)
from cases.casework.queries import get_action
from cases.casework.readers import bearer_sentence
from partners.organisations.models import Seat
from partners.people.models import Membership
from tests.factories.casework import make_asked_action, make_case, make_reply
from tests.factories.links import make_link
from tests.factories.people import make_member
from tests.factories.world import World, make_world
from tests.support.acting import act_as_member, acting_as, actor_of, seeding
from tests.support.counting import recorded_statements
from tests.support.signing import sign_in

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
DAY, LATER = date(2026, 3, 9), date(2026, 3, 20)
HOUR = timedelta(hours=1)
HELP, DONE, NOT_YET = ActionAnswer.HELP, ActionAnswer.DONE, ActionAnswer.NOT_YET


# --- rules ---------------------------------------------------------------------------------------


def reply(answer=HELP, at=NOW + HOUR, day=None) -> ActionReply:
    return ActionReply(answer=answer, answered_at=at, proposed_on=day)


def action(*replies, status=ActionStatus.TODO, asked_at=NOW, email="a@exemple.test", **more):
    values = {
        "audience": Audience.ALL,
        "due_on": DAY,
        "owner_email": email,
        "seat_id": uuid.uuid4(),
    }
    made = CaseAction(status=status, asked_at=asked_at, **{**values, **more})
    made.replies = list(replies)
    return made


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (action(), None),
        (action(reply()), HELP),
        (action(reply(at=NOW)), HELP),
        (action(reply(at=NOW - HOUR)), None),  # asked again since
        (action(reply(at=NOW - HOUR), reply(DONE)), DONE),
    ],
)
def test_the_last_reply_is_the_one_since_it_was_asked(asked, expected):
    found = rules.last_reply(asked)
    assert (found.answer if found else None) is expected


@pytest.mark.parametrize("status", list(ActionStatus))
@pytest.mark.parametrize("case_is_open", [True, False])
@pytest.mark.parametrize("replies", [(), (reply(),), (reply(at=NOW - HOUR),)])
def test_one_answers_once_what_is_to_be_done_in_an_open_case(status, case_is_open, replies):
    is_answered = any(one.answered_at >= NOW for one in replies)
    expected = case_is_open and status in ("todo", "doing") and not is_answered
    asked = action(*replies, status=status)
    assert rules.awaits_reply(asked, case_is_open=case_is_open) is expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (action(), None),
        (action(reply(NOT_YET, day=LATER)), LATER),
        (action(reply(NOT_YET, day=DAY)), None),  # kept already
        (action(reply(NOT_YET, day=LATER), status=ActionStatus.DONE), None),
        (action(reply()), None),
        (action(reply(NOT_YET, at=NOW - HOUR, day=LATER)), None),
    ],
)
def test_which_day_may_be_kept(asked, expected):
    assert rules.proposed_day(asked) == expected


@pytest.mark.parametrize("role", [*ParticipantRole, None])
@pytest.mark.parametrize("email", ["a@exemple.test", ""])
@pytest.mark.parametrize("status", list(ActionStatus))
def test_who_sends_the_link_again(role, email, status):
    ours = uuid.uuid4()
    me = Actor(kind=ActorKind.MEMBER, seat_id=ours, side=Side.AID, role=Role.ADVISER)
    opened = CaseFile(status=CaseStatus.OPEN, lead_seat_id=ours)
    expected = role in ("lead", "partner") and email != "" and status in ("todo", "doing")
    assert rules.can_ask_again(me, opened, role, action(status=status, email=email)) is expected


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("audience", list(Audience))
def test_the_sentence_says_whether_recovery_reads(audience, side):
    sentence = bearer_sentence(audience, "Urssaf Exemple", side)
    assert sentence.startswith("Urssaf Exemple")
    assert ("service du recouvrement" in sentence) is (side is Side.RECOVERY)
    assert ("Pas par le recouvrement" in sentence) is (audience is Audience.AID)
    assert ("recouvrement compris" in sentence) is (audience is Audience.ALL)


# --- giving it -----------------------------------------------------------------------------------


@pytest.fixture
def world(app) -> World:
    return make_world()


def rows(model, *conditions):
    with seeding() as session:
        session.expunge_all()
        return session.scalars(select(model).where(*conditions)).unique().all()


def run(kind: str) -> list[Outbox]:
    """The jobs of this kind, run as the worker does."""
    found = rows(Outbox, Outbox.kind == kind)
    for row in found:
        with seeding():
            JOBS[kind].run(row)
    return found


SEND, TELL = "cases.casework.send_action_link", "cases.casework.tell_action_answered"
FORM = {"objective": "Envoyer le relevé", "audience": "aid", "due_on": "2030-01-05"}


def add(client, world, **more):
    path = f"/dossiers/{world.case.id}/actions/nouvelle"
    return client.post(path, data={**FORM, "owner": str(world.adviser.id), **more})


def added() -> CaseAction:
    [found] = rows(CaseAction, CaseAction.objective == "Envoyer le relevé")
    return found


def test_the_person_of_the_case_is_offered_and_asked_by_a_mail(client, world):
    sign_in(client, world.adviser)
    page = client.get(f"/dossiers/{world.case.id}/actions/nouvelle").text
    assert "Dominique Exemple, par un lien" in page
    answer = add(client, world, owner="person")
    assert answer.status_code == 302
    made = added()
    assert (made.owner_name, made.owner_email) == ("Dominique Exemple", "dominique@exemple.test")
    assert (made.owner_id, made.asked_by) == (None, world.adviser.id)
    [row] = rows(Outbox, Outbox.kind == SEND)
    assert row.payload == {"action_id": str(made.id)}
    actions = [one.action for one in rows(JournalEvent, JournalEvent.object_id == made.id)]
    assert actions == ["action.added", "action.link_sent"]


def test_a_named_outsider_is_asked_when_an_address_was_typed(client, world):
    sign_in(client, world.adviser)
    assert (
        add(
            client, world, owner_name="Cabinet Untel", owner_email="Untel@exemple.test "
        ).status_code
        == 302
    )
    made = added()
    assert (made.owner_name, made.owner_email) == ("Cabinet Untel", "untel@exemple.test")
    assert len(rows(Outbox, Outbox.kind == SEND)) == 1


@pytest.mark.parametrize("more", [{}, {"owner_name": "Le bailleur"}])
def test_without_address_nothing_leaves(client, world, more):
    sign_in(client, world.adviser)
    assert add(client, world, **more).status_code == 302
    assert (added().owner_email, added().asked_at) == ("", None)
    assert rows(Outbox, Outbox.kind == SEND) == []


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"owner_email": "a@exemple.test"}, "Indiquez le nom de cette personne."),
        ({"owner_name": "Untel", "owner_email": "pas une adresse"}, "adresse"),
    ],
)
def test_a_wrong_address_is_explained_and_kept(client, world, more, sentence):
    sign_in(client, world.adviser)
    answer = add(client, world, **more)
    assert answer.status_code == 422
    assert sentence in answer.text and more["owner_email"] in answer.text
    assert rows(CaseAction, CaseAction.objective == "Envoyer le relevé") == []


def test_the_mail_names_no_company_and_its_link_opens_the_page(app, client, world):
    made = make_asked_action(world.case, world.adviser)
    act_as_member(world.adviser)
    with unit_of_work():
        commands.ask_again(get_action(made.id, actor_of(world.adviser)), by=actor_of(world.adviser))
    run(SEND)
    _, mail = list_kept(app.config["SETTINGS"])[0]
    text = f"{mail['Subject']} {mail.get_content()}"
    assert mail["To"] == "dominique@exemple.test" and "Urssaf Exemple" in text
    hidden = ("Menuiserie", world.case.reference, made.objective)
    assert [word for word in hidden if word in text] == []
    path = re.search(r"/action/\S+", text).group()
    assert made.objective in client.get(path).text
    [link] = rows(Link, Link.purpose == "action", Link.object_id == made.id)
    assert timedelta(days=8) - HOUR < link.expires_at - clock.now() <= timedelta(days=8)


@pytest.mark.parametrize("why", ["done", "dropped", "left", "closed"])
def test_no_mail_for_what_is_over(world, why):
    made = make_asked_action(world.case, world.partner)
    with seeding() as session:
        if why == "left":
            part = select(Participation).where(Participation.seat_id == world.partner.seat_id)
            session.scalars(part).one().ended_at = clock.now()
        elif why == "closed":
            case = session.get_one(CaseFile, world.case.id)
            case.status, case.outcome = CaseStatus.CLOSED, Outcome.RECOVERED
            case.closed_at = clock.now()
        else:
            session.get_one(CaseAction, made.id).status = why
        row = Outbox(kind=SEND, dedupe_key="k", payload={"action_id": str(made.id)})
        with pytest.raises(NoLongerDue):
            JOBS[SEND].run(row)


# --- answering -----------------------------------------------------------------------------------


def page_of(made: CaseAction) -> str:
    return f"/action/{make_link(LinkPurpose.ACTION, made.id)}"


@pytest.fixture
def asked(world) -> CaseAction:
    return make_asked_action(world.case, world.adviser)


def test_the_page_says_what_who_and_when_and_nothing_else(client, world, asked):
    page = client.get(page_of(asked))
    assert page.status_code == 200
    asker = actor_of(world.adviser).user_name
    for word in (asked.objective, asker, "Urssaf Exemple", "Pas par le recouvrement"):
        assert word in page.text
    for word in ("Menuiserie", world.case.reference, "Appel.", "Appeler"):
        assert word not in page.text
    [event] = rows(JournalEvent, JournalEvent.object_id == asked.id)
    assert (event.action, event.principal) == ("action.read", "link")
    assert rows(ActionReply, ActionReply.action_id == asked.id) == []


def test_done_finishes_the_action_and_tells_everybody_concerned(client, world, asked):
    path = page_of(asked)
    answer = client.post(path, data={"answer": "done", "text": "Parti ce matin."})
    assert answer.status_code == 302
    assert "Vous avez répondu\u00a0: C’est fait" in client.get(path).text
    [done] = rows(CaseAction, CaseAction.id == asked.id)
    assert done.status == "done" and done.done_at is not None
    [line] = rows(TimelineEntry, TimelineEntry.object_id == asked.id)
    assert (line.audience, line.seat_id) == (asked.audience, world.adviser.seat_id)
    assert line.author_id is None and line.body.endswith("\nParti ce matin.")
    assert "Dominique Exemple répond par le lien : c’est fait." in line.body
    events = [one.action for one in rows(JournalEvent, JournalEvent.object_id == asked.id)]
    assert "action.answered" in events
    sign_in(client, world.adviser)
    assert "l’a fait\u00a0: Envoyer le dernier relevé" in client.get("/").text
    assert "Réponse par le lien\u00a0: C’est fait" in client.get(f"/dossiers/{world.case.id}").text
    run(TELL)
    [notice] = rows(Notice, Notice.path == f"/dossiers/{world.case.id}#actions")
    assert (notice.seat_id, notice.user_id) == (world.adviser.seat_id, None)
    assert "Menuiserie" not in notice.text
    assert notice.text in client.get("/").text


def test_not_yet_proposes_a_day_that_the_adviser_keeps(client, world, asked):
    day = clock.today() + timedelta(days=20)
    path = page_of(asked)
    assert (
        client.post(path, data={"answer": "not_yet", "proposed_on": day.isoformat()}).status_code
        == 302
    )
    [kept] = rows(CaseAction, CaseAction.id == asked.id)
    assert (kept.status, kept.due_on) == ("todo", asked.due_on)
    sign_in(client, world.adviser)
    assert "propose un autre jour" in client.get("/").text
    assert "Retenir ce jour" in client.get(f"/dossiers/{world.case.id}").text
    assert client.post(f"/actions/{asked.id}/retenir").status_code == 302
    assert rows(CaseAction, CaseAction.id == asked.id)[0].due_on == day
    assert "propose un autre jour" not in client.get("/").text
    assert "Retenir ce jour" not in client.get(f"/dossiers/{world.case.id}").text
    assert client.post(f"/actions/{asked.id}/retenir").status_code == 409


def test_help_is_shown_first_until_it_is_answered(client, world, asked):
    client.post(page_of(asked), data={"answer": "help", "text": "Je ne trouve pas le relevé."})
    assert rows(CaseAction, CaseAction.id == asked.id)[0].status == "todo"
    sign_in(client, world.adviser)
    assert "demande de l’aide" in client.get("/").text
    page = client.get(f"/dossiers/{world.case.id}").text
    assert "«\u00a0Je ne trouve pas le relevé.\u00a0»" in page
    assert client.post(f"/actions/{asked.id}/relancer").status_code == 302
    assert "demande de l’aide" not in client.get("/").text


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"text": "Gardez ceci"}, "Choisissez une réponse."),
        ({"answer": "peut-être", "text": "Gardez ceci"}, "Choisissez une réponse dans la liste."),
        ({"answer": "not_yet", "text": "Gardez ceci"}, "Indiquez le jour où ce sera fait."),
        (
            {"answer": "not_yet", "proposed_on": "31/02/2030", "text": "Gardez ceci"},
            "Cette date n’existe pas",
        ),
        (
            {"answer": "not_yet", "proposed_on": "2020-01-01", "text": "Gardez ceci"},
            "Ce jour est passé",
        ),
    ],
)
def test_a_wrong_answer_is_explained_kept_and_changes_nothing(client, asked, form, sentence):
    answer = client.post(page_of(asked), data=form)
    assert answer.status_code == 422
    assert sentence in answer.text and "Gardez ceci" in answer.text
    assert rows(ActionReply, ActionReply.action_id == asked.id) == []


def test_a_day_typed_beside_another_answer_is_left_out(client, asked):
    client.post(page_of(asked), data={"answer": "done", "proposed_on": "2030-01-01"})
    [kept] = rows(ActionReply, ActionReply.action_id == asked.id)
    assert kept.proposed_on is None


def test_answering_twice_shows_what_was_answered(client, asked):
    first, second = page_of(asked), page_of(asked)
    client.post(first, data={"answer": "help"})
    for path in (first, second):
        answer = client.post(path, data={"answer": "done"}, follow_redirects=True)
        assert "Vous avez répondu\u00a0: J’ai besoin d’aide" in answer.text
        assert "Cette action n’attend plus de réponse." in answer.text
    assert [one.answer for one in rows(ActionReply, ActionReply.action_id == asked.id)] == ["help"]
    assert rows(CaseAction, CaseAction.id == asked.id)[0].status == "todo"


def test_once_asked_again_one_answers_again(client, world, asked):
    path = page_of(asked)
    client.post(path, data={"answer": "help"})
    sign_in(client, world.adviser)
    client.post(f"/actions/{asked.id}/relancer")
    assert "Envoyer ma réponse" in client.get(path).text
    client.post(path, data={"answer": "done"})
    assert [one.answer for one in rows(ActionReply, ActionReply.action_id == asked.id)] == [
        "help",
        "done",
    ]


def test_the_link_is_sent_again_once_a_day(client, world, asked):
    """The first sending is no reminder; after one, the button says why it is gone."""
    sign_in(client, world.adviser)
    page, path = f"/dossiers/{world.case.id}", f"/actions/{asked.id}/relancer"
    before = len(rows(Outbox, Outbox.kind == SEND))
    assert path in client.get(page).text
    assert client.post(path).status_code == 302
    shown = client.get(page).text
    assert path not in shown and "il pourra repartir demain" in shown
    refused = client.post(path)
    assert refused.status_code == 409
    assert "Le lien est déjà reparti aujourd’hui à cette adresse" in refused.text
    assert len(rows(Outbox, Outbox.kind == SEND)) == before + 1
    with seeding() as session:
        kept = session.get_one(CaseAction, asked.id)
        kept.reminded_at = clock.now() - timedelta(days=2)
    assert path in client.get(page).text
    assert client.post(path).status_code == 302
    assert len(rows(Outbox, Outbox.kind == SEND)) == before + 2


@pytest.mark.parametrize("why", ["done", "dropped", "closed"])
def test_what_is_over_is_no_longer_answered(client, world, asked, why):
    with seeding() as session:
        if why == "closed":
            case = session.get_one(CaseFile, world.case.id)
            case.status, case.outcome = CaseStatus.CLOSED, Outcome.RECOVERED
            case.closed_at = clock.now()
        else:
            session.get_one(CaseAction, asked.id).status = why
    path = page_of(asked)
    assert "Plus rien n’est attendu" in client.get(path).text
    client.post(path, data={"answer": "help"})
    assert rows(ActionReply, ActionReply.action_id == asked.id) == []
    assert rows(TimelineEntry, TimelineEntry.object_id == asked.id) == []


@pytest.mark.parametrize("purpose", [LinkPurpose.CONSENT, LinkPurpose.INVITATION])
def test_a_link_of_another_purpose_or_too_old_opens_nothing(client, asked, purpose):
    assert client.get(f"/action/{make_link(purpose, asked.id)}").status_code == 410
    path = page_of(asked)
    with seeding() as session:
        which = Link.object_id == asked.id
        session.execute(update(Link).where(which).values(expires_at=clock.now()))
    for answer in (client.get(path), client.post(path, data={"answer": "done"})):
        assert answer.status_code == 410
        assert "Ce lien a expiré" in answer.text and f"{path}/nouveau-lien" in answer.text


@pytest.mark.parametrize("status", ["todo", "done"])
def test_asking_for_another_link_tells_nothing(client, asked, status):
    path = page_of(asked)
    with seeding() as session:
        session.execute(update(Link).values(expires_at=clock.now()))
        session.execute(update(CaseAction).values(status=status))
    before = len(rows(Outbox, Outbox.kind == SEND_LINK))
    answer = client.post(f"{path}/nouveau-lien")
    assert answer.status_code == 200 and asked.objective not in answer.text
    assert len(rows(Outbox, Outbox.kind == SEND_LINK)) == before + 1


@pytest.mark.parametrize(
    ("audience", "readers"),
    [
        (Audience.OWN, {"adviser"}),
        (Audience.AID, {"adviser", "partner"}),
        (Audience.ALL, {"adviser", "partner"}),
    ],
)
def test_the_answer_is_read_by_those_who_hear_the_action(client, world, audience, readers):
    made = make_asked_action(world.case, world.adviser, audience=audience)
    client.post(page_of(made), data={"answer": "help", "text": "Mot pour vous"})
    for name in ("adviser", "partner", "pending", "stranger", "recovery"):
        sign_in(client, getattr(world, name))
        assert ("Mot pour vous" in client.get(f"/dossiers/{world.case.id}").text) is (
            name in readers
        )


def test_whoever_follows_the_case_reads_the_answers_to_who_left(client, world):
    left = make_member(Seat(id=world.adviser.seat_id))
    made = make_asked_action(world.case, left)
    make_reply(made)
    sign_in(client, world.adviser)
    assert "demande de l’aide" not in client.get("/").text
    with seeding() as session:
        session.get_one(Membership, left.id).ended_at = clock.now()
    assert "demande de l’aide" in client.get("/").text


@pytest.mark.parametrize("count", [1, 3])
def test_replies_cost_no_statement_on_the_case_page(client, world, count):
    for _ in range(count):
        make_reply(make_asked_action(world.case, world.adviser))
    sign_in(client, world.adviser)
    with recorded_statements() as statements:
        client.get(f"/dossiers/{world.case.id}")
    assert len(statements) == 4


# --- refusals of the commands --------------------------------------------------------------------


def test_what_cannot_be_asked_again(world):
    me = act_as_member(world.adviser)
    bare = make_asked_action(world.case, world.adviser, owner_email="")
    over = make_asked_action(world.case, world.adviser, status=ActionStatus.DROPPED)
    act_as_member(world.adviser)
    for made, refusal in ((bare, ActionHasNoAddress), (over, ActionIsOver)):
        with pytest.raises(refusal), unit_of_work():
            commands.ask_again(get_action(made.id, me), by=me)
    with pytest.raises(NoDayProposed), unit_of_work():
        commands.keep_proposed_day(get_action(bare.id, me), by=me)


def test_a_stranger_neither_asks_again_nor_keeps_a_day(client, world, asked):
    for name in ("stranger", "recovery", "pending"):
        sign_in(client, getattr(world, name))
        for verb in ("relancer", "retenir"):
            assert client.post(f"/actions/{asked.id}/{verb}").status_code == 404


# --- the second lock -----------------------------------------------------------------------------


def bearer(made: CaseAction) -> Actor:
    make_link(LinkPurpose.ACTION, made.id)
    [link] = rows(Link, Link.object_id == made.id)
    kind = ActorKind.LINK
    return Actor(kind=kind, link_id=link.id, link_purpose="action", link_object_id=made.id)


def test_a_link_reads_its_action_and_nothing_of_the_case(world, asked):
    with acting_as(bearer(asked)) as session:
        assert list(session.scalars(select(CaseAction.id))) == [asked.id]
        for model in (CaseFile, TimelineEntry, ActionReply):
            assert list(session.scalars(select(model.id))) == [], model


def test_a_link_changes_nothing_but_by_answering(world, asked):
    who = bearer(asked)
    for values in ({"objective": "Autre"}, {"status": "done"}, {"asked_at": clock.now()}):
        with acting_as(who) as session:
            done = session.execute(update(CaseAction).values(**values))
            assert done.rowcount == 0


def test_a_link_answers_for_its_own_action_only(world, asked):
    other = make_asked_action(make_case(world.adviser), world.adviser)
    who = bearer(asked)
    answered = {"answer": HELP, "link_id": who.link_id}
    for wrong in (
        {"action_id": other.id, "case_id": other.case_id},
        {"action_id": asked.id, "case_id": other.case_id},
        {"action_id": asked.id, "case_id": asked.case_id, "link_id": uuid.uuid4()},
    ):
        with pytest.raises(DBAPIError, match="row-level security"), acting_as(who) as session:
            session.add(ActionReply(**{**answered, **wrong}))
            session.flush()


@pytest.mark.parametrize(
    "wrong",
    [
        {"audience": "all"},
        {"kind": "note"},
        {"object_id": None},
        {"author_id": "adviser"},
        {"seat_id": "partner"},
    ],
    ids=lambda one: next(iter(one)),
)
def test_a_link_writes_one_line_only_where_its_action_is_heard(world, asked, wrong):
    who = bearer(asked)
    places = {"adviser": world.adviser.id, "partner": world.partner.seat_id}
    wrong = {name: places.get(value, value) for name, value in wrong.items()}
    line = {
        "case_id": asked.case_id,
        "kind": "action",
        "audience": "aid",
        "seat_id": asked.seat_id,
        "object_id": asked.id,
        "body": "Intrus",
        "happened_at": clock.now(),
    }
    with acting_as(who) as session:
        session.add(TimelineEntry(**line))
        session.flush()
    with pytest.raises(DBAPIError, match="row-level security"), acting_as(who) as session:
        session.add(TimelineEntry(**{**line, **wrong}))
        session.flush()


def test_no_member_writes_an_answer(world, asked):
    forged = {"action_id": asked.id, "case_id": asked.case_id}
    for who in (world.adviser, world.partner, world.stranger):
        with pytest.raises(DBAPIError, match="row-level security"), acting_as(actor_of(who)) as s:
            s.add(ActionReply(**forged, link_id=uuid.uuid4(), answer=DONE))
            s.flush()
