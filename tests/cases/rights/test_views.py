"""Pages of the rights: by link, for the lead, for those who note; refusals said at the field."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.actors import Role
from app.links import LinkPurpose
from cases.casework.models import CaseFile, LegalBasis
from cases.rights.models import RightsCopy, RightsRequest
from partners.organisations.models import Seat
from tests.factories.links import make_link
from tests.factories.people import make_member
from tests.factories.rights import make_copy, make_request
from tests.factories.world import World, make_world
from tests.support.acting import seeding
from tests.support.pages import InspectingClient
from tests.support.signing import sign_in


@pytest.fixture
def world(app) -> World:
    return make_world()


@pytest.fixture
def path(world) -> str:
    """The page of the world's agreement."""
    return f"/accord/{make_link(LinkPurpose.CONSENT, world.basis.id)}"


@pytest.fixture
def lead(client: InspectingClient, world: World) -> InspectingClient:
    """The browser of the adviser in charge."""
    sign_in(client, world.adviser)
    return client


def stored(kind: str) -> list[RightsRequest]:
    with seeding() as session:
        session.expunge_all()
        found = select(RightsRequest).where(RightsRequest.kind == kind)
        return list(session.scalars(found.order_by(RightsRequest.created_at)))


def state_of(request_id) -> str:
    with seeding() as session:
        found = select(RightsRequest.state).where(RightsRequest.id == request_id)
        return session.scalars(found).one()


@pytest.mark.parametrize(
    ("right", "kind"),
    [("correction", "rectification"), ("opposition", "objection"), ("limitation", "restriction")],
)
def test_the_person_asks_and_finds_the_request_on_their_page(client, path, right, kind):
    page = client.get(f"{path}/droits/{right}")
    assert "Lu par" in page.text and "Urssaf Exemple" in page.text and "recouvrement" in page.text
    answer = client.post(f"{path}/droits/{right}", data={"text": "Mon adresse a changé."})
    assert answer.status_code == 302 and answer.location.endswith("#droits")
    [asked] = stored(kind)
    assert (asked.text, asked.channel) == ("Mon adresse a changé.", "link")
    page = client.get(path).text
    assert "Votre demande est envoyée" in page
    assert "Mon adresse a changé." in page and f"{path}/droits/{right}" not in page


def test_words_are_needed_where_nobody_could_answer_without(client, path):
    answer = client.post(f"{path}/droits/opposition", data={"text": "  "})
    assert answer.status_code == 422 and "Écrivez ce que vous demandez." in answer.text
    assert stored("objection") == []


def test_the_same_is_not_asked_twice_and_what_was_typed_is_kept(client, path):
    answer = client.post(f"{path}/droits/copie", data={"text": "Tout, je vous prie."})
    assert answer.status_code == 409
    assert "déjà reçue" in answer.text and "Tout, je vous prie." in answer.text


def test_looking_at_a_right_asks_for_nothing(client, path):
    before = len(stored("restriction"))
    assert client.get(f"{path}/droits/limitation").status_code == 200
    assert len(stored("restriction")) == before
    assert client.get(f"{path}/droits/autre").status_code == 404


def test_nothing_is_asked_before_the_agreement_is_confirmed(client, world, path):
    with seeding() as session:
        basis = session.get_one(LegalBasis, world.basis.id)
        basis.valid_until = clock.now() + timedelta(days=3)
    for answer in (
        client.get(f"{path}/droits/limitation"),
        client.post(f"{path}/droits/limitation"),
    ):
        assert answer.status_code == 404
    assert stored("restriction") == []


def test_the_person_reads_the_answer_its_reason_and_who_signed(client, world, path):
    make_request(
        world.case,
        kind="objection",
        state="refused",
        refusal="compelling",
        answer="Le plan est en cours.",
        answered_at=clock.now(),
        answered_by=world.adviser.id,
        answered_seat_id=world.adviser.seat_id,
    )
    page = client.get(path).text
    for words in ("Refusée", "légitimes et impérieux", "Le plan est en cours.", "CNIL"):
        assert words in page


def test_the_lead_finds_the_requests_of_the_case(lead, world):
    page = lead.get(f"/dossiers/{world.case.id}/droits").text
    assert "Copie" in page and "Effacement" in page and "encore" in page
    assert "Droits de la personne" in lead.get(f"/dossiers/{world.case.id}").text


