"""What a number, a correction or an export may tell or change: nothing of other seats."""

import dataclasses
import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from app import clock
from app.actors import Side
from app.journal import JournalEvent
from cases.companies import commands
from cases.companies.enums import CompanySource
from cases.companies.errors import CompanyIsPublic
from cases.companies.facts import CompanyFacts
from cases.companies.models import Company, Person
from partners.organisations.enums import OrganisationKind
from partners.organisations.models import Seat
from partners.people.models import MemberSession
from tests.factories.casework import make_basis, make_case, make_participation
from tests.factories.companies import make_company, make_person, next_siren
from tests.factories.organisations import make_organisation, make_seat
from tests.factories.people import make_member
from tests.support.acting import acting_as, actor_of, seeding
from tests.support.registry_stand_in import registry_stand_in
from tests.support.signing import sign_in

PUBLIC_SIREN = "338365059"
TOKEN = re.compile(r'name="csrf_token" value="[^"]+"')
PATHS = {
    "/entreprises/ajouter": {"siren": PUBLIC_SIREN},
    "/entreprises/nouvelle": {"siren": PUBLIC_SIREN, "name": "Nom inventé"},
    "/orientations/nouvelle/entreprise": {"siren": PUBLIC_SIREN},
}


@pytest.fixture
def registry(app, monkeypatch):
    """The public search answers."""
    with registry_stand_in() as server:
        settings = dataclasses.replace(app.config["SETTINGS"], registry_url=server.url)
        monkeypatch.setitem(app.config, "SETTINGS", settings)
        yield server


def shown_to_a_newcomer(client, path: str, form: dict[str, str]) -> str:
    """The page of the company for a new seat, without what is drawn for each page."""
    member = make_member()
    sign_in(client, member)
    client.post(path, data=form)
    with seeding() as session:
        session.expire_all()
        company = session.scalars(select(Company).where(Company.siren == PUBLIC_SIREN)).one()
        told = select(JournalEvent.action, JournalEvent.details)
        events = session.execute(told.where(JournalEvent.user_id == member.user_id)).all()
    page = client.get(f"/entreprises/{company.id}").text
    return page.replace(str(company.id), "ID") + str(events)


@pytest.mark.parametrize("path", PATHS)
def test_a_number_shows_the_same_whether_or_not_others_wrote_it(client, registry, path):
    fresh = shown_to_a_newcomer(client, path, PATHS[path])
    with seeding() as session:
        old = {"name": "Nom tapé par d’autres", "address": "Ailleurs", "source": "typed"}
        old["checked_at"] = clock.now() - timedelta(days=40)
        session.execute(update(Company).values(**old))
    known = shown_to_a_newcomer(client, path, PATHS[path])
    assert "Nom tapé" not in known and "Ailleurs" not in known
    headings = [
        re.findall(r"<h1.*?</h1>|<dd.*?</dd>|rl-help.*?</p>", one) for one in (fresh, known)
    ]
    assert headings[0] == headings[1]
    assert fresh.split("</html>")[1] == known.split("</html>")[1]


@pytest.mark.parametrize("path", ["/entreprises", "/orientations/nouvelle"])
@pytest.mark.parametrize(
    "asked", [{"q": PUBLIC_SIREN}, {"q": "besoin de toit"}, {"q": "aga", "annuaire": "oui"}]
)
def test_a_search_answers_the_same_whether_or_not_others_know(client, registry, path, asked):
    sign_in(client, make_member())
    before = client.get(path, query_string=asked).text
    others = Seat(id=make_member().seat_id)
    for siren, name in ((PUBLIC_SIREN, "Besoin de Toit"), ("981407265", "AGA")):
        make_company(others, name, siren=siren)
    after = client.get(path, query_string=asked).text
    assert TOKEN.sub("", after) == TOKEN.sub("", before)


def test_a_number_is_neither_given_nor_taken_by_correcting(client, app):
    member = make_member()
    own = make_company(Seat(id=member.seat_id), siren=None)
    others = make_company(Seat(id=make_member().seat_id))
    numbered = make_company(Seat(id=member.seat_id))
    sign_in(client, member)
    form = {"name": "Autre nom", "legal_form": "", "headcount_band": ""}
    for siren in (others.siren, next_siren()):
        answer = client.post(f"/entreprises/{own.id}/modifier", data={**form, "siren": siren})
        assert answer.status_code == 302
    assert client.post(f"/entreprises/{numbered.id}/modifier", data=form).status_code == 302
    with seeding() as session:
        session.expire_all()
        assert session.get_one(Company, own.id).siren is None
        assert session.get_one(Company, numbered.id).siren == numbered.siren


def test_what_the_registry_says_is_not_corrected_by_hand(client, app):
    member = make_member()
    company = make_company(Seat(id=member.seat_id), source=CompanySource.REGISTRY)
    sign_in(client, member)
    assert client.get(f"/entreprises/{company.id}/modifier").status_code == 403
    assert "/modifier" not in client.get(f"/entreprises/{company.id}").text
    actor = actor_of(member)
    with acting_as(actor), pytest.raises(CompanyIsPublic):
        commands.correct_company(company, CompanyFacts(name="Détournée"), by=actor)


def test_a_creditor_does_not_change_where_consent_links_go(client, app):
    adviser = make_member()
    bank = make_seat(make_organisation("Banque Exemple", OrganisationKind.BANK), Side.RECOVERY)
    creditor = make_member(bank)
    person = make_person(Seat(id=adviser.seat_id))
    case = make_case(adviser, person=person)
    make_participation(case, creditor, make_basis(case, [bank], adviser))
    sign_in(client, creditor)
    assert client.get(f"/personnes/{person.id}").status_code == 200
    path, form = f"/personnes/{person.id}/modifier", {"family_name": "X", "email": "x@y.fr"}
    assert client.post(path, data=form).status_code == 403
    with acting_as(actor_of(creditor)) as session:
        try:
            done = session.execute(update(Person).values(email="x@y.fr"))
            assert done.rowcount == 0
        except DBAPIError as error:
            assert "row-level security" in str(error)
    own = make_person(bank)
    assert client.get(f"/personnes/{own.id}/modifier").status_code == 200


@pytest.mark.parametrize(
    ("path", "action"),
    [
        ("/dossiers/export.csv", "cases.exported"),
        ("/orientations/export.csv", "referrals.exported"),
        ("/entreprises/export.csv", "companies.exported"),
        ("/journal.csv", "journal.exported"),
        ("/annuaire/export.csv", "directory.exported"),
    ],
)
def test_exports_ask_for_the_password_and_are_journalled(client, app, path, action):
    member = make_member(role="auditor" if "journal" in path else "adviser")
    sign_in(client, member)
    assert client.get(path).mimetype == "text/csv"
    with seeding() as session:
        events = select(JournalEvent.action).where(JournalEvent.action == action)
        assert session.scalars(events).all() == [action]
        earlier = clock.now() - timedelta(minutes=16)
        session.execute(update(MemberSession).values(fresh_at=earlier))
    again = client.get(path)
    assert again.status_code == 302 and again.location.startswith("/confirmer?next=")
