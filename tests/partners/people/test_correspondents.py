"""Correspondents of services: named by the manager, read in the directory."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from app.actors import Role, Side
from app.journal import JournalEvent
from partners.organisations.enums import OrganisationKind, Subject
from partners.people.models import Correspondent
from tests.factories import make_member, make_organisation, make_seat, make_service, make_user
from tests.support.acting import acting_as, actor_of, seeding
from tests.support.pages import InspectingClient
from tests.support.signing import sign_in


def test_manager_names_then_changes_correspondents(client: InspectingClient) -> None:
    organisation = make_organisation()
    seat = make_seat(organisation)
    service = make_service(organisation, Subject.BANK)
    first = make_member(seat, user=make_user("Alix Premier"))
    second = make_member(seat, user=make_user("Dana Seconde"))
    sign_in(client, make_member(seat, Role.MANAGER))
    path = f"/services/{service.id}/correspondants"
    assert "Alix Premier" in client.get(path).text
    for member in (first, second):
        assert client.post(path, data={"members": [str(member.id)]}).status_code == 302
    page = client.get("/structure/correspondants").text
    assert "Dana Seconde" in page
    assert "Alix Premier" not in page
    with seeding() as session:
        rows = session.scalars(select(Correspondent.membership_id))
        assert list(rows) == [second.id]
        assert list(session.scalars(select(JournalEvent.action))) == ["correspondent.named"] * 2


def test_members_of_others_are_not_offered(client: InspectingClient) -> None:
    seat = make_seat(organisation := make_organisation())
    service, stranger = make_service(organisation, Subject.BANK), make_member()
    sign_in(client, make_member(seat, Role.MANAGER))
    path = f"/services/{service.id}/correspondants"
    assert client.post(path, data={"members": [str(stranger.id)]}).status_code == 422


def test_only_the_manager_of_the_organisation_names(client: InspectingClient) -> None:
    service = make_service(make_organisation(), Subject.BANK)
    sign_in(client, make_member(role=Role.MANAGER))
    assert client.get(f"/services/{service.id}/correspondants").status_code == 403


def test_the_recovery_side_neither_names_nor_is_named(client: InspectingClient) -> None:
    organisation = make_organisation(kind=OrganisationKind.URSSAF)
    seat, recovery = make_seat(organisation), make_seat(organisation, Side.RECOVERY)
    service, creditor = make_service(organisation, Subject.SOCIAL_DEBTS), make_member(recovery)
    path, data = f"/services/{service.id}/correspondants", {"members": [str(creditor.id)]}
    manager = make_member(seat, Role.MANAGER)
    sign_in(client, manager)
    assert client.post(path, data=data).status_code == 422
    with pytest.raises(DBAPIError, match="row-level security"), acting_as(actor_of(manager)) as s:
        s.add(Correspondent(service_id=service.id, membership_id=creditor.id))
        s.flush()
    sign_in(client, make_member(recovery, Role.MANAGER))
    assert client.get(path).status_code == client.post(path, data=data).status_code == 403
