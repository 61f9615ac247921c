"""Pages of cases: who gets them, what they hold, how many statements they ask."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.journal import JournalEvent
from cases.casework.enums import Audience, Phase
from cases.casework.models import CaseAction, CaseFile, LegalBasis, TimelineEntry
from partners.organisations.models import Seat
from tests.factories.casework import make_basis, make_case, make_participation
from tests.factories.companies import make_company
from tests.factories.organisations import make_organisation, make_seat
from tests.factories.people import make_member
from tests.factories.world import World, make_world
from tests.support.acting import seeding
from tests.support.counting import recorded_statements
from tests.support.signing import sign_in

NOTE = {"kind": "call", "audience": "aid", "body": "Texte gardé", "happened_on": "2026-01-02"}
TABS = ("", "/etat-des-lieux", "/partage", "/historique")


@pytest.fixture
def world(app) -> World:
    return make_world()


def post(client, path, data=None) -> int:
    return client.post(path, data=data or {}).status_code


def rows(model, *conditions):
    with seeding() as session:
        return session.scalars(select(model).where(*conditions)).unique().all()


@pytest.mark.parametrize("tab", TABS)
def test_each_tab_is_read_by_the_lead_and_journalled(client, world, tab):
    sign_in(client, world.adviser)
    answer = client.get(f"/dossiers/{world.case.id}{tab}")
    assert answer.status_code == 200
    assert "Menuiserie Exemple" in answer.text
    events = rows(JournalEvent, JournalEvent.user_id == world.adviser.user_id)
    assert len([one for one in events if one.case_id == world.case.id]) == 2


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("who", ["recovery", "stranger", "pending"])
def test_each_tab_is_not_found_by_whoever_takes_no_part(client, world, tab, who):
    sign_in(client, getattr(world, who))
    assert client.get(f"/dossiers/{world.case.id}{tab}").status_code == 404


def test_the_list_shows_nothing_to_the_recovery_side(client, world):
    sign_in(client, world.recovery)
    for path in ("/dossiers", "/dossiers?q=menuiserie", f"/dossiers?q={world.case.reference}"):
        page = client.get(path).text
        assert "Menuiserie" not in page and "rl-cell-main" not in page
    assert "Menuiserie" not in client.get("/dossiers/export.csv").text


@pytest.mark.parametrize("typed", ["menuiserie", "Menuisrie exemple", "EXEMPLE", "ménuiserie"])
def test_a_case_is_found_whatever_the_accents_and_mistypings(client, world, typed):
    sign_in(client, world.adviser)
    other = make_case(world.stranger, make_company(Seat(id=world.stranger.seat_id), "Menuiserie X"))
    answer = client.get("/dossiers", query_string={"q": typed})
    assert world.case.reference in answer.text
    assert other.reference not in answer.text


def test_filters_narrow_the_list(client, world):
    sign_in(client, world.adviser)
    urgent = make_case(world.adviser, phase=Phase.EMERGENCY)
    page = client.get("/dossiers?phase=emergency&statut=ouverts&suivi=moi&departement=33").text
    assert urgent.reference in page and world.case.reference not in page
    assert "Aucun dossier ne répond" in client.get("/dossiers?statut=closed").text


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_same_statements_whatever_its_length(client, app, count):
    member = make_member()
    for _ in range(count):
        make_case(member)
    sign_in(client, member)
    with recorded_statements() as statements:
        page = client.get("/dossiers").text
    assert page.count("rl-cell-main") == count
    assert len(statements) == 5, statements


@pytest.mark.parametrize("count", [1, 3])
def test_the_case_page_asks_the_same_statements_whatever_its_length(client, world, count):
    sign_in(client, world.adviser)
    with seeding() as session:
        for _ in range(count):
            session.add(
                TimelineEntry(
                    case_id=world.case.id,
                    kind="note",
                    audience=Audience.AID,
                    seat_id=world.adviser.seat_id,
                    author_id=world.adviser.id,
                    body="Une note.",
                    happened_at=clock.now(),
                )
            )
    with recorded_statements() as statements:
        client.get(f"/dossiers/{world.case.id}")
    assert len(statements) == 4


def test_writing_in_the_timeline(client, world):
    sign_in(client, world.adviser)
    form = {**NOTE, "body": "  Rappel\nprévu. "}
    answer = client.post(f"/dossiers/{world.case.id}/fil/ecrire", data=form)
    assert answer.status_code == 302
    entry = rows(TimelineEntry, TimelineEntry.body == "Rappel\nprévu.")[0]
    assert (entry.audience, entry.seat_id) == (Audience.AID, world.adviser.seat_id)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("body", "", "Écrivez ce qui s’est passé."),
        ("happened_on", "31/02/2026", "Cette date n’existe pas."),
        ("happened_on", "2099-01-01", "Cette date est à venir."),
        ("audience", "", "Choisissez qui pourra lire."),
    ],
)
def test_wrong_entry_comes_back_with_what_was_typed(client, world, field, value, sentence):
    sign_in(client, world.adviser)
    answer = client.post(f"/dossiers/{world.case.id}/fil/ecrire", data={**NOTE, field: value})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert field == "body" or "Texte gardé" in answer.text
    assert not rows(TimelineEntry, TimelineEntry.body == "Texte gardé")


@pytest.mark.parametrize("who", ["adviser", "recovery"])
def test_a_blank_form_is_of_its_case_its_day_and_its_readers(
    app, client, world, monkeypatch, time_machine, who
):
    """Drawn once for a side, then filled: nothing of one page stays on another."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    monkeypatch.setitem(app.extensions, "relais.built_once", {})
    member = getattr(world, who)
    cases = [make_case(world.adviser) for _ in range(2)]
    for case, name in zip(cases, ("Chambre <Une> & associés", "Chambre Deux"), strict=True):
        others = [make_member(make_seat(make_organisation(name))), world.recovery]
        basis = make_basis(case, [Seat(id=one.seat_id) for one in others], world.adviser)
        for other in others:
            make_participation(case, other, basis)
    for case, day in ((cases[0], "2026-11-26"), (cases[1], "2026-11-27")):
        time_machine.move_to(f"{day}T09:00:00+00:00")
        sign_in(client, member)
        page = client.get(f"/dossiers/{case.id}").text
        form = page[page.index(f'data-keep="fil-{case.id}"') - 400 :]
        form = form[form.index("<form") : form.index("</form>")]
        fields = dict(re.findall(r'name="([a-z_]+)"[^>]* value="([^"]*)"', form))
        assert f'action="/dossiers/{case.id}/fil/ecrire"' in form
        assert fields["happened_on"] == day
        assert ("Chambre &lt;Une&gt; &amp; associés" in form) is (case is cases[0])
        assert ("Chambre Deux" in form) is (case is cases[1])
        assert not re.search("\ue000|1900-01-01|00000000-0000", form)
        sent = {**fields, "kind": "note", "audience": "all", "body": f"Écrit le {day}."}
        assert post(client, f"/dossiers/{case.id}/fil/ecrire", sent) == 302
        assert len(rows(TimelineEntry, TimelineEntry.body == f"Écrit le {day}.")) == 1


