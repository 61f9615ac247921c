"""The creditor firewall around referrals: what a recovery seat is sent, and may never do."""

from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from app import journal
from app.actors import Side
from app.db import db
from app.errors import NotAllowed
from app.journal import JournalEvent
from cases.casework.commands import open_case
from cases.casework.enums import Audience, Phase
from cases.casework.models import Assessment, CaseFile
from cases.casework.queries import latest_assessment_for
from cases.referrals.enums import ReferralKind
from cases.referrals.errors import RecoveryNeverLeads
from cases.referrals.models import Need, Referral, ReferralSheet
from partners.organisations.enums import OrganisationKind, Subject
from partners.organisations.models import Seat
from partners.people.models import Membership
from tests.cases.referrals.story import Story, make_story
from tests.factories.casework import make_basis, make_case
from tests.factories.companies import make_company
from tests.factories.organisations import make_organisation, make_seat
from tests.factories.people import make_member
from tests.factories.referrals import make_need, make_referral
from tests.support.acting import acting_as, actor_of, seeding
from tests.support.pages import InspectingClient
from tests.support.signing import sign_in


@pytest.fixture
def story(app) -> Story:
    return make_story()


def creditor_of(story: Story) -> Membership:
    """A recovery seat that the entrepreneur agreed to; figures of the aid side only."""
    seat = make_seat(make_organisation("Banque Exemple", OrganisationKind.BANK), Side.RECOVERY)
    story.basis = make_basis(story.case, [seat], story.adviser, sections=["identity", "situation"])
    with seeding() as session:
        session.get_one(Need, story.need.id).description = "Loyer impayé, divorce en cours."
        aid = {"case_id": story.case.id, "seat_id": story.adviser.seat_id}
        session.add(Assessment(**aid, audience=Audience.AID, done_on=date(2026, 1, 5)))
    return make_member(seat)


def test_a_recovery_seat_is_not_sent_what_the_aid_side_wrote(story: Story) -> None:
    sent = story.send(to=creditor_of(story))
    with seeding() as session:
        content = str(session.get_one(ReferralSheet, sent.id).content)
    assert "Merci de rappeler" in content
    assert "divorce" not in content
    actor = actor_of(story.adviser)
    with acting_as(actor):
        assert latest_assessment_for(Side.AID, story.case.id, actor) is not None
        assert latest_assessment_for(Side.RECOVERY, story.case.id, actor) is None


def test_the_page_says_that_recovery_reads(story: Story, client: InspectingClient) -> None:
    creditor = creditor_of(story)
    sign_in(client, story.adviser)
    page = client.get(f"/besoins/{story.need.id}/envoi?vers={creditor.seat_id}").text
    assert "Le recouvrement lit aussi." in page and "Banque Exemple (recouvrement)" in page
    assert "Pas par le recouvrement" not in page and "divorce" not in page


def test_a_recovery_seat_never_leads(story: Story) -> None:
    with pytest.raises(RecoveryNeverLeads):
        story.send(ReferralKind.HANDOVER, to=creditor_of(story))


def test_the_second_lock_refuses_a_handover_to_recovery(story: Story) -> None:
    creditor = creditor_of(story)
    sent = story.send(to=creditor)
    with seeding() as session:
        row = {c.name: getattr(session.get_one(Referral, sent.id), c.name) for c in COLUMNS}
    forged = row | {"id": story.case.id, "kind": "handover", "client_key": "forged"}
    with pytest.raises(DBAPIError, match="row-level"), acting_as(actor_of(story.adviser)) as s:
        s.execute(Referral.__table__.insert().values(forged))


COLUMNS = [one for one in Referral.__table__.columns if one.computed is None]


@pytest.mark.parametrize("is_followed", [True, False])
def test_the_recovery_side_learns_nothing_by_opening_a_case(
    story: Story, client: InspectingClient, is_followed: bool
) -> None:
    creditor = creditor_of(story)
    company = make_company(Seat(id=creditor.seat_id))
    if is_followed:
        with seeding() as session:
            session.get_one(CaseFile, story.case.id).company_id = company.id
    with acting_as(actor_of(creditor)) as session:
        assert session.scalar(select(func.open_case_answer(company.id, None))) == "free"
        with pytest.raises(NotAllowed):
            open_case(company, None, Phase.DIFFICULTY, by=actor_of(creditor))
    sign_in(client, creditor)
    for path in ("/dossiers/nouveau", "/orientations/nouvelle/besoin"):
        for answer in (client.get, client.post):
            assert answer(f"{path}?entreprise={company.id}").status_code == 403
    with seeding() as session:
        assert session.scalar(select(func.count()).select_from(CaseFile)) == 1


@pytest.mark.parametrize("subject", [Subject.HEALTH, Subject.CASH_FLOW])
def test_the_journal_tells_the_lead_nothing_of_a_sealed_referral(app, subject: Subject) -> None:
    story = make_story(subject, "health_support")
    sender = story.colleague
    need = make_need(story.case, sender, subject)
    referral = make_referral(need, sender, Seat(id=story.rival.seat_id), story.basis)
    actor = actor_of(story.rival)
    with acting_as(actor):
        journal.record(db.session.get_one(Referral, referral.id), "referral.read", by=actor)
    with acting_as(actor_of(story.adviser)) as session:
        seen = select(JournalEvent.id).where(JournalEvent.action == "referral.read")
        assert bool(session.scalars(seen).all()) == (subject is not Subject.HEALTH)


def test_a_referral_of_others_is_not_continued(story: Story, client: InspectingClient) -> None:
    theirs, seat = make_case(story.stranger), Seat(id=story.rival.seat_id)
    need, basis = make_need(theirs, story.stranger), make_basis(theirs, [seat], story.stranger)
    foreign = make_referral(need, story.stranger, seat, basis)
    sign_in(client, story.adviser)
    path = f"/besoins/{story.need.id}/envoi?suite={foreign.id}"
    data = {"vers": str(story.partner.seat_id), "client_key": "k", "message": "Merci."}
    data |= {"sections": "identity", "given_by": "Dominique", "mode": "writing"}
    assert client.post(path, data=data).status_code == 302
    with seeding() as session:
        sent = session.scalars(select(Referral).where(Referral.need_id == story.need.id)).one()
        assert sent.redirected_from_id is None
