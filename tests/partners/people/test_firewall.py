"""The recovery side of a creditor never lets itself into the aid side (``domain.md`` §9)."""

import pytest
from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError

from app.actors import Role, Side
from partners.organisations.enums import OrganisationKind
from partners.organisations.models import Seat
from partners.people.models import Invitation, Membership, UserAccount, UserSecret
from tests.factories import make_member, make_organisation, make_seat
from tests.support.acting import acting_as, actor_of, seeding
from tests.support.pages import InspectingClient
from tests.support.signing import sign_in


@pytest.fixture
def sides(app: Flask) -> tuple[Membership, Membership]:
    """The manager of the recovery side, and an adviser of the aid side."""
    urssaf = make_organisation(kind=OrganisationKind.URSSAF)
    adviser = make_member(make_seat(urssaf))
    return make_member(make_seat(urssaf, Side.RECOVERY), Role.MANAGER), adviser


def test_the_pages_of_an_aid_member_are_not_the_recovery_managers(
    client: InspectingClient, sides: tuple[Membership, Membership]
) -> None:
    manager, adviser = sides
    sign_in(client, manager)
    assert client.get(f"/structure/membres/{adviser.id}").status_code == 404
    assert str(adviser.id) not in client.get("/structure/membres").get_data(as_text=True)


def test_the_database_refuses_an_invitation_to_the_aid_side(
    sides: tuple[Membership, Membership],
) -> None:
    manager, adviser = sides
    values = {"email": "x@exemple.test", "full_name": "X", "role": Role.ADVISER}
    with pytest.raises(DBAPIError, match="row-level security"), acting_as(actor_of(manager)) as s:
        s.add(Invitation(seat_id=adviser.seat_id, invited_by=manager.user_id, **values))
        s.flush()


def test_the_database_refuses_a_seat_of_the_aid_side(sides: tuple[Membership, Membership]) -> None:
    manager, adviser = sides
    with seeding() as session:
        seats = set(session.scalars(select(Seat.side)))
    assert seats == {Side.AID, Side.RECOVERY}
    with pytest.raises(DBAPIError, match="row-level security"), acting_as(actor_of(manager)) as s:
        s.execute(
            insert(Membership).values(
                user_id=manager.user_id, seat_id=adviser.seat_id, role=Role.ADVISER
            )
        )


@pytest.mark.parametrize("is_elsewhere", [True, False])
def test_a_factor_that_protects_another_seat_is_kept(
    client: InspectingClient, sides: tuple[Membership, Membership], is_elsewhere: bool
) -> None:
    manager, adviser = sides
    member = make_member(Seat(id=manager.seat_id))
    if is_elsewhere:
        make_member(Seat(id=adviser.seat_id), user=UserAccount(id=member.user_id))
    with seeding() as session:
        session.add(UserSecret(user_id=member.user_id, totp_secret=b"x"))
    sign_in(client, manager)
    answer = client.post(f"/structure/membres/{member.id}/double-verification")
    assert answer.status_code == (409 if is_elsewhere else 302)
    with seeding() as session:
        session.expire_all()
        kept = session.get_one(UserSecret, member.user_id).totp_secret
    assert (kept is not None) is is_elsewhere
