"""The pages of an answer link: read, answer, undo, what was answered, links that open nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from app import clock
from app.jobs import Outbox
from app.journal import JournalEvent
from app.links import Link, LinkPurpose, hash_token
from cases.casework.models import CaseFile
from cases.referrals.enums import ReferralKind
from cases.referrals.enums import ReferralState as S
from cases.referrals.models import Referral, ReferralStep
from partners.organisations.enums import Subject
from partners.organisations.models import Organisation, Seat
from partners.people.models import UserAccount
from tests.cases.referrals import linked
from tests.cases.referrals.linked import WHO, story_with_link
from tests.cases.referrals.story import Story, make_story
from tests.factories.links import make_link
from tests.factories.organisations import make_service, make_unit
from tests.support.acting import seeding
from tests.support.pages import InspectingClient
from tests.support.signing import sign_in

DECLINED = {**WHO, "code": "no_capacity", "text": "Nous sommes complets.", "function": "trésorier"}


@pytest.fixture
def told(app) -> tuple[Story, Referral, str]:
    return story_with_link()


def now_of(sent: Referral) -> Referral:
    with seeding() as session:
        session.expunge_all()
        return session.get_one(Referral, sent.id)


def plain(page) -> str:
    """The page, its no-break spaces as plain ones."""
    return page.text.replace("\u00a0", " ")


def count(model: type) -> int:
    with seeding() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_the_page_shows_the_sheet_and_nothing_else_of_the_case(told, client) -> None:
    story, _sent, token = told
    page = client.get(f"/reponse/{token}")
    assert page.status_code == 200
    with seeding() as session:
        reference = session.get_one(CaseFile, story.case.id).reference
        names = [u.full_name for u in session.scalars(select(UserAccount))]
        sender = session.get_one(UserAccount, story.adviser.user_id).full_name
    for said in ("Menuiserie Exemple", "Merci de rappeler", "Urssaf Exemple", "Trésorerie", sender):
        assert said in page.text
    assert "Ce lien vit jusqu’au" in page.text and "Réponse attendue" in page.text
    assert reference not in page.text
    assert [name for name in names if name != sender and name in page.text] == []


def test_opening_changes_nothing_but_seen(told, client) -> None:
    story, sent, token = told
    before = count(Outbox), count(JournalEvent)
    client.get(f"/reponse/{token}")
    row = now_of(sent)
    assert (row.state, row.answered_at) == (S.SEEN, None)
    assert (count(Outbox), count(JournalEvent)) == (before[0], before[1] + 1)
    for path in ("decliner", "reorienter"):
        client.get(f"/reponse/{token}/{path}")
    assert count(JournalEvent) == before[1] + 1
    sign_in(client, story.adviser)
    page = client.get(f"/orientations/{sent.id}")
    assert "Lue" in page.text and "par le lien de réponse" in page.text


@pytest.mark.parametrize("verb", ["accepter", "annuler", "nouveau-lien"])
def test_nothing_is_done_by_get(told, client, verb: str) -> None:
    _story, sent, token = told
    assert client.get(f"/reponse/{token}/{verb}").status_code == 405
    assert now_of(sent).state is S.SENT


def test_accepting_then_undoing(told, client) -> None:
    story, sent, token = told
    page = client.post(f"/reponse/{token}/accepter", data=WHO)
    assert (page.status_code, page.location) == (302, f"/reponse/{token}")
    assert now_of(sent).state is S.ACCEPTED
    page = client.get(page.location)
    assert "Orientation acceptée" in page.text and "Paule Estran, bénévole" in page.text
    assert "invite ses membres" in page.text and "Annuler (possible une minute)" in page.text
    assert "Menuiserie Exemple" in page.text
    sign_in(client, story.adviser)
    shown = client.get(f"/orientations/{sent.id}")
    assert "répondu par lien : Paule Estran, bénévole" in plain(shown)
    assert "Répondu par lien : Paule Estran, bénévole" in plain(shown)
    assert client.post(f"/reponse/{token}/annuler").status_code == 302
    assert now_of(sent).state is S.SENT
    page = client.get(f"/reponse/{token}")
    assert "Annuler (possible" not in page.text and "Accepter" in page.text


def test_what_is_missing_is_said_at_its_field_and_what_was_typed_is_kept(told, client) -> None:
    _story, sent, token = told
    page = client.post(f"/reponse/{token}/accepter", data={"full_name": "Paule Estran"})
    assert page.status_code == 422
    assert "Écrivez votre fonction" in page.text and 'value="Paule Estran"' in page.text
    page = client.post(f"/reponse/{token}/decliner", data={**DECLINED, "code": ""})
    assert page.status_code == 422
    assert "Choisissez un motif." in page.text and "Nous sommes complets." in page.text
    page = client.post(f"/reponse/{token}/decliner", data={**DECLINED, "full_name": " "})
    assert page.status_code == 422 and "Écrivez votre prénom" in page.text
    page = client.post(f"/reponse/{token}/reorienter", data={**WHO, "reason": "Plus proche."})
    assert page.status_code == 422 and "Choisissez l’organisation" in page.text
    assert "Plus proche." in page.text
    page = client.post(
        f"/reponse/{token}/reorienter", data={**WHO, "reason": "Oui", "seat": "n-est-pas-un-uuid"}
    )
    assert page.status_code == 422 and "Choisissez l’organisation" in page.text
    assert now_of(sent).answered_at is None


def test_declining_closes_the_sheet_and_the_sender_reads_why(told, client) -> None:
    story, sent, token = told
    assert client.post(f"/reponse/{token}/decliner", data=DECLINED).status_code == 302
    page = client.get(f"/reponse/{token}")
    assert "Orientation déclinée : Pas de disponibilité" in plain(page)
    assert "Nous sommes complets." in page.text and "Pas par l’entrepreneur." in page.text
    assert "Menuiserie Exemple" not in page.text
    assert (now_of(sent).state, now_of(sent).can_entrepreneur_read) == (S.DECLINED, False)
    sign_in(client, story.adviser)
    page = client.get(f"/orientations/{sent.id}")
    assert "Nous sommes complets." in page.text
    assert "répondu par lien : Paule Estran, trésorier" in plain(page)


def test_redirecting_proposes_a_ranked_partner(told, client) -> None:
    story, sent, token = told
    with seeding() as session:
        organisation = session.get_one(
            Organisation, session.get_one(Seat, story.rival.seat_id).organisation_id
        )
    make_unit(organisation)
    make_service(organisation, Subject.CASH_FLOW)
    page = client.get(f"/reponse/{token}/reorienter")
    assert "Conseil Exemple" in page.text and "orientation en cours" in page.text
    assert "Urssaf Exemple</label>" not in page.text and "Compagnons</label>" not in page.text
    data = {**WHO, "seat": str(story.rival.seat_id), "reason": "Plus proche."}
    assert client.post(f"/reponse/{token}/reorienter", data=data).status_code == 302
    row = now_of(sent)
    assert (row.state, row.proposed_seat_id) == (S.REDIRECTED, story.rival.seat_id)
    page = client.get(f"/reponse/{token}")
    assert "Autre organisation proposée : Conseil Exemple" in plain(page)
    assert "Menuiserie Exemple" not in page.text


@pytest.mark.parametrize("verb", ["accepter", "decliner", "reorienter"])
def test_a_second_answer_is_refused_in_words(told, client, verb: str) -> None:
    _story, sent, token = told
    client.post(f"/reponse/{token}/accepter", data=WHO)
    page = client.post(f"/reponse/{token}/{verb}", data={"full_name": "Quelqu’un d’autre"})
    assert page.status_code == 409
    assert "Déjà répondu par Paule Estran, aujourd’hui à" in page.text and "acceptée" in page.text
    if verb != "accepter":
        assert client.get(f"/reponse/{token}/{verb}").location == f"/reponse/{token}"
    with seeding() as session:
        answers = select(func.count()).where(ReferralStep.after == "accepted")
        assert session.scalar(answers) == 1
    assert now_of(sent).state is S.ACCEPTED


def test_a_double_click_answers_once(told, client) -> None:
    _story, _sent, token = told
    first = client.post(f"/reponse/{token}/accepter", data=WHO)
    second = client.post(f"/reponse/{token}/accepter", data=WHO)
    assert (first.status_code, second.status_code) == (302, 409)
    with seeding() as session:
        told_once = select(func.count()).where(Outbox.kind.endswith("tell_answer"))
        assert session.scalar(told_once) == 1


def test_once_a_member_answered_the_link_only_shows_it(told, client) -> None:
    _story, sent, token = told
    colleague = linked.make_colleague(sent)
    sign_in(client, colleague)
    client.post(f"/orientations/{sent.id}/accepter")
    client.post(f"/orientations/{sent.id}/premier-contact")
    with seeding() as session:
        name = session.get_one(UserAccount, colleague.user_id).full_name
    page = client.get(f"/reponse/{token}")
    assert "Orientation acceptée" in page.text and "un membre de votre structure" in page.text
    assert name not in page.text
    assert f"/reponse/{token}/" not in page.text, "nothing is left to be done by the link"
    page = client.post(f"/reponse/{token}/accepter", data=WHO)
    assert page.status_code == 409 and "un membre de votre structure" in page.text
    assert client.post(f"/reponse/{token}/annuler").status_code == 409


def test_whoever_is_signed_in_the_link_speaks(told, client) -> None:
    story, sent, token = told
    sign_in(client, story.stranger)
    assert client.get(f"/reponse/{token}").status_code == 200
    assert client.post(f"/reponse/{token}/accepter", data=WHO).status_code == 302
    with seeding() as session:
        step = session.scalars(select(ReferralStep).where(ReferralStep.after == "accepted")).one()
    assert (step.member_id, step.signed_name) == (None, WHO["full_name"])
    assert now_of(sent).receiver_member_id is None


def test_a_handover_says_what_it_gives(app, client) -> None:
    story = make_story()
    sent = linked.send_to(story, linked.make_unstaffed(story), kind=ReferralKind.HANDOVER)
    token = linked.link_to(sent)
    assert "devient pilote du dossier" in client.get(f"/reponse/{token}").text
    client.post(f"/reponse/{token}/accepter", data=WHO)
    assert "continue de le suivre" in client.get(f"/reponse/{token}").text


# --- links that open nothing --------------------------------------------------------------------


def expire(token: str) -> None:
    with seeding() as session:
        past = clock.now() - timedelta(minutes=1)
        session.execute(
            update(Link).where(Link.token_hash == hash_token(token)).values(expires_at=past)
        )


def test_strangers_to_a_link(told, client) -> None:
    """Tokens of other purposes, of another referral, altered: none opens this page."""
    story, sent, token = told
    other = linked.send_to(story, Seat(id=story.rival.seat_id))  # type: ignore[arg-type]
    elsewhere = linked.link_to(other)
    consent = make_link(LinkPurpose.CONSENT, story.basis.id)
    reset = make_link(LinkPurpose.PASSWORD_RESET, story.adviser.user_id)
    for bad in (consent, reset, token + "x", token[:-1], "rien"):
        page = client.get(f"/reponse/{bad}")
        assert page.status_code == 410 and "incomplète, ou elle a été modifiée" in page.text
        assert "Recevoir un nouveau lien" not in page.text
        assert client.post(f"/reponse/{bad}/accepter", data=WHO).status_code == 410
    assert client.get(f"/accord/{token}").status_code == 410
    assert client.get(f"/mot-de-passe/{token}").status_code == 410
    client.post(f"/reponse/{elsewhere}/accepter", data=WHO)
    assert (now_of(other).state, now_of(sent).state) == (S.ACCEPTED, S.SENT)


def test_an_answer_link_opens_neither_health_nor_a_signpost(told, client) -> None:
    _story, sent, token = told
    for changes in ({"subject": "health"}, {"kind": "signpost"}, {"state": "draft"}):
        with seeding() as session:
            kept = session.get_one(Referral, sent.id)
            before = {name: getattr(kept, name) for name in changes}
            session.execute(update(Referral).where(Referral.id == sent.id).values(**changes))
        page = client.get(f"/reponse/{token}")
        assert page.status_code == 410, changes
        assert "Menuiserie Exemple" not in page.text
        with seeding() as session:
            session.execute(update(Referral).where(Referral.id == sent.id).values(**before))
            session.execute(update(Link).values(revoked_at=None))


def test_an_expired_link_gives_another_at_the_same_address(told, client) -> None:
    _story, sent, token = told
    expire(token)
    page = client.get(f"/reponse/{token}")
    assert page.status_code == 410
    assert "Ce lien a expiré" in page.text and "Recevoir un nouveau lien" in page.text
    with seeding() as session:
        session.execute(update(Outbox).values(status="sent"))
    page = client.post(f"/reponse/{token}/nouveau-lien")
    assert page.status_code == 200 and linked.ADDRESS not in page.text
    fresh = linked.deliver_link(sent)
    assert fresh not in page.text
    assert client.get(f"/reponse/{fresh}").status_code == 200
    page = client.get(f"/reponse/{token}")
    assert "remplacé par un plus récent" in page.text and "Recevoir un nouveau lien" in page.text


def test_the_answer_is_the_same_whether_or_not_anything_leaves(told, client) -> None:
    story, sent, token = told
    expire(token)
    known = client.post(f"/reponse/{token}/nouveau-lien")
    unknown = client.post("/reponse/jeton-inconnu/nouveau-lien")
    other = client.post(f"/reponse/{make_link(LinkPurpose.CONSENT, story.basis.id)}/nouveau-lien")
    assert known.data == unknown.data == other.data
    assert known.status_code == unknown.status_code == other.status_code == 200
    with seeding() as session:
        asked = session.scalars(
            select(Outbox).where(Outbox.principal == "anonymous").order_by(Outbox.id)
        ).all()
    assert len(asked) == 3 and len({row.kind for row in asked}) == 1
    assert [row.payload["referral_id"] == str(sent.id) for row in asked] == [True, False, False]


def test_too_many_links_of_one_referral_are_not_sent_and_not_told(told, client) -> None:
    _story, _sent, token = told
    expire(token)
    pages = [client.post(f"/reponse/{token}/nouveau-lien") for _ in range(5)]
    assert {(page.status_code, page.data) for page in pages} == {(200, pages[0].data)}
    with seeding() as session:
        asked = select(func.count()).where(Outbox.principal == "anonymous")
        assert session.scalar(asked) == 3


def test_too_many_links_from_one_place_are_refused(told, client) -> None:
    statuses = [client.post(f"/reponse/jeton-{i}/nouveau-lien").status_code for i in range(21)]
    assert statuses == [200] * 20 + [429]


def test_a_link_taken_back_says_so_and_gives_no_other(told, client) -> None:
    story, sent, token = told
    sign_in(client, story.adviser)
    client.post(f"/orientations/{sent.id}/reprendre")
    page = client.get(f"/reponse/{token}")
    assert page.status_code == 410 and "Ce lien a été retiré" in page.text
    assert "Recevoir un nouveau lien" not in page.text


# --- the sender ---------------------------------------------------------------------------------


def test_the_sender_has_a_link_sent_again(told, client) -> None:
    story, sent, _token = told
    with seeding() as session:
        session.execute(update(Outbox).values(status="sent", created_at=clock.now() - timedelta(1)))
    sign_in(client, story.adviser)
    page = client.get(f"/orientations/{sent.id}")
    assert "Envoyer un lien de réponse à la structure" in page.text
    assert "c…t@estuaire.example" in page.text and linked.ADDRESS not in page.text
    assert "Dernier lien parti aujourd’hui à" in page.text
    for _ in range(2):
        page = client.post(f"/orientations/{sent.id}/lien-de-reponse")
        assert page.status_code == 302
    assert "Un lien de réponse part" in client.get(page.location).text
    linked.deliver_link(sent)


def test_the_receiver_and_strangers_have_none_sent(told, client) -> None:
    story, sent, _token = told
    for member, status in ((linked.make_colleague(sent), 403), (story.stranger, 404)):
        sign_in(client, member)
        assert client.post(f"/orientations/{sent.id}/lien-de-reponse").status_code == status
        assert "lien de réponse" not in client.get(f"/orientations/{sent.id}").text


def test_an_organisation_without_address_is_to_be_called(told, client) -> None:
    story, sent, _token = told
    with seeding() as session:
        organisation_id = session.get_one(Seat, sent.receiver_seat_id).organisation_id
        organisation = session.get_one(Organisation, organisation_id)
        organisation.email, organisation.phone = "", "0556000000"
    sign_in(client, story.adviser)
    page = client.get(f"/orientations/{sent.id}")
    assert "Appelez la structure" in page.text and "05\u00a056\u00a000\u00a000\u00a000" in page.text
    assert "Envoyer un lien" not in page.text
    assert client.post(f"/orientations/{sent.id}/lien-de-reponse").status_code == 409


def test_the_lead_sees_that_the_sheet_was_opened_by_a_link(told, client) -> None:
    story, _sent, token = told
    client.get(f"/reponse/{token}")
    sign_in(client, story.adviser)
    page = client.get(f"/dossiers/{story.case.id}/partage")
    assert "Par le lien de réponse" in page.text and "Compagnons de l’Estuaire" in page.text


def test_the_page_asks_a_known_number_of_things(told, client: InspectingClient) -> None:
    from tests.support.counting import recorded_statements

    _story, _sent, token = told
    client.get(f"/reponse/{token}")
    with recorded_statements() as found:
        client.get(f"/reponse/{token}")
    assert len(found) == 7, found
