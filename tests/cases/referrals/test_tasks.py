"""Messages and documents: told once, to those who answer, without a name; undone means untold."""

import pytest
from flask import current_app
from sqlalchemy import select, update

from app import clock, delivery
from app.actors import SYSTEM
from app.jobs import JOBS, NoLongerDue, Outbox
from app.mail import list_kept
from app.notices import Notice
from cases.referrals import commands
from cases.referrals.enums import DeclineCode
from cases.referrals.models import Printout, Referral, ReferralSheet
from cases.referrals.queries.referrals import get_referral
from partners.organisations.enums import Subject
from partners.organisations.models import Seat
from partners.people.models import Absence, Membership, UserAccount
from tests.cases.referrals.story import Story, make_story
from tests.factories.people import make_member
from tests.support.acting import act_as_member, acting_as, seeding


@pytest.fixture
def story(app) -> Story:
    return make_story()


def waiting(kind: str) -> Outbox:
    """The one row of this kind that waits."""
    with seeding() as session:
        session.expunge_all()
        named = Outbox.kind == f"cases.referrals.{kind}"
        return session.scalars(select(Outbox).where(named, Outbox.status == "pending")).one()


def run(kind: str) -> None:
    """Run the job of the one row of this kind, as the worker does."""
    row = waiting(kind)
    with acting_as(SYSTEM):
        JOBS[row.kind].run(row)


def notices() -> list[Notice]:
    with seeding() as session:
        return list(session.scalars(select(Notice).order_by(Notice.id)))


def mailed() -> set[str]:
    """Names of those to whom a mail was asked for."""
    with seeding() as session:
        ids = session.scalars(
            select(Outbox.payload["membership_id"].astext).where(
                Outbox.kind.endswith("mail_member")
            )
        ).all()
        return set(
            session.scalars(
                select(UserAccount.full_name).join(Membership).where(Membership.id.in_(ids))
            )
        )


def test_the_receiver_is_told_once_and_nobody_is_named(story: Story) -> None:
    sent = story.send()
    run("tell_receiver")
    with seeding() as session:
        session.execute(
            update(Outbox).where(Outbox.kind.endswith("mail_member")).values(status="sent")
        )
    [notice] = notices()
    assert notice.seat_id == story.partner.seat_id
    assert notice.text == "Urssaf Exemple vous adresse une orientation."
    assert notice.path == f"/orientations/{sent.id}"
    assert len(mailed()) == 2


def test_a_mail_says_nothing_of_the_case(story: Story) -> None:
    story.send()
    run("tell_receiver")
    with seeding() as session:
        row = session.scalars(select(Outbox).where(Outbox.kind.endswith("mail_member"))).first()
    with acting_as(SYSTEM):
        JOBS[row.kind].run(row)
    _, mail = list_kept(current_app.config["SETTINGS"])[0]
    assert mail["Subject"] == "Une orientation vous attend"
    said = mail.as_string() + mail.get_content()
    assert "Menuiserie" not in said and "Exemple SARL" not in said and "/orientations/" in said


def test_the_answer_goes_to_whoever_sent(story: Story) -> None:
    sent = story.send()
    referral, actor = story.opened_by(story.partner, sent)
    with acting_as(actor):
        commands.accept_referral(referral, by=actor)
    run("tell_answer")
    [notice] = notices()
    assert notice.seat_id == story.adviser.seat_id
    assert notice.text == "Entraide Exemple a accepté votre orientation."
    with seeding() as session:
        name = session.get(UserAccount, story.adviser.user_id).full_name
    assert mailed() == {name}


@pytest.mark.parametrize("is_chosen", [True, False])
def test_the_entrepreneur_reads_a_decline_when_the_partner_chose_so(
    story: Story, is_chosen: bool
) -> None:
    sent = story.send()
    referral, actor = story.opened_by(story.partner, sent)
    with acting_as(actor):
        commands.decline_referral(
            referral,
            code=DeclineCode.NO_CAPACITY,
            text="Nous sommes complets.",
            can_entrepreneur_read=is_chosen,
            by=actor,
        )
    with seeding() as session:
        kinds = set(session.scalars(select(Outbox.kind)))
    assert ("cases.referrals.tell_entrepreneur" in kinds) is is_chosen
    if is_chosen:
        run("tell_entrepreneur")
        _, mail = list_kept(current_app.config["SETTINGS"])[0]
        assert mail["To"] == "dominique@exemple.test"
        assert "Nous sommes complets." in mail.get_content()


