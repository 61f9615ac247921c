"""Another role or unit: who follows no case any more hands them to a named colleague."""

import pytest
from flask import Flask

from app.actors import Role
from cases.casework.models import CaseFile
from partners.organisations.models import Organisation, Seat
from partners.people.models import Membership
from partners.people.rules import stops_reading_cases
from tests.factories.casework import make_case
from tests.factories.organisations import make_organisation, make_seat, make_unit
from tests.factories.people import make_member
from tests.support.acting import seeding
from tests.support.pages import InspectingClient
from tests.support.signing import sign_in


def lead_of(case: CaseFile) -> object:
    with seeding() as session:
        return session.get_one(CaseFile, case.id, populate_existing=True).lead_member_id


@pytest.fixture
def manager(app: Flask) -> Membership:
    return make_member(make_seat(make_organisation("Chambre Exemple")), Role.MANAGER)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (Role.ADVISER, Role.OBSERVER, True),
        (Role.MANAGER, Role.AUDITOR, True),
        (Role.ADVISER, Role.COORDINATOR, False),
        (Role.OBSERVER, Role.AUDITOR, False),
    ],
)
def test_some_roles_follow_no_case(before: Role, after: Role, expected: bool) -> None:
    assert stops_reading_cases(before, after) is expected


def test_a_role_without_cases_asks_who_takes_over(
    client: InspectingClient, manager: Membership
) -> None:
    seat = Seat(id=manager.seat_id)
    member, heir, auditor = make_member(seat), make_member(seat), make_member(seat, Role.AUDITOR)
    case = make_case(member)
    sign_in(client, manager)
    path = f"/structure/membres/{member.id}/modifier"
    assert str(auditor.id) not in client.get(path).text
    asked = client.post(path, data={"role": "observer"})
    assert asked.status_code == 422 and "reprend ses dossiers" in asked.text
    assert lead_of(case) == member.id
    given = client.post(path, data={"role": "observer", "successor": str(heir.id)})
    assert given.status_code == 302
    assert lead_of(case) == heir.id


def test_another_unit_hands_over_when_a_colleague_is_named(
    client: InspectingClient, manager: Membership
) -> None:
    seat = Seat(id=manager.seat_id)
    member, heir = make_member(seat), make_member(seat)
    with seeding() as session:
        organisation = session.get_one(Seat, seat.id).organisation_id
    unit, case = make_unit(Organisation(id=organisation)), make_case(member)
    sign_in(client, manager)
    path = f"/structure/membres/{member.id}/modifier"
    client.post(path, data={"role": "adviser"})
    assert lead_of(case) == member.id
    values = {"role": "adviser", "unit": str(unit.id), "successor": str(heir.id)}
    assert client.post(path, data=values).status_code == 302
    assert lead_of(case) == heir.id