def test_a_request_is_answered_on_its_page(lead, world):
    asked = make_request(world.case, kind="rectification", text="Deux salariés, pas quatre.")
    page = lead.get(f"/droits/{asked.id}").text
    assert "Deux salariés, pas quatre." in page and "Répondre" in page and "Prolonger" in page
    refused = lead.post(f"/droits/{asked.id}/repondre", data={"answer": ""})
    assert refused.status_code == 422 and "Dites ce qui a été fait." in refused.text
    assert lead.post(f"/droits/{asked.id}/repondre", data={"answer": "Fait."}).status_code == 302
    assert state_of(asked.id) == "answered"
    page = lead.get(f"/droits/{asked.id}").text
    assert "Fait." in page and "/repondre" not in page
    assert lead.post(f"/droits/{asked.id}/repondre", data={"answer": "Bis."}).status_code == 403


def test_an_accepted_objection_leads_to_what_is_left_to_do(lead, world):
    asked = make_request(world.case, kind="objection", text="Assez.")
    lead.post(f"/droits/{asked.id}/repondre", data={"answer": "Nous arrêtons."})
    page = lead.get(f"/droits/{asked.id}").text
    assert (
        f"/dossiers/{world.case.id}/partage" in page and f"/dossiers/{world.case.id}/clore" in page
    )


def test_a_refusal_needs_a_reason_of_its_right_and_an_explanation(lead, world):
    asked = make_request(world.case, kind="objection")
    page = lead.get(f"/droits/{asked.id}/refuser").text
    assert "impérieux" in page and "15-4" not in page
    for data in (
        {"answer": "Non."},
        {"reason": "compelling", "answer": ""},
        {"reason": "others", "answer": "Non."},
        {"reason": "inconnu", "answer": "Non."},
    ):
        answer = lead.post(f"/droits/{asked.id}/refuser", data=data)
        assert answer.status_code == 422 and data["answer"] in answer.text
    assert state_of(asked.id) == "received"
    good = {"reason": "compelling", "answer": "Le plan est en cours."}
    assert lead.post(f"/droits/{asked.id}/refuser", data=good).status_code == 302
    assert state_of(asked.id) == "refused"


def test_more_time_is_taken_once(lead, world):
    asked = make_request(world.case, kind="restriction")
    path = f"/droits/{asked.id}/prolonger"
    assert lead.post(path, data={"reason": ""}).status_code == 422
    assert lead.post(path, data={"reason": "Trois organisations."}).status_code == 302
    assert state_of(asked.id) == "extended"
    assert lead.get(path).status_code == 403
    assert "/prolonger" not in lead.get(f"/droits/{asked.id}").text


def test_a_colleague_reads_and_does_not_answer(client, world):
    sign_in(client, make_member(Seat(id=world.adviser.seat_id)))
    assert "/copie/preparer" not in client.get(f"/droits/{world.asked.id}").text
    for verb in ("refuser", "prolonger", "copie", "copie/fichier.pdf"):
        assert client.get(f"/droits/{world.asked.id}/{verb}").status_code == 403
    assert client.post(f"/droits/{world.asked.id}/copie/preparer").status_code == 403


def test_a_manager_answers_too(client, world):
    sign_in(client, make_member(Seat(id=world.adviser.seat_id), Role.MANAGER))
    assert client.get(f"/droits/{world.asked.id}/refuser").status_code == 200


def test_a_partner_notes_a_letter_and_the_lead_answers(client, world):
    sign_in(client, world.partner)
    assert "Aucune demande" in client.get(f"/dossiers/{world.case.id}/droits").text
    assert client.get(f"/droits/{world.asked.id}").status_code == 404
    note = {
        "kind": "restriction",
        "channel": "post",
        "received_on": clock.today().isoformat(),
        "asked_by": "Dominique Exemple",
        "answer_to": "",
        "text": "Par lettre.",
    }
    path = f"/dossiers/{world.case.id}/droits/nouvelle"
    for wrong in (
        {"kind": ""},
        {"received_on": "2099-01-01"},
        {"asked_by": ""},
        {"answer_to": "x@"},
    ):
        answer = client.post(path, data={**note, **wrong})
        assert answer.status_code == 422 and "Par lettre." in answer.text
    assert stored("restriction") == []
    assert client.post(path, data=note).status_code == 302
    [noted] = stored("restriction")
    assert (noted.received_seat_id, noted.answer_to) == (world.partner.seat_id, "")
    assert client.post(path, data=note).status_code == 409
    assert client.get(f"/droits/{noted.id}").status_code == 200
    assert client.get(f"/droits/{noted.id}/repondre").status_code == 403


