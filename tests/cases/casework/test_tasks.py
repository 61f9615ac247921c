"""What leaves after a case changed."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.actors import SYSTEM
from app.jobs import JOBS, NoLongerDue, Outbox
from app.links import Link
from app.notices import Notice
from cases.casework.enums import AgreementMode
from cases.casework.models import LegalBasis
from partners.organisations.models import Seat
from tests.factories.casework import make_basis
from tests.factories.world import World, make_world
from tests.support.acting import acting_as, seeding


@pytest.fixture
def world(app) -> World:
    return make_world()


@pytest.fixture
def basis(world) -> LegalBasis:
    until = clock.now() + timedelta(days=8)
    seats = [Seat(id=world.pending.seat_id)]
    more = {"mode": AgreementMode.PHONE, "valid_until": until, "sent_to": "d@exemple.test"}
    return make_basis(world.case, seats, world.adviser, **more)


def run(kind: str, basis: LegalBasis) -> None:
    row = Outbox(
        kind=kind,
        dedupe_key=f"{kind}:{basis.id}",
        payload={"agreement_id": str(basis.id)},
        principal=SYSTEM.kind,
        available_at=clock.now(),
    )
    with acting_as(SYSTEM) as session:
        session.add(row)
        session.flush()
        JOBS[kind].run(row)


def test_no_link_leaves_once_the_address_was_forgotten(basis):
    """An anonymised case keeps its agreements without a word; an old link may still ask anew."""
    with seeding() as session:
        kept = session.get_one(LegalBasis, basis.id)
        kept.sent_to, kept.valid_until = "", None
    with pytest.raises(NoLongerDue):
        run("cases.casework.send_consent_link", basis)


def test_the_link_is_made_when_the_mail_leaves_and_names_no_company(basis, monkeypatch):
    sent = []
    monkeypatch.setattr(
        "cases.casework.tasks.send_mail", lambda *mail, message_id: sent.append(mail)
    )
    run("cases.casework.send_consent_link", basis)
    [(to, subject, text)] = sent
    assert to == "d@exemple.test" and "/accord/" in text
    assert "Menuiserie" not in subject + text
    with acting_as(SYSTEM) as session:
        link = session.scalars(select(Link).where(Link.object_id == basis.id)).one()
    assert link.seat_id == basis.recorded_seat_id


def test_no_link_for_an_agreement_that_ended(basis):
    with acting_as(SYSTEM) as session:
        session.get(LegalBasis, basis.id).withdrawn_at = clock.now()
    with pytest.raises(NoLongerDue):
        run("cases.casework.send_consent_link", basis)


@pytest.mark.parametrize("kind", ["tell_agreement_confirmed", "tell_agreement_withdrawn"])
def test_the_lead_is_told_once(world, basis, kind):
    run(f"cases.casework.{kind}", basis)
    with acting_as(SYSTEM) as session:
        told = session.scalars(select(Notice).where(Notice.subject_id == basis.id)).all()
    assert [one.seat_id for one in told] == [world.adviser.seat_id]
    assert "Menuiserie" not in told[0].text
