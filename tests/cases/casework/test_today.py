"""What Aujourd'hui shows of the casework."""

from datetime import timedelta

from app import clock
from app.today import read_today
from cases.casework.models import CaseAction
from cases.casework.today import work_of
from partners.organisations.models import Seat
from tests.factories.casework import make_case
from tests.factories.companies import make_company
from tests.factories.people import make_member
from tests.support.acting import acting_as, actor_of, seeding


def test_late_and_near_actions_and_pauses_over_of_this_member_only(app):
    member, today = make_member(), clock.today()
    case = make_case(member, make_company(Seat(id=member.seat_id), "Garage Exemple"))
    make_case(member, status="paused", paused_until=today, paused_reason="Bilan")
    with seeding() as session:
        for days, name in ((-1, "En retard"), (0, "Ce jour"), (9, "Bientôt"), (40, "Plus tard")):
            session.add(
                CaseAction(
                    case_id=case.id,
                    seat_id=member.seat_id,
                    objective=name,
                    due_on=today + timedelta(days=days),
                    owner_id=member.id,
                )
            )
    colleague = make_member(Seat(id=member.seat_id))
    with app.test_request_context():
        with acting_as(actor_of(member)):
            items = read_today([work_of], actor_of(member)).items
        with acting_as(actor_of(colleague)):
            assert read_today([work_of], actor_of(colleague)).items == []
    assert [(one.title, one.tone) for one in items] == [
        ("En retard", "danger"),
        ("Ce jour", "warning"),
        ("La pause de ce dossier est finie", "warning"),
        ("Bientôt", "neutral"),
    ]
    assert items[0].detail == f"Garage Exemple · {case.reference}"