def test_an_observer_notes_nothing(client, world):
    from cases.casework.models import Participation

    with seeding() as session:
        part = select(Participation).where(Participation.seat_id == world.partner.seat_id)
        session.scalars(part).one().role = "observer"
    sign_in(client, world.partner)
    assert client.get(f"/dossiers/{world.case.id}/droits/nouvelle").status_code == 403


def test_a_copy_is_prepared_read_again_and_given(lead, world):
    path = f"/droits/{world.asked.id}/copie"
    answer = lead.post(f"{path}/preparer")
    assert answer.status_code == 302 and "se prépare" in lead.get(path).text
    make_copy(world.asked, world.adviser)
    part = lead.get(path, headers={"HX-Request": "true"}).text
    assert "prête à relire" in part and "<h1" not in part
    page = lead.get(path).text
    assert "Mme Tierce confie un secret." in page and 'name="laisser_e3"' in page
    wrong = lead.post(path, data={"laisser_e3": "caprice", "answer": "Voici."})
    assert wrong.status_code == 422 and "Voici." in wrong.text
    everything = {f"laisser_e{n}": "secrecy" for n in (1, 2, 3)}
    refused = lead.post(path, data=everything)
    assert refused.status_code == 409 and "ce serait un refus" in refused.text
    good = {"laisser_e1": "", "laisser_e2": "", "laisser_e3": "others", "answer": "Voici."}
    assert lead.post(path, data=good).status_code == 302
    page = lead.get(f"/droits/{world.asked.id}").text
    assert "1 élément laissé de côté" in page.replace("\xa0", " ")
    assert lead.get(path).status_code == 403


def test_the_person_fetches_both_files_and_is_told_what_is_missing(client, world):
    with seeding() as session:
        session.get_one(RightsCopy, world.given.id).left_out = {"others": 2}
    path = f"/copie/{make_link(LinkPurpose.COPY, world.given.id)}"
    page = client.get(path)
    assert "droits d’autres personnes" in page.text and "CNIL" in page.text
    for kind, start, mimetype in (
        ("pdf", b"%PDF", "application/pdf"),
        ("json", b"{", "application/json"),
    ):
        file = client.get(f"{path}/fichier.{kind}")
        assert file.status_code == 200 and file.data.startswith(start)
        assert file.mimetype == mimetype
        assert file.headers["Content-Disposition"].startswith("attachment;")
        assert file.headers["X-Content-Type-Options"] == "nosniff"
        assert file.headers["Cache-Control"] == "no-store"
    assert client.get(f"{path}/fichier.exe").status_code == 404


def test_a_copy_whose_files_are_gone_opens_no_more(client, world):
    path = f"/copie/{make_link(LinkPurpose.COPY, world.given.id)}"
    with seeding() as session:
        session.delete(session.get_one(RightsCopy, world.given.id))
    assert client.get(path).status_code == 404
    assert client.get(f"{path}/fichier.pdf").status_code == 404


def test_a_link_of_consent_opens_no_copy_and_the_reverse(client, world):
    consent = make_link(LinkPurpose.CONSENT, world.basis.id)
    copy = make_link(LinkPurpose.COPY, world.given.id)
    assert client.get(f"/copie/{consent}").status_code == 410
    assert client.get(f"/accord/{copy}").status_code == 410
    assert client.post(f"/accord/{copy}/droits/copie").status_code == 410


def test_the_new_lead_prepares_a_copy_of_its_own(client, world):
    from cases.casework.models import Participation

    with seeding() as session:
        parts = {one.seat_id: one for one in session.scalars(select(Participation))}
        parts[world.adviser.seat_id].role = "partner"
        parts[world.adviser.seat_id].was_lead = True
        parts[world.partner.seat_id].role = "lead"
        case = session.get_one(CaseFile, world.case.id)
        case.lead_seat_id, case.lead_member_id = world.partner.seat_id, world.partner.id
    sign_in(client, world.partner)
    page = client.get(f"/droits/{world.asked.id}").text
    assert "Préparer la copie" in page and "Relire et remettre" not in page
    assert client.get(f"/droits/{world.asked.id}/copie").status_code == 302
