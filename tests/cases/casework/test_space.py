"""« Mon espace »: who helps, what each reads, who opened what, each agreement with its end."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app import clock
from app.journal import JournalEvent
from app.links import Link, LinkPurpose
from cases.casework.enums import READINGS, Section
from cases.casework.models import LegalBasis, Participation
from cases.referrals.models import Referral
from partners.organisations.models import Organisation, Seat
from partners.people.models import UserAccount
from tests.factories.casework import make_basis, make_case, make_participation
from tests.factories.links import make_link
from tests.factories.organisations import make_organisation, make_seat
from tests.factories.people import make_member
from tests.factories.world import World, make_world
from tests.support.acting import seeding
from tests.support.counting import recorded_statements


@pytest.fixture
def world(app) -> World:
    return make_world()


@pytest.fixture
def path(world) -> str:
    """The page of the world's agreement."""
    return f"/accord/{make_link(LinkPurpose.CONSENT, world.basis.id)}"


def name_of(member) -> str:
    with seeding() as session:
        return session.get_one(UserAccount, member.user_id).full_name


def test_it_says_who_helps_since_when_why_and_what_each_reads(client, world, path):
    with seeding() as session:
        session.get_one(Organisation, world.urssaf.id).phone = "0556000000"
        part = select(Participation).where(Participation.seat_id == world.partner.seat_id)
        session.scalars(part).one().sections = [Section.IDENTITY.value]
    page = client.get(path)
    assert page.status_code == 200 and "Menuiserie Exemple" in page.text
    assert "A ouvert votre dossier" in page.text
    assert "Vous avez donné votre accord le" in page.text
    assert page.text.count("Documents (non)") == page.text.count("Chiffres") - 2
    assert 'href="tel:0556000000"' in page.text
    assert "Mon espace" in page.text and "Je confirme mon accord" not in page.text


def test_a_permission_of_the_law_is_shown_with_its_article(client, world, path):
    social = make_member(make_seat(make_organisation("MSA Exemple")))
    basis = make_basis(
        world.case,
        [Seat(id=social.seat_id)],
        world.adviser,
        kind="permission",
        mode=None,
        permission="social_bodies_exchange",
    )
    make_participation(world.case, social, basis)
    assert "CSS L. 114-12" in client.get(path).text


def test_an_agreement_of_somebody_else_is_not_named(client, world, path):
    other = make_member(make_seat(make_organisation("Banque Exemple")))
    basis = make_basis(
        world.case, [Seat(id=other.seat_id)], world.adviser, given_by="Associée Discrète"
    )
    make_participation(world.case, other, basis)
    page = client.get(path).text
    assert "Banque Exemple" in page and "Un accord a été donné" in page
    assert "Associée Discrète" not in page


def test_who_opened_what_is_told_without_anybody_s_name(client, world, path):
    page = client.get(path).text
    assert "conseiller·ère, a ouvert le dossier" in page
    assert name_of(world.adviser) not in page and name_of(world.partner) not in page
    assert "ou quelqu’un qui a votre lien" not in page
    assert "ou quelqu’un qui a votre lien" in client.get(path).text


def test_what_a_partner_opened_by_its_answer_link_is_told_too(client, world, path):
    answer = f"/reponse/{make_link(LinkPurpose.ANSWER, world.waiting.id)}"
    assert client.get(answer).status_code == 200
    with seeding() as session:
        seat = session.get_one(Seat, world.pending.seat_id)
        partner = session.get_one(Organisation, seat.organisation_id).name
    told = f"<strong>{partner}</strong>, a ouvert une fiche de liaison"
    assert told in client.get(path).text
    with seeding() as session:
        session.execute(update(Referral).values(subject="health"))
    assert told not in client.get(path).text


def test_reading_leaves_its_event_alone(client, world, path):
    client.get(path)
    with seeding() as session:
        event = select(JournalEvent).where(JournalEvent.action == "space.read")
        one = session.scalars(event).one()
    assert (one.principal, one.object_id, one.case_id) == ("link", world.basis.id, world.case.id)


def test_what_partners_wrote_for_the_person_is_read_and_nothing_else(client, world, path):
    said = {
        world.accepted.id: {"decline_text": "Bon courage.", "can_entrepreneur_read": True},
        world.waiting.id: {"decline_text": "Entre nous.", "can_entrepreneur_read": False},
    }
    with seeding() as session:
        for referral_id, values in said.items():
            declined = {"state": "declined", "decline_code": "other", "answered_at": clock.now()}
            statement = update(Referral).where(Referral.id == referral_id)
            session.execute(statement.values(**declined, **values))
    page = client.get(path).text
    assert "Bon courage." in page and "Entre nous." not in page
    with seeding() as session:
        session.execute(update(Referral).values(subject="health"))
    assert "Bon courage." not in client.get(path).text


def test_its_address_is_kept_to_itself(client, path):
    headers = client.get(path).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "same-origin"


