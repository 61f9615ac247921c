"""« Durées de conservation », the longer journal, the log: who sees, who decides, what is said."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError

from app import clock
from app.actors import Role, Side
from app.journal import JournalEvent
from cases.retention.models import Erasure, RetentionExtension, RetentionReduction
from partners.organisations.enums import OrganisationKind
from partners.organisations.models import Organisation
from partners.people.models import MemberSession, Membership
from tests.factories import make_company, make_member, make_organisation, make_seat
from tests.factories.retention import make_closed_case
from tests.support.acting import acting_as, actor_of, seeding
from tests.support.counting import recorded_statements
from tests.support.pages import InspectingClient
from tests.support.signing import sign_in

REASON = "Contrôle annuel des accès par l’audit interne de la caisse."


@pytest.fixture
def urssaf(app: Flask) -> Organisation:
    return make_organisation("Urssaf Exemple", OrganisationKind.URSSAF)


@pytest.fixture
def manager(urssaf: Organisation) -> Membership:
    return make_member(make_seat(urssaf), Role.MANAGER)


@pytest.fixture
def reduce_page(urssaf: Organisation) -> str:
    return f"/structures/{urssaf.id}/conservation/case/modifier"


def reductions() -> list[tuple[str, int]]:
    with seeding() as session:
        found = session.execute(select(RetentionReduction.kind, RetentionReduction.months))
        return [(kind, months) for kind, months in found]


def test_the_page_says_default_own_count_and_end(
    client: InspectingClient, manager: Membership
) -> None:
    sign_in(client, manager)
    page = client.get("/structure/conservation").text
    for words in ("Dossiers", "3\u00a0ans", "de la clôture du dossier", "rendu anonyme"):
        assert words in page
    assert (
        "CNIL, délibération 2021-122" in page
        and "Les mêmes durées pour toutes les structures" in page
    )
    assert page.count("Raccourcir</span>") == 4


def test_shortening_says_first_what_it_erases(
    client: InspectingClient, manager: Membership, reduce_page: str
) -> None:
    make_closed_case(manager, clock.now() - timedelta(days=500))
    make_closed_case(manager, clock.now() - timedelta(days=200))
    make_closed_case(closed_at=clock.now() - timedelta(days=500))
    sign_in(client, manager)
    first = client.post(reduce_page, data={"months": "12"})
    assert "1 dossier clos que votre structure pilote" in first.text.replace("\u00a0", " ")
    assert reductions() == []
    assert client.post(reduce_page, data={"months": "12", "sure": "12"}).status_code == 302
    assert "C’est enregistré" in client.get("/structure/conservation").text
    assert reductions() == [("case", 12)]
    with seeding() as session:
        event = session.scalars(
            select(JournalEvent).where(JournalEvent.action == "retention.changed")
        ).one()
        assert event.details == {"kind": "case", "months": 12}


def test_another_number_than_the_one_announced_is_announced_again(
    client: InspectingClient, manager: Membership, reduce_page: str
) -> None:
    sign_in(client, manager)
    again = client.post(reduce_page, data={"months": "6", "sure": "12"})
    assert again.status_code == 200 and reductions() == []


@pytest.mark.parametrize("typed", ["37", "5", "0", "-12", "", "douze", "99999999999999999999"])
def test_out_of_bounds_refused_and_kept(
    client: InspectingClient, manager: Membership, reduce_page: str, typed: str
) -> None:
    sign_in(client, manager)
    answer = client.post(reduce_page, data={"months": typed, "sure": typed})
    assert answer.status_code == 422 and reductions() == []
    assert f'value="{typed}"' in answer.text


def test_back_to_the_default(
    client: InspectingClient, manager: Membership, reduce_page: str, urssaf: Organisation
) -> None:
    sign_in(client, manager)
    client.post(reduce_page, data={"months": "12", "sure": "12"})
    path = f"/structures/{urssaf.id}/conservation/case/par-defaut"
    assert client.post(path).status_code == 302
    assert reductions() == []


def test_the_password_is_asked_again(
    client: InspectingClient, manager: Membership, reduce_page: str, urssaf: Organisation
) -> None:
    sign_in(client, manager)
    with seeding() as session:
        session.execute(update(MemberSession).values(fresh_at=clock.now() - timedelta(hours=1)))
    for path in (reduce_page, f"/structures/{urssaf.id}/conservation/case/par-defaut"):
        answer = client.post(path, data={"months": "12", "sure": "12"})
        assert "/confirmer" in answer.headers["Location"]
    assert reductions() == []


def test_the_recovery_side_reads_the_durations_and_decides_none(
    client: InspectingClient, urssaf: Organisation
) -> None:
    sign_in(client, make_member(make_seat(urssaf, Side.RECOVERY), Role.MANAGER))
    page = client.get("/structure/conservation").text
    assert "rendu anonyme" in page and "côté accompagnement décide" in page
    assert "Raccourcir" not in page


@pytest.mark.parametrize(
    ("role", "side", "is_ours"),
    [
        (Role.MANAGER, Side.RECOVERY, True),
        (Role.MANAGER, Side.AID, False),
        (Role.ADVISER, Side.AID, True),
        (Role.AUDITOR, Side.AID, True),
    ],
)
def test_nobody_else_shortens(
    client: InspectingClient,
    urssaf: Organisation,
    reduce_page: str,
    role: Role,
    side: Side,
    is_ours: bool,
) -> None:
    other = make_member(make_seat(urssaf if is_ours else None, side), role)
    sign_in(client, other)
    assert client.post(reduce_page, data={"months": "12", "sure": "12"}).status_code == 403
    values = {
        "organisation_id": urssaf.id,
        "kind": "case",
        "months": 12,
        "decided_by": other.user_id,
    }
    with pytest.raises(DBAPIError, match="row-level"), acting_as(actor_of(other)) as session:
        session.execute(insert(RetentionReduction).values(decided_at=clock.now(), **values))


def test_a_duration_that_is_everybody_s_is_not_reduced(
    client: InspectingClient, manager: Membership, urssaf: Organisation
) -> None:
    sign_in(client, manager)
    assert client.get(f"/structures/{urssaf.id}/conservation/journal/modifier").status_code == 403
    assert client.get(f"/structures/{urssaf.id}/conservation/rien/modifier").status_code == 404


@pytest.mark.parametrize(("kind", "months"), [("case", 37), ("case", 5), ("journal", 6)])
def test_the_database_only_goes_down(manager: Membership, kind: str, months: int) -> None:
    with pytest.raises(DBAPIError, match="goes down"), acting_as(actor_of(manager)) as session:
        session.add(
            RetentionReduction(
                organisation_id=actor_of(manager).organisation_id,
                kind=kind,
                months=months,
                decided_by=manager.user_id,
            )
        )
        session.flush()


@pytest.fixture
def admin(client: InspectingClient) -> Iterator[Membership]:
    admin = make_member(role=Role.PLATFORM_ADMIN)
    sign_in(client, admin)
    yield admin


def test_the_journal_kept_longer_for_a_written_reason(
    client: InspectingClient, admin: Membership
) -> None:
    path = "/administration/conservation"
    for data in ({"months": "24", "reason": "court"}, {"months": "24", "reason": ""}):
        assert client.post(path, data=data).status_code == 422
    assert client.post(path, data={"months": "37", "reason": REASON}).status_code == 422
    assert client.post(path, data={"months": "24", "reason": REASON}).status_code == 302
    page = client.get(path).text
    assert REASON in page and "2\u00a0ans" in page
    with seeding() as session:
        kept = session.scalars(select(RetentionExtension)).one()
        assert (kept.months, kept.reason, kept.decided_by) == (24, REASON, admin.user_id)


@pytest.mark.parametrize("months", [11, 37])
def test_the_database_bounds_the_journal(admin: Membership, months: int) -> None:
    with pytest.raises(DBAPIError, match="up to its limit"), acting_as(actor_of(admin)) as session:
        session.add(
            RetentionExtension(
                kind="journal", months=months, reason=REASON, decided_by=admin.user_id
            )
        )
        session.flush()


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.PLATFORM_ADMIN}))
def test_only_the_administration_extends(client: InspectingClient, role: Role) -> None:
    member = make_member(role=role)
    sign_in(client, member)
    assert client.get("/administration/conservation").status_code == 403
    with pytest.raises(DBAPIError, match="row-level"), acting_as(actor_of(member)) as session:
        session.add(
            RetentionExtension(kind="journal", months=24, reason=REASON, decided_by=member.user_id)
        )
        session.flush()


def log(organisation_id: Any = None, **more: Any) -> Erasure:
    with seeding() as session:
        line = Erasure(kind="company", rule="36 months", organisation_id=organisation_id, **more)
        session.add(line)
    return line


def test_auditors_read_their_lines_and_those_of_the_platform(
    client: InspectingClient, urssaf: Organisation
) -> None:
    ours = log(urssaf.id, object_id=make_company(make_seat()).id)
    common, theirs = log(count=12), log(make_organisation().id, object_id=ours.id)
    auditor = make_member(make_seat(urssaf), Role.AUDITOR)
    with acting_as(actor_of(auditor)) as session:
        assert set(session.scalars(select(Erasure.id))) == {ours.id, common.id}
    sign_in(client, auditor)
    page = client.get("/journal/effacements").text
    assert f"…{str(ours.object_id)[-6:]}" in page and "36 mois" in page
    assert "2 effacements" in page.replace("\u00a0", " ") and theirs.id
    assert "Aucun effacement de cette sorte" in client.get("/journal/effacements?quoi=case").text


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.AUDITOR}))
def test_nobody_else_reads_the_log(client: InspectingClient, role: Role) -> None:
    log()
    member = make_member(role=role)
    sign_in(client, member)
    assert client.get("/journal/effacements").status_code == 403
    with acting_as(actor_of(member)) as session:
        assert session.scalars(select(Erasure.id)).all() == []


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM erasure", "UPDATE erasure SET count = 0", "INSERT INTO erasure DEFAULT VALUES"],
)
def test_not_even_an_auditor_writes_the_log(app: Flask, statement: str) -> None:
    auditor = make_member(role=Role.AUDITOR)
    with pytest.raises(DBAPIError, match="denied"), acting_as(actor_of(auditor)) as session:
        session.execute(text(statement))


def test_the_page_of_durations_asks_the_same_whatever_is_reduced(
    client: InspectingClient, manager: Membership, urssaf: Organisation
) -> None:
    sign_in(client, manager)
    client.get("/structure/conservation")
    counts = []
    for kind in ("", "case", "agreement"):
        if kind:
            path = f"/structures/{urssaf.id}/conservation/{kind}/modifier"
            client.post(path, data={"months": "12", "sure": "12"})
        with recorded_statements() as found:
            client.get("/structure/conservation")
        counts.append(len(found))
    assert counts[0] == counts[1] == counts[2] <= 8, counts
