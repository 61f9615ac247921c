"""Each list asks the database as many things with 1 row as with 50."""

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from uuid import uuid4

import pytest

from app import clock
from app.actors import Role
from app.journal import JournalEvent
from app.notices import Notice
from cases.casework.enums import Audience
from cases.casework.models import CaseAction
from cases.retention.models import Erasure
from partners.organisations.enums import OrganisationKind, Subject
from partners.organisations.models import Seat
from partners.people.models import Absence, Membership
from tests.factories import (
    make_basis,
    make_case,
    make_company,
    make_entry,
    make_member,
    make_need,
    make_organisation,
    make_outside_access,
    make_participation,
    make_referral,
    make_seat,
    make_service,
    make_unit,
)
from tests.factories.referrals import make_access_request
from tests.factories.rights import make_request
from tests.support.acting import seeding
from tests.support.counting import recorded_statements
from tests.support.pages import InspectingClient
from tests.support.signing import sign_in

#: What a page may ask at most: its context, its session and its journal counted.
MOST_STATEMENTS = 14

Add = Callable[[], object]
#: Whose list, its address, what adds one row to it.
Listing = tuple[Membership, str, Add]


def cases() -> Listing:
    member = make_member()
    return member, "/dossiers?taille=100", lambda: make_case(member)


def companies() -> Listing:
    member = make_member()
    return member, "/entreprises?taille=100", lambda: make_company(Seat(id=member.seat_id))


def _send(sender: Membership, receiver: Membership, state: str = "sent", **more: object) -> None:
    case, seat = make_case(sender), Seat(id=receiver.seat_id)
    basis = make_basis(case, [seat], sender)
    make_referral(make_need(case, sender), sender, seat, basis, state=state, **more)


def received() -> Listing:
    sender, receiver = make_member(), make_member()
    return receiver, "/orientations?taille=100", lambda: _send(sender, receiver)


def sent() -> Listing:
    sender = make_member()
    return sender, "/orientations?onglet=envoyees&taille=100", lambda: _send(sender, make_member())


def all_declined() -> Listing:
    sender, receiver = make_member(), make_member()
    return (
        sender,
        "/orientations?onglet=declinees",
        lambda: _send(sender, receiver, "declined", decline_code="other"),
    )


def access_requests() -> Listing:
    member = make_member()

    def add() -> None:
        make_access_request(make_member(), make_case(member))

    return member, "/orientations?onglet=acces", add


def directory() -> Listing:
    def add() -> None:
        make_unit(organisation := make_organisation(kind=OrganisationKind.MEDIATION_BODY))
        make_service(organisation, Subject.BANK)

    return make_member(), "/annuaire?nature=mediation_body&taille=100", add


def organisation() -> Listing:
    shown = make_organisation()
    seat, unit = make_seat(shown), make_unit(shown)

    def add() -> None:
        make_service(shown, Subject.BANK, unit_id=unit.id)
        make_unit(shown)
        make_member(seat)

    return make_member(), f"/annuaire/{shown.id}", add


def administration() -> Listing:
    admin = make_member(role=Role.PLATFORM_ADMIN)
    return admin, "/administration", lambda: make_unit(make_organisation())


def structure() -> Listing:
    shown = make_organisation()
    manager = make_member(make_seat(shown), Role.MANAGER)

    def add() -> None:
        make_service(shown, Subject.BANK, unit_id=make_unit(shown).id)

    return manager, "/structure", add


def members() -> Listing:
    manager = make_member(role=Role.MANAGER)
    seat = Seat(id=manager.seat_id)
    return manager, "/structure/membres?taille=100", lambda: make_member(seat)


def absences() -> Listing:
    manager = make_member(role=Role.MANAGER)
    today = clock.today()

    def add() -> None:
        one = make_member(Seat(id=manager.seat_id))
        away = {"membership_id": one.id, "starts_on": today, "ends_on": today}
        with seeding() as session:
            session.add(Absence(**away, deputy_id=manager.id))

    return manager, "/structure/absences", add


def correspondents() -> Listing:
    shown = make_organisation()
    manager = make_member(make_seat(shown), Role.MANAGER)
    return manager, "/structure/correspondants", lambda: make_service(shown, Subject.BANK)


def journal() -> Listing:
    auditor = make_member(role=Role.AUDITOR)

    def add() -> None:
        reader = make_member(Seat(id=auditor.seat_id))
        told = {"user_id": reader.user_id, "seat_id": reader.seat_id, "object_type": "case_file"}
        with seeding() as session:
            session.add(JournalEvent(principal="member", action="case.read", **told))

    return auditor, "/journal", add


