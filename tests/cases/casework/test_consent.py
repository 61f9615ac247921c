"""The entrepreneur's page by link: reading changes nothing, confirming and withdrawing do."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.actors import SYSTEM
from app.jobs import Outbox
from app.links import LinkPurpose, issue_link
from cases.casework.enums import AgreementMode
from cases.casework.models import LegalBasis, Participation
from partners.organisations.models import Seat
from tests.factories.casework import make_basis
from tests.factories.world import World, make_world
from tests.support.acting import seeding


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
        from app.links import Link

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
