"""The pages of referrals: the whole story without JavaScript, and who is kept out."""

import re
from typing import Any

import pytest
from sqlalchemy import func, select

from app.jobs import Outbox
from cases.casework.models import CaseFile, LegalBasis
from cases.referrals.enums import ReferralState as S
from cases.referrals.models import AccessRequest, AccessRequestMatch, Need, Printout, Referral
from partners.organisations.enums import Subject
from tests.cases.referrals.story import Story, make_story
from tests.factories.companies import make_company
from tests.factories.organisations import make_organisation, make_seat, make_service, make_unit
from tests.support.acting import seeding
from tests.support.counting import recorded_statements
from tests.support.pages import InspectingClient
from tests.support.signing import sign_in

NEED = {
    "subject": "cash_flow",
    "description": "Client perdu, trésorerie à sec dans un mois.",
    "phase": "difficulty",
    "person_name": "Dominique Exemple",
    "phone": "0556000000",
    "email": "dominique@exemple.test",
    "client_key": "form-1",
}
AGREED = {
    "given_by": "Dominique Exemple",
    "mode": "writing",
    "sections": ["identity", "situation"],
    "message": "Merci de l’appeler.",
    "client_key": "form-2",
}


@pytest.fixture
def story(app) -> Story:
    return make_story()


def rows(model: Any) -> list[Any]:
    with seeding() as session:
        session.expunge_all()
        return list(session.scalars(select(model)))


def one(model: Any) -> Any:
    [found] = rows(model)
    return found


def offer_help(story: Story) -> None:
    """The partner serves the subject in Gironde."""
    with seeding() as session:
        organisation_id = session.merge(story.partner).seat_id
        from partners.organisations.models import Organisation, Seat

        organisation = session.get(Organisation, session.get(Seat, organisation_id).organisation_id)
    make_unit(organisation)
    make_service(organisation, Subject.CASH_FLOW)


def test_the_story_from_the_company_to_the_shared_case(
    story: Story, client: InspectingClient
) -> None:
    offer_help(story)
    sign_in(client, story.adviser)
    company = make_company(_seat(story), "Boulangerie Neuve")
    page = client.get("/orientations/nouvelle?q=Boulangerie")
    assert "Boulangerie Neuve" in page.text
    page = client.get(f"/orientations/nouvelle/besoin?entreprise={company.id}")
    assert "Lu par" in page.text
    page = client.post(f"/orientations/nouvelle/besoin?entreprise={company.id}", data=NEED)
    assert page.status_code == 302, page.text
    chosen = client.get(page.location)
    assert "Entraide Exemple" in chosen.text and "Couvre le département" in chosen.text
    need = next(n for n in rows(Need) if n.client_key == "form-1")
    address = f"/besoins/{need.id}/envoi?vers={story.partner.seat_id}&type=joint"
    page = client.get(address)
    assert "Ce que le partenaire lira" in page.text
    page = client.post(address, data={**AGREED, "vers": str(story.partner.seat_id)})
    assert page.status_code == 302, page.text
    assert "Annuler (possible une minute)" in client.get(page.location).text
    sent = one(Referral)
    assert (sent.state, sent.receiver_seat_id) == (S.SENT, story.partner.seat_id)

    sign_in(client, story.partner)
    assert "Boulangerie Neuve" in client.get("/orientations").text
    page = client.get(f"/orientations/{sent.id}")
    assert "Fiche de liaison" in page.text and "Merci de l’appeler." in page.text
    assert one(Referral).state is S.SEEN
    page = client.post(f"/orientations/{sent.id}/accepter")
    assert page.status_code == 302
    assert one(Referral).state is S.ACCEPTED
    assert "Premier contact pris" in client.get(page.location).text


def _seat(story: Story):  # type: ignore[no-untyped-def]
    from partners.organisations.models import Seat

    return Seat(id=story.adviser.seat_id)


def test_double_click_sends_once(story: Story, client: InspectingClient) -> None:
    sign_in(client, story.adviser)
    address = f"/besoins/{story.need.id}/envoi"
    data = {**AGREED, "vers": str(story.partner.seat_id), "type": "joint"}
    first, second = client.post(address, data=data), client.post(address, data=data)
    assert (first.status_code, first.location) == (302, second.location)
    assert len(rows(Referral)) == 1 and len(rows(LegalBasis)) == 1
    assert len([row for row in rows(Outbox) if row.kind.endswith("tell_receiver")]) == 1


