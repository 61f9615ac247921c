"""Open cases never stay without anybody on a seat."""

import threading

import pytest
from flask import Flask

from app import clock, rows
from app.actors import Role
from app.db import db, unit_of_work
from app.errors import Refusal
from cases.casework.errors import CasesLeftAlone
from cases.casework.rules import is_left_alone
from partners.organisations.models import Seat
from partners.people.commands import members as commands
from partners.people.errors import LastManager, MemberGone
from partners.people.models import Membership
from partners.people.queries.members import get_member
from tests.factories import make_basis, make_case, make_member, make_participation
from tests.support.acting import act_as_member, actor_of, seeding
from tests.support.pages import InspectingClient
from tests.support.signing import sign_in


@pytest.mark.parametrize("has_successor", [True, False])
@pytest.mark.parametrize("count", [0, 1, 12])
def test_when_cases_are_left_alone(has_successor: bool, count: int) -> None:
    successor = Membership() if has_successor else None
    assert is_left_alone(successor, count) is (not has_successor and count > 0)


def platform_admin() -> Membership:
    return make_member(role=Role.PLATFORM_ADMIN)


def end(member: Membership, by: Membership) -> None:
    actor = act_as_member(by)
    with unit_of_work():
        commands.end_membership(get_member(member.id, actor), None, by=actor)


@pytest.mark.parametrize("is_lead", [True, False])
def test_the_only_reader_of_open_cases_is_not_removed(app: Flask, is_lead: bool) -> None:
    only, admin = make_member(), platform_admin()
    if is_lead:
        make_case(only)
    else:
        lead = make_member()
        case = make_case(lead)
        make_participation(case, only, make_basis(case, [Seat(id=only.seat_id)], lead))
    with pytest.raises(CasesLeftAlone, match="un dossier est encore ouvert"):
        end(only, admin)
    make_member(Seat(id=only.seat_id), Role.AUDITOR)
    with pytest.raises(CasesLeftAlone):
        end(only, admin)
    make_member(Seat(id=only.seat_id))
    end(only, admin)
    with seeding() as session:
        assert session.get_one(Membership, only.id, populate_existing=True).ended_at is not None


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.OBSERVER])
def test_who_reads_no_case_leaves_whatever_their_seat_follows(app: Flask, role: Role) -> None:
    """A seat that answered by a link follows cases before anybody there has an account."""
    lead, admin = make_member(), platform_admin()
    case = make_case(lead)
    them = make_member(role=role)
    make_participation(case, them, make_basis(case, [Seat(id=them.seat_id)], lead))
    end(them, admin)
    with seeding() as session:
        assert session.get_one(Membership, them.id, populate_existing=True).ended_at is not None


def test_closed_cases_and_none_at_all_hold_nobody(app: Flask) -> None:
    only, admin = make_member(), platform_admin()
    make_case(only, status="closed", outcome="recovered", closed_at=clock.now())
    end(only, admin)


def test_neither_is_a_role_that_reads_no_case_a_way_out(app: Flask) -> None:
    only, admin = make_member(), platform_admin()
    make_case(only)
    actor = act_as_member(admin)
    with pytest.raises(CasesLeftAlone), unit_of_work():
        found = get_member(only.id, actor)
        commands.change_member(found, role=Role.AUDITOR, unit=None, job_title="", by=actor)


def test_the_page_says_what_to_do(client: InspectingClient) -> None:
    only = make_member()
    make_case(only)
    sign_in(client, platform_admin())
    page = client.get(f"/structure/membres/{only.id}/retirer")
    assert "invitez d’abord quelqu’un" in page.text
    refused = client.post(f"/structure/membres/{only.id}/retirer")
    assert refused.status_code == 422 and "quittez-les" in refused.text


@pytest.mark.commits
def test_two_managers_who_remove_each_other_do_not_both_leave(committed_app: Flask) -> None:
    first = make_member(role=Role.MANAGER)
    second = make_member(Seat(id=first.seat_id), Role.MANAGER)
    make_case(first)
    pairs = [(actor_of(first), second, first), (actor_of(second), first, second)]
    gate, results = threading.Barrier(2), []

    def remove(actor, other, successor) -> None:
        with committed_app.app_context():
            rows.act_as(actor)
            found, heir = get_member(other.id, actor), get_member(successor.id, actor)
            db.session.commit()
            gate.wait(10)
            try:
                with unit_of_work():
                    commands.end_membership(found, heir, by=actor)
                results.append(None)
            except Refusal as refusal:
                results.append(type(refusal))
            finally:
                db.session.remove()

    threads = [threading.Thread(target=remove, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert results.count(None) == 1 and set(results) <= {None, LastManager, MemberGone}
    with seeding() as session:
        ended = [
            session.get_one(Membership, one.id, populate_existing=True).ended_at
            for one in (first, second)
        ]
    assert ended.count(None) == 1