def test_the_answer_goes_to_the_deputy_of_whoever_is_away(story: Story) -> None:
    sent, deputy = story.send(), make_member(Seat(id=story.adviser.seat_id))
    with seeding() as session:
        today = clock.today()
        away = {"membership_id": story.adviser.id, "starts_on": today, "ends_on": today}
        session.add(Absence(**away, deputy_id=deputy.id))
        name = session.get(UserAccount, deputy.user_id).full_name
    referral, actor = story.opened_by(story.partner, sent)
    with acting_as(actor):
        commands.accept_referral(referral, by=actor)
    run("tell_answer")
    assert mailed() == {name}


def test_an_undone_step_is_not_told(story: Story) -> None:
    sent = story.send()
    row = waiting("tell_receiver")
    referral, actor = story.opened_by(story.adviser, sent)
    with acting_as(actor):
        commands.undo_last_step(referral, by=actor)
    with acting_as(SYSTEM), pytest.raises(NoLongerDue):
        JOBS[row.kind].run(row)
    assert notices() == []


def test_a_member_who_left_gets_no_mail(story: Story) -> None:
    story.send()
    run("tell_receiver")
    with seeding() as session:
        row = session.scalars(select(Outbox).where(Outbox.kind.endswith("mail_member"))).first()
        session.execute(update(UserAccount).values(is_active=False))
        session.expunge_all()
    with acting_as(SYSTEM), pytest.raises(NoLongerDue):
        JOBS[row.kind].run(row)


def test_a_request_is_told_to_the_lead_or_to_nobody(story: Story) -> None:
    from cases.companies.models import Company

    with seeding() as session:
        siren = session.get(Company, story.case.company_id).siren
    actor = act_as_member(story.stranger)
    with acting_as(actor):
        commands.request_access("Menuiserie", siren, Subject.BANK, "Nous l’aidons.", by=actor)
    run("tell_lead_of_request")
    assert [one.seat_id for one in notices()] == [story.adviser.seat_id]
    with seeding() as session:
        session.execute(update(Outbox).values(status="sent"))
    act_as_member(story.stranger)
    with acting_as(actor):
        commands.request_access("Autre", "443061841", Subject.BANK, "Nous l’aidons.", by=actor)
    with pytest.raises(NoLongerDue):
        run("tell_lead_of_request")


@pytest.mark.commits
def test_the_document_holds_what_its_asker_may_read(committed_app) -> None:
    story = make_story()
    sent = story.send()
    printout = _asked(story, sent)
    assert _deliver("print_sheet") == "sent"
    with seeding() as session:
        made = session.get(Printout, printout.id, populate_existing=True)
    assert (made.status, made.progress) == ("ready", 100)
    assert made.content.startswith(b"%PDF")


def test_documents_are_kept_for_a_day(story: Story) -> None:
    kept, old = _asked(story, story.send()), _asked(story, story.send(to=story.rival), story.rival)
    with seeding() as session:
        session.get(Printout, old.id).expires_at = clock.now()
    with acting_as(SYSTEM):
        assert commands.forget_printouts() == 1
    with seeding() as session:
        assert session.scalars(select(Printout.id)).all() == [kept.id]


@pytest.mark.commits
def test_no_document_once_the_sheet_is_closed(committed_app) -> None:
    story = make_story()
    sent = story.send()
    printout = _asked(story, sent)
    referral, actor = story.opened_by(story.adviser, sent)
    with acting_as(actor):
        commands.revoke_referral(referral, by=actor)
    assert _deliver("print_sheet") == "cancelled"
    with seeding() as session:
        assert session.get(Printout, printout.id, populate_existing=True).content is None


def test_the_printed_template_shows_the_sheet_only(story: Story) -> None:
    sent = story.send()
    with seeding() as session:
        sheet = session.get(ReferralSheet, sent.id)
        sheet.content = {"identity": [["Entreprise", "Menuiserie Exemple"]]}
    actor = act_as_member(story.partner)
    referral = get_referral(sent.id, actor)
    from datetime import UTC, datetime

    from flask import render_template

    page = render_template(
        "cases/referrals/sheet_print.html",
        referral=referral,
        sheet=referral.sheet,
        labels={"identity": "Identité", "situation": "Situation"},
        made_at=datetime(2026, 11, 23, 10, 0, tzinfo=UTC),
    )
    assert "Menuiserie Exemple" in page
    assert "Trésorerie tendue" not in page and "Merci de rappeler" not in page


def _asked(story: Story, sent: Referral, member: Membership | None = None) -> Printout:
    referral, actor = story.opened_by(member or story.partner, sent)
    with acting_as(actor):
        return commands.ask_printout(referral, by=actor)


def _deliver(kind: str) -> str:
    row = waiting(kind)
    with acting_as(SYSTEM) as session:
        session.execute(update(Outbox).where(Outbox.id == row.id).values(status="sending"))
    session.info["actor"] = SYSTEM
    return delivery.deliver(row.id)
