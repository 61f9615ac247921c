"""What concerns the whole organisation is the aid side's manager's (``domain.md`` §9)."""

import pytest
from flask import Flask
from sqlalchemy import insert, update
from sqlalchemy.exc import DBAPIError

from app import clock
from app.actors import Role, Side
from partners.organisations.enums import OrganisationKind, Subject, UnitLevel
from partners.organisations.models import Organisation, Service, Unit
from partners.people.models import Membership
from tests.factories import make_member, make_organisation, make_seat, make_service, make_unit
from tests.support.acting import acting_as, actor_of, seeding
from tests.support.pages import InspectingClient
from tests.support.signing import sign_in


class Sides:
    """An organisation that helps and claims, with a manager on each side."""

    def __init__(self) -> None:
        self.organisation = make_organisation(kind=OrganisationKind.URSSAF)
        self.aid = make_member(make_seat(self.organisation), Role.MANAGER)
        recovery = make_seat(self.organisation, Side.RECOVERY)
        self.recovery = make_member(recovery, Role.MANAGER)
        self.unit = make_unit(self.organisation)
        self.service = make_service(self.organisation, Subject.BANK)


@pytest.fixture
def sides(app: Flask) -> Sides:
    return Sides()


def test_a_recovery_manager_reads_the_structure_without_a_button(
    client: InspectingClient, sides: Sides
) -> None:
    base = f"/structures/{sides.organisation.id}"
    paths = [f"{base}/modifier", f"{base}/antennes/nouvelle", f"{base}/services/nouveau"]
    paths += [f"/antennes/{sides.unit.id}/modifier", f"/services/{sides.service.id}/modifier"]
    posts = [f"{base}/verifier", f"/antennes/{sides.unit.id}/fermer"]
    sign_in(client, sides.recovery)
    page = client.get("/structure").text
    assert "côté accompagnement tient cette fiche" in page
    assert not [path for path in (*paths, *posts) if path in page]
    assert {client.get(path).status_code for path in paths} == {403}
    assert {client.post(path).status_code for path in posts} == {403}
    sign_in(client, sides.aid)
    assert {client.get(path).status_code for path in paths} == {200}
    with seeding() as session:
        session.get_one(Membership, sides.aid.id).ended_at = clock.now()
    sign_in(client, sides.recovery)
    assert {client.get(path).status_code for path in paths} == {200}


def test_the_database_refuses_it_too(sides: Sides) -> None:
    organisation_id, recovery = sides.organisation.id, actor_of(sides.recovery)
    rows = (
        (Unit, {"level": UnitLevel.LOCAL, "name": "Ailleurs"}),
        (Service, {"subject": Subject.BANK, "name": "Autre"}),
    )
    for table, values in rows:
        made = insert(table).values(organisation_id=organisation_id, **values)
        with pytest.raises(DBAPIError, match="row-level security"), acting_as(recovery) as session:
            session.execute(made)
    change = update(Organisation).where(Organisation.id == organisation_id)
    for member, expected in ((sides.recovery, 0), (sides.aid, 1)):
        with acting_as(actor_of(member)) as session:
            done = session.execute(change.values(purpose="Autre chose."))
            assert done.rowcount == expected