def test_an_audience_that_is_not_offered_is_refused(client, world):
    """The recovery side never writes for the helping side, whatever a forged form says."""
    sign_in(client, world.adviser)
    form = {**NOTE, "audience": "sealed"}
    assert post(client, f"/dossiers/{world.case.id}/fil/ecrire", form) == 422


def test_correcting_keeps_the_earlier_text(client, world):
    sign_in(client, world.adviser)
    path = f"/fil/{world.aid_entry.id}/corriger"
    assert client.get(path).status_code == 200
    assert post(client, path, {"body": "Appel, corrigé."}) == 302
    page = client.get(f"/dossiers/{world.case.id}").text
    assert "Appel, corrigé." in page and "voir le texte d’avant" in page


def test_a_partner_does_not_correct_the_lead(client, world):
    sign_in(client, world.partner)
    assert client.get(f"/fil/{world.aid_entry.id}/corriger").status_code == 403
    assert client.get(f"/fil/{world.own_entry.id}/corriger").status_code == 404


def test_actions_from_adding_to_done(client, world):
    sign_in(client, world.adviser)
    base = f"/dossiers/{world.case.id}/actions/nouvelle"
    assert client.get(base).status_code == 200
    assert post(client, base, {"audience": "aid"}) == 422
    form = {"objective": "Joindre le bailleur", "audience": "aid", "due_on": "2030-01-05"}
    assert post(client, base, {**form, "owner": str(world.adviser.id)}) == 302
    action = rows(CaseAction, CaseAction.objective == "Joindre le bailleur")[0]
    for verb, status in (("commencer", "doing"), ("terminer", "done")):
        assert post(client, f"/actions/{action.id}/{verb}") == 302
        assert rows(CaseAction, CaseAction.id == action.id)[0].status == status
    assert post(client, f"/actions/{action.id}/terminer") == 403