def test_missing_agreement_keeps_what_was_typed(story: Story, client: InspectingClient) -> None:
    sign_in(client, story.adviser)
    with seeding() as session:
        session.delete(session.merge(story.basis))
    data = {
        "message": "À garder",
        "vers": str(story.partner.seat_id),
        "mode": "phone",
        "given_by": "",
    }
    page = client.post(f"/besoins/{story.need.id}/envoi", data=data)
    assert page.status_code == 422
    assert "À garder" in page.text and "Écrivez le nom de la personne" in page.text
    assert rows(Referral) == []


def test_adviser_cannot_invoke_a_permission(story: Story, client: InspectingClient) -> None:
    sign_in(client, story.adviser)
    with seeding() as session:
        session.delete(session.merge(story.basis))
    data = {
        "vers": str(story.partner.seat_id),
        "permission": "court_request",
        "permission_reason": "Parce que",
    }
    page = client.post(f"/besoins/{story.need.id}/envoi", data=data)
    assert page.status_code == 422
    assert rows(Referral) == []


def test_decline_without_code_is_explained(story: Story, client: InspectingClient) -> None:
    sent = story.send()
    sign_in(client, story.partner)
    page = client.post(f"/orientations/{sent.id}/decliner", data={"text": "Nous sommes complets."})
    assert page.status_code == 422
    assert "Choisissez un motif." in page.text and "Nous sommes complets." in page.text
    assert one(Referral).state is S.SENT


def test_second_answer_is_refused_in_words(story: Story, client: InspectingClient) -> None:
    sent = story.send()
    sign_in(client, story.partner)
    client.post(f"/orientations/{sent.id}/accepter")
    sign_in(client, story.colleague)
    page = client.post(f"/orientations/{sent.id}/accepter")
    assert page.status_code == 409 and "Déjà répondu par" in page.text


@pytest.mark.parametrize("verb", ["accepter", "reprendre", "annuler", "commencer", "imprimer"])
def test_strangers_find_nothing(story: Story, client: InspectingClient, verb: str) -> None:
    sent = story.send()
    sign_in(client, story.stranger)
    assert client.get(f"/orientations/{sent.id}").status_code == 404
    assert client.post(f"/orientations/{sent.id}/{verb}").status_code == 404
    assert client.get(f"/besoins/{story.need.id}/partenaires").status_code == 404
    assert "Menuiserie Exemple" not in client.get("/orientations").text


def test_receiver_may_not_act_for_the_sender(story: Story, client: InspectingClient) -> None:
    sent = story.send()
    sign_in(client, story.partner)
    assert client.post(f"/orientations/{sent.id}/reprendre").status_code == 403
    assert client.get(f"/besoins/{story.need.id}/partenaires").status_code == 404
    sign_in(client, story.adviser)
    assert client.post(f"/orientations/{sent.id}/accepter").status_code == 403


def test_redirected_referral_is_sent_on_in_one_click(
    story: Story, client: InspectingClient
) -> None:
    offer_help(story)
    sent = story.send(to=story.rival)
    sign_in(client, story.rival)
    page = client.get(f"/orientations/{sent.id}/reorienter")
    assert "Entraide Exemple" in page.text
    asked = {"others-q": "urssaf", "others-chercher": "1", "reason": "Plus proche."}
    searched = client.post(f"/orientations/{sent.id}/reorienter", data=asked)
    assert searched.status_code == 200 and "Plus proche." in searched.text
    assert "Ajouter Urssaf" not in searched.text  # the sender is never proposed
    other = make_seat(make_organisation("Conseil lointain"))
    asked |= {"others-q": "lointin", "others-ajouter": str(other.id)}
    chosen = client.post(f"/orientations/{sent.id}/reorienter", data=asked).text
    assert f'name="seat" value="{other.id}" checked' in chosen
    data = {"seat": str(story.partner.seat_id), "reason": "Plus proche."}
    assert client.post(f"/orientations/{sent.id}/reorienter", data=data).status_code == 302
    sign_in(client, story.adviser)
    page = client.get(f"/orientations/{sent.id}")
    [link] = re.findall(r'href="(/besoins/[^"]+/envoi[^"]+)"', page.text)
    page = client.post(
        link.replace("&amp;", "&"), data={**AGREED, "vers": str(story.partner.seat_id)}
    )
    assert page.status_code == 302
    [onward] = [row for row in rows(Referral) if row.redirected_from_id]
    assert onward.redirected_from_id == sent.id


