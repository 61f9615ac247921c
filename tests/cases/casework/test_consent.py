"""The entrepreneur's page by link: reading changes nothing, confirming and withdrawing do."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app import clock
from app.actors import SYSTEM
from app.jobs import JOBS, NoLongerDue, Outbox
from app.links import Link, LinkPurpose, issue_link
from cases.casework.enums import AgreementMode
from cases.casework.models import LegalBasis, Participation
from partners.organisations.models import Seat
from tests.factories.casework import make_basis
from tests.factories.world import World, make_world
from tests.support.acting import acting_as, seeding


@pytest.fixture
def world(app) -> World:
    return make_world()


@pytest.fixture
def basis(world) -> LegalBasis:
    return make_basis(
        world.case,
        [Seat(id=world.pending.seat_id)],
        world.adviser,
        mode=AgreementMode.PHONE,
        valid_until=clock.now() + timedelta(days=8),
    )


def link_of(basis: LegalBasis) -> str:
    with seeding():
        link, token = issue_link(LinkPurpose.CONSENT, basis.id, by=SYSTEM)
        link.seat_id = basis.recorded_seat_id
    return f"/accord/{token}"


def now_of(basis: LegalBasis) -> LegalBasis:
    with seeding() as session:
        session.expunge_all()
        return session.scalars(select(LegalBasis).where(LegalBasis.id == basis.id)).one()


def test_the_page_says_who_and_what_and_changes_nothing(client, basis):
    page = client.get(link_of(basis))
    assert page.status_code == 200
    assert "Menuiserie Exemple" in page.text and "Urssaf Exemple" in page.text
    assert "Identité et coordonnées" in page.text and "Je confirme mon accord" in page.text
    assert now_of(basis).confirmed_at is None


def test_confirming_twice_confirms_once(client, basis):
    path = link_of(basis)
    assert client.post(f"{path}/confirmer").status_code == 302
    first = now_of(basis)
    assert first.confirmed_at is not None and first.valid_until is None
    assert client.post(f"{path}/confirmer").status_code == 302
    assert now_of(basis).confirmed_at == first.confirmed_at
    assert "Vous avez donné votre accord" in client.get(path).text
    with seeding() as session:
        kinds = session.scalars(select(Outbox.kind).where(Outbox.principal == "link")).all()
    assert kinds == ["cases.casework.tell_agreement_confirmed"]


def test_withdrawing_ends_the_link_too(client, world):
    path = link_of(world.basis)
    answer = client.post(f"{path}/retirer")
    assert answer.status_code == 200 and "Votre accord est retiré" in answer.text
    with seeding() as session:
        rested = select(Participation).where(Participation.basis_id == world.basis.id)
        assert session.scalars(rested).one().ended_at is not None
    for page in (client.get(path), client.post(f"{path}/retirer")):
        assert page.status_code == 410
        assert "Ce lien n’est plus valable" in page.text


def test_an_altered_or_expired_link_opens_nothing(client, basis):
    path = link_of(basis)
    assert client.get(path + "x").status_code == 410
    with seeding() as session:
        session.scalars(
            select(Link).where(Link.object_id == basis.id)
        ).one().expires_at = clock.now()
    assert client.get(path).status_code == 410


def test_a_lapsed_agreement_is_not_confirmed(client, basis):
    path = link_of(basis)
    with seeding() as session:
        session.get(LegalBasis, basis.id).valid_until = clock.now() - timedelta(minutes=1)
    assert client.post(f"{path}/confirmer").status_code == 409
    assert "Cet accord a pris fin" in client.get(path).text


def ask_again(client, basis: LegalBasis) -> Outbox:
    """The bearer of an expired link asks for another; what the worker is asked."""
    path = link_of(basis)
    with seeding() as session:
        mine = update(Link).where(Link.object_id == basis.id)
        session.execute(mine.values(expires_at=clock.now()))
    page = client.get(path)
    assert page.status_code == 410 and "Recevoir un nouveau lien" in page.text
    page = client.post(f"{path}/nouveau-lien")
    assert page.status_code == 200 and "d@exemple.test" not in page.text
    with seeding() as session:
        return session.scalars(select(Outbox).where(Outbox.principal == "anonymous")).one()


@pytest.mark.parametrize("is_in_force", [True, False])
def test_an_expired_link_gives_another_while_the_agreement_holds(
    client, basis, monkeypatch, is_in_force
):
    sent = []
    monkeypatch.setattr(
        "cases.casework.tasks.send_mail", lambda *mail, message_id: sent.append(mail[0])
    )
    with seeding() as session:
        kept = session.get(LegalBasis, basis.id)
        kept.sent_to = "d@exemple.test"
        kept.withdrawn_at = None if is_in_force else clock.now()
    row = ask_again(client, basis)
    if is_in_force:
        with acting_as(SYSTEM):
            JOBS[row.kind].run(row)
    else:
        with acting_as(SYSTEM), pytest.raises(NoLongerDue):
            JOBS[row.kind].run(row)
    assert sent == (["d@exemple.test"] if is_in_force else [])


def test_asking_again_tells_nothing_of_an_unknown_token(client, basis):
    known = client.post(f"{link_of(basis)}/nouveau-lien")
    unknown = client.post("/accord/rien/nouveau-lien")
    assert (known.status_code, known.data) == (unknown.status_code, unknown.data)