def erasures() -> Listing:
    auditor = make_member(role=Role.AUDITOR)

    def add() -> None:
        with seeding() as session:
            session.add(Erasure(kind="company", rule="36 months", object_id=auditor.id))

    return auditor, "/journal/effacements?taille=100", add


def today() -> Listing:
    sender, receiver = make_member(), make_member()

    def add() -> None:
        _send(sender, receiver)
        _send(receiver, sender, "accepted", answered_at=clock.now())
        told = {"seat_id": receiver.seat_id, "text": "Une réponse est arrivée."}
        due = clock.today() + timedelta(days=1)
        whose = {"seat_id": receiver.seat_id, "owner_id": receiver.id}
        case = make_case(receiver)
        make_request(case)
        with seeding() as session:
            session.add(Notice(key=f"list:{case.id}", **told))
            session.add(CaseAction(case_id=case.id, objective="Appeler", due_on=due, **whose))

    return receiver, "/", add


def part_of_today() -> Listing:
    member = make_member()
    case = make_case(member)
    whose = {"seat_id": member.seat_id, "owner_id": member.id}
    late = {"objective": "Appeler", "due_on": clock.today() - timedelta(days=2)}

    def add() -> None:
        with seeding() as session:
            session.add(CaseAction(case_id=case.id, **late, **whose))

    return member, "/aujourd-hui/en-retard", add


def messages() -> Listing:
    member = make_member()

    def add() -> None:
        told = {"seat_id": member.seat_id, "text": "Une réponse est arrivée."}
        with seeding() as session:
            session.add(Notice(key=str(uuid4()), **told))

    return member, "/messages", add


def timeline() -> Listing:
    member = make_member()
    case = make_case(member)
    return member, f"/dossiers/{case.id}", lambda: make_entry(case, member, Audience.ALL)


def timeline_alone() -> Listing:
    member, path, add = timeline()
    return member, f"{path}/fil", add


def needs_of_a_case() -> Listing:
    member = make_member()
    case = make_case(member)

    def add() -> None:
        seat = make_seat()
        basis = make_basis(case, [seat], member)
        make_referral(make_need(case, member), member, seat, basis)

    return member, f"/dossiers/{case.id}", add


def participants() -> Listing:
    lead = make_member()
    case = make_case(lead)

    def add() -> None:
        partner = make_member()
        make_participation(case, partner, make_basis(case, [Seat(id=partner.seat_id)], lead))

    return lead, f"/dossiers/{case.id}/partage", add


def outside_accesses() -> Listing:
    lead = make_member()
    manager = make_member(role=Role.MANAGER)
    seat = Seat(id=manager.seat_id)

    def add() -> None:
        case = make_case(lead)
        make_participation(case, manager, make_basis(case, [seat], lead))
        make_outside_access(case, make_member(seat))

    return manager, "/structure/acces-hors-territoire?taille=100", add


def requests_of_a_case() -> Listing:
    member = make_member()
    case, numbers = make_case(member), count(1)
    path = f"/dossiers/{case.id}/droits"
    return member, path, lambda: make_request(case, asked_by=f"Dominique {next(numbers)}")


def ranked_partners() -> Listing:
    member = make_member()
    need = make_need(make_case(member), member, Subject.BANK)

    def add() -> None:
        seat = make_seat(shown := make_organisation())
        service = make_service(shown, Subject.BANK, unit_id=make_unit(shown).id)
        assert seat and service

    return member, f"/besoins/{need.id}/partenaires", add


LISTS = (
    cases,
    companies,
    received,
    sent,
    all_declined,
    access_requests,
    directory,
    organisation,
    administration,
    structure,
    members,
    absences,
    correspondents,
    journal,
    erasures,
    today,
    part_of_today,
    messages,
    timeline,
    timeline_alone,
    needs_of_a_case,
    participants,
    outside_accesses,
    requests_of_a_case,
    ranked_partners,
)


@pytest.mark.parametrize("listing", LISTS, ids=lambda one: one.__name__)
def test_a_list_asks_as_much_with_one_row_as_with_fifty(
    client: InspectingClient, listing: Callable[[], Listing]
) -> None:
    member, path, add = listing()
    sign_in(client, member)
    add()
    client.get(path)
    with_one = _statements(client, path)
    for _ in range(49):
        add()
    with_fifty = _statements(client, path)
    assert len(with_one) == len(with_fifty), with_fifty
    assert len(with_fifty) <= MOST_STATEMENTS, with_fifty


def _statements(client: InspectingClient, path: str) -> list[str]:
    with recorded_statements() as found:
        assert client.get(path).status_code == 200
    return found