def test_assessment_is_recorded_and_compared(client, world):
    sign_in(client, world.adviser)
    base = f"/dossiers/{world.case.id}/etat-des-lieux"
    assert client.get(f"{base}/nouveau").status_code == 200
    form = {
        "done_on": "2026-01-10",
        "audience": "aid",
        "treasury_cents": "-1 500,50",
        "headcount": "4",
        "debts-0-creditor": "Bailleur",
        "debts-0-amount": "2 000",
        "debts-0-is_overdue": "1",
    }
    assert post(client, f"{base}/nouveau", form) == 302
    page = client.get(base).text
    assert "-1\u00a0500,50\u00a0€" in page and "2\u00a0000,00\u00a0€" in page
    assert "Depuis l’état des lieux" in page
    wrong = client.post(f"{base}/nouveau", data={**form, "debts-0-amount": "beaucoup"})
    assert wrong.status_code == 422 and "beaucoup" in wrong.text


def test_agreement_by_phone_then_withdrawn(client, world):
    sign_in(client, world.adviser)
    base = f"/dossiers/{world.case.id}/accords/nouveau"
    page = client.get(base).text
    assert "sollicitées" in page and f'value="{world.pending.seat_id}"' in page
    assert f'value="{world.adviser.seat_id}"' not in page
    form = {
        "given_by": "Dominique Exemple",
        "mode": "phone",
        "email": "dominique@exemple.test",
        "seats": [str(world.pending.seat_id)],
        "sections": ["identity", "situation"],
    }
    assert post(client, base, {**form, "seats": [], "seats-q": "structure"}) == 422
    moving = {**form, "seats-retirer": str(world.pending.seat_id)}
    shown = client.post(base, data=moving)
    assert shown.status_code == 200 and "Aucune structure n’est encore choisie" in shown.text
    assert "dominique@exemple.test" in shown.text
    assert rows(LegalBasis, LegalBasis.mode == "phone") == []
    assert post(client, base, {**form, "email": ""}) == 422
    assert post(client, base, {**form, "sections": []}) == 422
    assert post(client, base, form) == 302
    basis = rows(LegalBasis, LegalBasis.mode == "phone")[0]
    assert basis.confirmed_at is None and basis.valid_until is not None
    assert "À confirmer" in client.get(f"/dossiers/{world.case.id}/partage").text
    assert post(client, f"/accords/{basis.id}/relancer") == 302
    assert "il pourra repartir demain" in client.get(f"/dossiers/{world.case.id}/partage").text
    assert post(client, f"/accords/{basis.id}/relancer") == 409
    with seeding() as session:
        kept = session.get_one(LegalBasis, basis.id)
        kept.reminded_at = clock.now() - timedelta(days=2)
    assert f"/accords/{basis.id}/relancer" in client.get(f"/dossiers/{world.case.id}/partage").text
    assert post(client, f"/accords/{basis.id}/relancer") == 302
    assert client.get(f"/accords/{basis.id}/retirer").status_code == 200
    assert post(client, f"/accords/{basis.id}/retirer") == 302
    assert rows(LegalBasis, LegalBasis.id == basis.id)[0].withdrawn_at is not None