def test_blind_answers_have_identical_bytes(story: Story, client: InspectingClient) -> None:
    with seeding() as session:
        case = session.get(CaseFile, story.case.id)
        from cases.companies.models import Company

        siren = session.get(Company, case.company_id).siren
    sign_in(client, story.stranger)
    ask = {"company_name": "Menuiserie", "subject": "cash_flow", "reason": "Nous l’aidons."}
    answers = []
    for number in (siren, "443061841", ""):
        page = client.post("/demandes-acces/nouvelle", data={**ask, "siren": number})
        answers.append((page.status_code, page.data, client.get(page.location).data))
    assert answers[0] == answers[1] == answers[2]
    assert len(rows(AccessRequest)) == 3
    assert one(AccessRequestMatch).case_id == story.case.id
    assert len([row for row in rows(Outbox) if row.kind.endswith("of_request")]) == 3


def test_company_known_elsewhere_is_transmitted(story: Story, client: InspectingClient) -> None:
    with seeding() as session:
        case = session.get(CaseFile, story.case.id)
    sign_in(client, story.stranger)
    from cases.companies.models import CompanyUse

    with seeding() as session:
        session.add(CompanyUse(company_id=case.company_id, seat_id=story.stranger.seat_id))
    page = client.post(f"/orientations/nouvelle/besoin?entreprise={case.company_id}", data=NEED)
    assert page.location == "/orientations/transmise"
    request = one(AccessRequest)
    assert NEED["description"] not in request.reason
    assert len(rows(Need)) == 1


def test_lead_sees_the_request_and_invites(story: Story, client: InspectingClient) -> None:
    with seeding() as session:
        request = AccessRequest(
            seat_id=story.partner.seat_id,
            member_id=story.partner.id,
            company_name="Menuiserie",
            subject=Subject.CASH_FLOW,
            reason="Nous l’aidons.",
        )
        session.add(request)
        session.flush()
        session.add(AccessRequestMatch(request_id=request.id, case_id=story.case.id))
    sign_in(client, story.adviser)
    page = client.get("/orientations?onglet=acces")
    assert "Nous l’aidons." in page.text and "Inviter" in page.text
    data = {**AGREED, "vers": str(story.partner.seat_id), "type": "joint"}
    page = client.post(f"/besoins/{story.need.id}/envoi?demande={request.id}", data=data)
    assert page.status_code == 302
    assert one(AccessRequestMatch).handled_at is not None


def test_printing_asks_the_worker(story: Story, client: InspectingClient) -> None:
    sent = story.send()
    sign_in(client, story.partner)
    page = client.post(f"/orientations/{sent.id}/imprimer")
    assert "Actualiser" in client.get(page.location).text
    assert client.get(f"{page.location}/fichier").status_code == 409
    assert len([row for row in rows(Outbox) if row.kind.endswith("print_sheet")]) == 1
    with seeding() as session:
        made = session.get(Printout, one(Printout).id)
        made.content, made.status, made.progress = b"%PDF-1.7", "ready", 100
    assert client.get(f"{page.location}/fichier").data == b"%PDF-1.7"
    client.post(f"/orientations/{sent.id}/accepter")
    sign_in(client, story.colleague)
    assert client.get(f"{page.location}/fichier").status_code == 404


@pytest.mark.parametrize("tab", ["recues", "envoyees", "declinees", "acces"])
@pytest.mark.parametrize("count", [1, 3])
def test_box_issues_the_same_queries(
    story: Story, client: InspectingClient, tab: str, count: int
) -> None:
    from tests.factories.casework import make_basis, make_case
    from tests.factories.referrals import make_need, make_referral

    for _ in range(count):
        case = make_case(story.adviser)
        basis = make_basis(case, [story.partner_seat], story.adviser)
        make_referral(make_need(case, story.adviser), story.adviser, story.partner_seat, basis)
    sign_in(client, story.partner if tab == "recues" else story.adviser)
    with recorded_statements() as statements:
        page = client.get(f"/orientations?onglet={tab}")
    assert page.status_code == 200
    assert len(statements) == {"recues": 4, "envoyees": 4, "declinees": 4, "acces": 3}[tab]


def test_box_counts_what_waits(story: Story, client: InspectingClient) -> None:
    story.send()
    with seeding() as session:
        assert session.scalar(select(func.count()).select_from(Referral)) == 1
    sign_in(client, story.partner)
    assert re.search(r'Reçues</span> <span class="rl-count">1<', client.get("/orientations").text)
