"""What Aujourd'hui shows of the requests of the person."""

from datetime import timedelta

from app import clock
from app.actors import Role, Side
from app.today import read_today
from cases.casework.models import CaseFile
from cases.rights.enums import RightsKind
from cases.rights.today import requests_of
from partners.organisations.models import Seat
from tests.factories.casework import make_case
from tests.factories.organisations import make_seat
from tests.factories.people import make_member
from tests.factories.rights import make_request
from tests.support.acting import acting_as, actor_of, seeding


def titles(app, member) -> list[tuple[str, str, str]]:
    actor = actor_of(member)
    with app.test_request_context(), acting_as(actor) as session:
        session.expunge_all()
        return [(one.title, one.detail, one.tone) for one in read_today([requests_of], actor).items]


def test_those_to_answer_with_the_time_left_for_who_answers_only(app):
    adviser = make_member()
    seat = Seat(id=adviser.seat_id)
    colleague, manager = make_member(seat), make_member(seat, Role.MANAGER)
    case, orphan = make_case(adviser), make_case(adviser)
    with seeding() as session:
        session.get_one(CaseFile, orphan.id).lead_member_id = None
    today = clock.now()
    make_request(case, received_at=today - timedelta(days=60))
    make_request(case, kind=RightsKind.ERASURE, received_at=today)
    make_request(
        case, kind=RightsKind.OBJECTION, state="answered", answered_at=today, answer="Fait."
    )
    make_request(orphan, received_at=today)
    make_request(make_case(make_member()))
    mine = titles(app, adviser)
    assert [(title, tone) for title, _detail, tone in mine] == [
        ("Répondre à une demande : copie", "danger"),
        ("Répondre à une demande : effacement", "accent"),
    ]
    assert "en retard de" in mine[0][1] and "encore" in mine[1][1]
    assert titles(app, colleague) == []
    assert len(titles(app, manager)) == 3
    recovery = make_member(make_seat(side=Side.RECOVERY), Role.MANAGER)
    assert titles(app, recovery) == []