def read_often(world: World, days: int) -> None:
    with seeding() as session:
        for day in range(days):
            session.add(
                JournalEvent(
                    at=clock.now() - timedelta(days=day + 1),
                    principal="member",
                    user_id=world.adviser.user_id,
                    seat_id=world.adviser.seat_id,
                    action="case.read",
                    object_type="case_file",
                    object_id=world.case.id,
                    case_id=world.case.id,
                )
            )


def test_openings_are_paged(client, world, path):
    read_often(world, 24)
    first, last = client.get(path).text, client.get(f"{path}?page=3").text
    assert "Page 1 sur 3" in first and "Plus anciennes" in first and "Plus récentes" not in first
    assert "Page 3 sur 3" in last and "Plus anciennes" not in last
    assert "Page 1 sur 3" in client.get(f"{path}?page=40").text
    assert client.get(f"{path}?page=abc").status_code == 200


def test_the_page_asks_as_much_for_one_as_for_many(client, world, path):
    def statements() -> list[str]:
        with recorded_statements() as found:
            assert client.get(path).status_code == 200
        return found

    client.get(path)
    few = statements()
    read_often(world, 20)
    for _ in range(6):
        other = make_member(make_seat())
        basis = make_basis(world.case, [Seat(id=other.seat_id)], world.adviser)
        make_participation(world.case, other, basis)
    many = statements()
    assert len(few) == len(many) == 14, many


def test_before_it_is_confirmed_the_page_shows_the_agreement_alone(client, world):
    until = clock.now() + timedelta(days=3)
    basis = make_basis(
        world.case,
        [Seat(id=world.pending.seat_id)],
        world.adviser,
        mode="phone",
        valid_until=until,
    )
    path = f"/accord/{make_link(LinkPurpose.CONSENT, basis.id)}"
    page = client.get(path).text
    assert "Je confirme mon accord" in page
    assert "Qui vous aide" not in page and "Qui a ouvert quoi" not in page
    assert client.post(f"{path}/confirmer").status_code == 302
    assert "Qui vous aide" in client.get(path).text


def withdrawn(basis: LegalBasis) -> bool:
    with seeding() as session:
        session.expunge_all()
        found = select(LegalBasis.withdrawn_at).where(LegalBasis.id == basis.id)
        return session.scalars(found).one() is not None


def test_another_agreement_is_withdrawn_and_this_link_stays_good(client, world, path):
    guest = make_member(make_seat(make_organisation("Banque Exemple")))
    other = make_basis(world.case, [Seat(id=guest.seat_id)], world.adviser)
    make_participation(world.case, guest, other)
    assert "Banque Exemple" in client.get(path).text
    answer = client.post(f"{path}/accords/{other.id}/retirer")
    assert answer.status_code == 302 and withdrawn(other) and not withdrawn(world.basis)
    with seeding() as session:
        part = select(Participation).where(Participation.seat_id == guest.seat_id)
        assert session.scalars(part).one().ended_at is not None
    page = client.get(path)
    assert page.status_code == 200 and "Banque Exemple" not in page.text
    assert client.post(f"{path}/accords/{other.id}/retirer").status_code == 404


@pytest.mark.parametrize("whose", ["another person", "health", "another case"])
def test_agreements_of_others_and_of_health_are_neither_shown_nor_withdrawn(
    client, world, path, whose
):
    guest = make_member(make_seat(make_organisation("Confidente Exemple")))
    case = make_case(world.adviser) if whose == "another case" else world.case
    more = {
        "another person": {"given_by": "Associée Discrète"},
        "health": {"sections": [Section.IDENTITY.value, Section.HEALTH.value]},
    }
    basis = make_basis(case, [Seat(id=guest.seat_id)], world.adviser, **more.get(whose, {}))
    assert "Confidente Exemple" not in client.get(path).text
    assert client.post(f"{path}/accords/{basis.id}/retirer").status_code == 404
    assert not withdrawn(basis)


def test_the_last_page_says_what_happens_and_whom_to_ask(client, world, path):
    with seeding() as session:
        session.get_one(Organisation, world.urssaf.id).phone = "0556000000"
    page = client.post(f"{path}/retirer").text
    for words in ("Ce qui reste", "Vos droits, maintenant", "Urssaf Exemple", "0556000000", "CNIL"):
        assert words in page
    with seeding() as session:
        links = select(Link.revoked_at).where(Link.object_id == world.basis.id)
        assert session.scalars(links).one() is not None


def test_the_lead_sees_that_the_person_opened_their_page(client, world, path):
    from tests.support.signing import sign_in

    client.get(path)
    sign_in(client, world.adviser)
    page = client.get(f"/dossiers/{world.case.id}/partage").text
    assert "L’entrepreneur, par son lien" in page and "l’espace de l’entrepreneur" in page


def test_what_the_database_tells_is_what_the_page_can_say(app, world):
    """The list of readings is written twice: in the function of the database, and as words."""
    with seeding() as session:
        source = session.connection().exec_driver_sql(
            "SELECT prosrc FROM pg_proc WHERE proname = 'space_openings'"
        )
        text = source.scalar_one()
    assert [action for action in READINGS if f"'{action}'" not in text] == []
    assert text.count(".read'") + text.count("sheet.") == len(READINGS)
