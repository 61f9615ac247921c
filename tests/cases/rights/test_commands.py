"""Asking, noting, answering, refusing, taking more time: result, journal, effects, refusals."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import inspect, select
from sqlalchemy.exc import IntegrityError

from app import clock
from app.errors import NotAllowed
from app.jobs import Outbox
from app.journal import JournalEvent
from cases.casework.models import CaseFile, LegalBasis
from cases.rights import commands
from cases.rights.enums import Channel, RefusalReason, RequestState, RightsKind
from cases.rights.errors import (
    AlreadyAnswered,
    AlreadyAsked,
    AnswerIncomplete,
    ReasonNotForThis,
    TooLateToExtend,
)
from cases.rights.models import RightsRequest
from cases.rights.queries.requests import get_request
from partners.organisations.models import Seat
from tests.factories.casework import make_basis, make_case
from tests.factories.people import make_member
from tests.factories.rights import due_of, make_request
from tests.support.acting import acting_as, actor_of, link_actor, seeding


@pytest.fixture
def adviser(app):
    return make_member()


@pytest.fixture
def case(adviser) -> CaseFile:
    return make_case(adviser)


@pytest.fixture
def basis(case, adviser) -> LegalBasis:
    return make_basis(case, [Seat(id=make_member().seat_id)], adviser, sent_to="d@exemple.test")


def id_of(request: RightsRequest) -> UUID:
    """Its identifier, also after a refusal rolled everything back."""
    return inspect(request).identity[0]


def left(request: RightsRequest) -> list[str]:
    """Effects asked for about a request."""
    with seeding() as session:
        rows = session.scalars(select(Outbox).order_by(Outbox.kind)).all()
        return [one.kind for one in rows if one.payload.get("request_id") == str(id_of(request))]


def told(request: RightsRequest) -> list[tuple[str, dict]]:
    """Events about a request."""
    with seeding() as session:
        found = select(JournalEvent).where(JournalEvent.object_id == id_of(request))
        return [(one.action, one.details) for one in session.scalars(found)]


def now_of(request: RightsRequest) -> RightsRequest:
    with seeding() as session:
        session.expunge_all()
        return session.get_one(RightsRequest, id_of(request))


def test_the_bearer_of_the_link_asks_in_the_name_of_its_agreement(basis):
    bearer = link_actor("consent", basis.id)
    with acting_as(bearer) as session:
        basis = session.get_one(LegalBasis, basis.id)
        asked = commands.ask_right(basis, RightsKind.OBJECTION, text="Assez.", by=bearer)
    found = now_of(asked)
    assert (found.asked_by, found.answer_to) == ("Dominique Exemple", "d@exemple.test")
    assert (found.state, found.channel, found.received_by) == ("received", "link", None)
    assert found.due_on == due_of(found.received_at)
    assert told(asked) == [("rights_request.received", {"kind": "objection", "channel": "link"})]
    assert left(asked) == ["cases.rights.tell_lead", "cases.rights.tell_received"]


def test_the_same_request_is_not_made_twice_while_it_waits(case, basis):
    waiting = make_request(case)
    bearer = link_actor("consent", basis.id)
    with pytest.raises(AlreadyAsked), acting_as(bearer) as session:
        commands.ask_right(session.get_one(LegalBasis, basis.id), RightsKind.COPY, by=bearer)
    with seeding() as session:
        found = session.get_one(RightsRequest, waiting.id)
        found.state, found.answered_at = RequestState.ANSWERED, clock.now()
    with acting_as(bearer) as session:
        commands.ask_right(session.get_one(LegalBasis, basis.id), RightsKind.COPY, by=bearer)


def test_two_presses_at_once_keep_one_request(case, basis, monkeypatch):
    """Both looked before either wrote: the index refuses the second."""
    make_request(case)
    monkeypatch.setattr("cases.rights.commands.asking.find_waiting", lambda *_: None)
    bearer = link_actor("consent", basis.id)
    with pytest.raises(AlreadyAsked), acting_as(bearer) as session:
        commands.ask_right(session.get_one(LegalBasis, basis.id), RightsKind.COPY, by=bearer)


def test_a_letter_is_noted_with_the_day_it_came(case, adviser):
    day = clock.today() - timedelta(days=3)
    by = actor_of(adviser)
    with acting_as(by) as session:
        found = session.get_one(CaseFile, case.id)
        noted = commands.note_request(
            found,
            RightsKind.ERASURE,
            Channel.POST,
            asked_by="Dominique Exemple",
            received_on=day,
            by=by,
        )
    noted = now_of(noted)
    assert (noted.received_by, noted.received_seat_id) == (adviser.id, adviser.seat_id)
    assert noted.received_at.date() == day and noted.due_on == due_of(noted.received_at)


def test_an_answer_closes_the_request_and_leaves_for_the_person(case, adviser):
    asked, by = make_request(case, kind=RightsKind.RECTIFICATION), actor_of(adviser)
    with acting_as(by):
        commands.answer_request(get_request(id_of(asked), by), "C’est corrigé.", by=by)
    found = now_of(asked)
    assert (found.state, found.answer) == ("answered", "C’est corrigé.")
    assert (found.answered_by, found.answered_seat_id) == (adviser.id, adviser.seat_id)
    assert told(asked) == [("rights_request.answered", {"kind": "rectification"})]
    assert left(asked) == ["cases.rights.tell_answer"]


def test_a_refusal_has_a_reason_of_its_right(case, adviser):
    asked, by = make_request(case, kind=RightsKind.OBJECTION), actor_of(adviser)
    with pytest.raises(ReasonNotForThis), acting_as(by):
        request = get_request(id_of(asked), by)
        commands.refuse_request(request, RefusalReason.OTHERS, "Non.", by=by)
    with acting_as(by):
        request = get_request(id_of(asked), by)
        commands.refuse_request(request, RefusalReason.COMPELLING, "Plan en cours.", by=by)
    found = now_of(asked)
    assert (found.state, found.refusal) == ("refused", "compelling")
    assert left(asked) == ["cases.rights.tell_answer"]


@pytest.mark.parametrize("text", ["", "   "])
def test_nothing_is_answered_without_words(case, adviser, text):
    asked, by = make_request(case, kind=RightsKind.RECTIFICATION), actor_of(adviser)
    for act in (
        lambda one: commands.answer_request(one, text, by=by),
        lambda one: commands.refuse_request(one, RefusalReason.ACCURATE, text, by=by),
        lambda one: commands.extend_request(one, text, by=by),
    ):
        with pytest.raises(AnswerIncomplete), acting_as(by):
            act(get_request(id_of(asked), by))
    assert now_of(asked).state == "received" and left(asked) == []


def test_more_time_is_told_with_its_reason(case, adviser):
    received = clock.now() - timedelta(days=10)
    asked, by = make_request(case, received_at=received), actor_of(adviser)
    with acting_as(by):
        commands.extend_request(get_request(id_of(asked), by), "Trois organisations.", by=by)
    found = now_of(asked)
    assert (found.state, found.due_on) == ("extended", due_of(received, is_extended=True))
    assert left(asked) == ["cases.rights.tell_extension"]
    with pytest.raises(TooLateToExtend), acting_as(by):
        commands.extend_request(get_request(id_of(asked), by), "Encore.", by=by)
    with acting_as(by):
        commands.refuse_request(get_request(id_of(asked), by), RefusalReason.SECRECY, "Non.", by=by)
    assert now_of(asked).extended_at is not None


def test_more_time_is_not_taken_after_the_month(case, adviser):
    asked = make_request(case, received_at=clock.now() - timedelta(days=40))
    by = actor_of(adviser)
    with pytest.raises(TooLateToExtend), acting_as(by):
        commands.extend_request(get_request(id_of(asked), by), "Trop tard.", by=by)


def test_an_answer_is_given_once(case, adviser):
    by = actor_of(adviser)
    asked = make_request(case, kind=RightsKind.ERASURE)
    with acting_as(by):
        commands.answer_request(get_request(id_of(asked), by), "Fait.", by=by)
    with pytest.raises(AlreadyAnswered), acting_as(by):
        commands.answer_request(get_request(id_of(asked), by), "Encore.", by=by)
    assert now_of(asked).answer == "Fait."


def test_a_colleague_who_is_not_in_charge_does_not_answer(case, adviser):
    by = actor_of(make_member(Seat(id=adviser.seat_id)))
    asked = make_request(case, kind=RightsKind.ERASURE)
    with pytest.raises(NotAllowed), acting_as(by):
        commands.answer_request(get_request(id_of(asked), by), "Fait.", by=by)
    assert now_of(asked).state == "received"


def test_the_database_counts_the_month_too(case):
    with pytest.raises(IntegrityError, match="due_on"):
        make_request(case, due_on=date(2030, 1, 1))
