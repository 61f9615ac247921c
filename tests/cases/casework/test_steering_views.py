"""Phase, status, closing and reopening, from the pages."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from cases.casework.enums import CaseStatus, Phase
from cases.casework.models import CaseFile
from tests.factories.world import World, make_world
from tests.support.acting import seeding
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


def test_phase_status_close_reopen(client, world):
    sign_in(client, world.adviser)
    base = f"/dossiers/{world.case.id}"
    for page in ("phase", "statut", "clore", "confier"):
        assert client.get(f"{base}/{page}").status_code == 200
    assert post(client, f"{base}/phase", {"phase": "emergency", "version": 1}) == 302
    until = (clock.today() + timedelta(days=9)).isoformat()
    paused = {"status": "paused", "until": until, "reason": "Attend le bilan", "version": 2}
    assert post(client, f"{base}/statut", data=paused) == 302
    assert post(client, f"{base}/clore", {"version": 3}) == 422
    assert post(client, f"{base}/clore", {"outcome": "recovered", "version": 3}) == 302
    assert client.get(f"{base}/rouvrir").status_code == 200
    assert post(client, f"{base}/rouvrir", {"reason": "Rechute", "version": 4}) == 302
    case = rows(CaseFile, CaseFile.id == world.case.id)[0]
    assert (case.phase, case.status, case.version) == (Phase.EMERGENCY, CaseStatus.OPEN, 5)
    assert client.get(f"{base}/historique").text.count("rl-event-head") == 5


def test_two_people_editing_the_second_is_told(client, world):
    sign_in(client, world.adviser)
    base = f"/dossiers/{world.case.id}"
    client.post(f"{base}/phase", data={"phase": "emergency", "version": 1})
    late = client.post(
        f"{base}/statut", data={"status": "watch", "reason": "Ma raison", "version": 1}
    )
    assert late.status_code == 409
    assert "Quelqu’un d’autre a modifié ce dossier" in late.text and "Ma raison" in late.text
    assert 'name="version" type="hidden" value="2"' in late.text


def test_a_pause_needs_its_reason_and_day(client, world):
    sign_in(client, world.adviser)
    form = {"status": "paused", "version": 1}
    answer = client.post(f"/dossiers/{world.case.id}/statut", data=form)
    assert answer.status_code == 409
    assert "Une pause a une raison" in answer.text


@pytest.mark.parametrize("page", ["phase", "statut", "clore", "rouvrir", "confier"])
def test_a_partner_does_not_steer(client, world, page):
    sign_in(client, world.partner)
    assert client.get(f"/dossiers/{world.case.id}/{page}").status_code == 403