def test_permission_is_for_managers(client, world):
    sign_in(client, world.adviser)
    assert client.get(f"/dossiers/{world.case.id}/permissions/nouvelle").status_code == 403
    manager = make_member(Seat(id=world.adviser.seat_id), role="manager")
    sign_in(client, manager)
    path = f"/dossiers/{world.case.id}/permissions/nouvelle"
    assert client.get(path).status_code == 200
    form = {
        "permission": "court_request",
        "reason": "Demande du président.",
        "seats": [str(world.pending.seat_id)],
        "sections": ["identity"],
    }
    assert post(client, path, {**form, "reason": ""}) == 422
    assert post(client, path, form) == 302
    assert "C. com. L. 611-2" in client.get(f"/dossiers/{world.case.id}/partage").text


def test_leaving_and_being_removed(client, world):
    sign_in(client, world.partner)
    assert client.get(f"/dossiers/{world.case.id}/quitter").status_code == 200
    assert post(client, f"/dossiers/{world.case.id}/quitter", {"reason": "Fini"}) == 302
    assert client.get(f"/dossiers/{world.case.id}").status_code == 404
    sign_in(client, world.adviser)
    assert "quitte le dossier. Fini" in client.get(f"/dossiers/{world.case.id}").text


def test_the_lead_removes_a_partner(client, world):
    sign_in(client, world.adviser)
    page = client.get(f"/dossiers/{world.case.id}/partage").text
    path = re.search(r"/participations/[0-9a-f-]+/retirer", page).group()
    assert client.get(path).status_code == 200
    assert post(client, path) == 302
    sign_in(client, world.partner)
    assert client.get(f"/dossiers/{world.case.id}").status_code == 404


def test_opening_a_case_from_a_company(client, app):
    member = make_member()
    company = make_company(Seat(id=member.seat_id), "Garage Exemple")
    sign_in(client, member)
    path = f"/dossiers/nouveau?entreprise={company.id}"
    assert client.get(path).status_code == 200
    answer = client.post(path, data={"phase": "emergency", "person": ""})
    assert answer.status_code == 302
    again = client.post(path, data={"phase": "emergency", "person": ""})
    assert again.status_code == 409 and "Un dossier est déjà ouvert" in again.text
    second = {"phase": "emergency", "person": "", "second_reason": "Autre établissement"}
    assert post(client, path, data=second) == 302
    assert len(rows(CaseFile, CaseFile.company_id == company.id)) == 2


def test_opening_a_case_others_follow_gets_the_blind_answer(client, world):
    with seeding() as session:
        from cases.companies.models import CompanyUse

        session.add(CompanyUse(company_id=world.case.company_id, seat_id=world.stranger.seat_id))
    sign_in(client, world.stranger)
    path = f"/dossiers/nouveau?entreprise={world.case.company_id}"
    answer = client.post(path, data={"phase": "emergency", "person": ""})
    assert answer.status_code == 200
    assert "transmise" in answer.text and world.case.reference not in answer.text
    assert len(rows(CaseFile, CaseFile.company_id == world.case.company_id)) == 1


def test_readings_of_a_day_are_one_line_with_their_number(client, world):
    sign_in(client, world.adviser)
    # One more is in the world from its start.
    for _ in range(3):
        client.get(f"/dossiers/{world.case.id}")
    page = client.get(f"/dossiers/{world.case.id}/partage").text
    readings = page.partition("Dernières lectures du dossier")[2].replace("&nbsp;", "\u00a0")
    assert "(4\u00a0fois ce jour-là)" in readings and readings.count("ce jour-là") == 1
