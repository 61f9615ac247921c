"""Opening cases is paced: whether one opens tells something of its company."""

from dataclasses import replace

from cases.casework import rules
from cases.casework.models import CaseFile
from partners.organisations.models import Seat
from tests.cases.casework.test_views import rows
from tests.factories.companies import make_company
from tests.factories.people import make_member
from tests.support.signing import sign_in


def test_a_list_of_companies_is_not_tried_one_after_the_other(client, monkeypatch):
    limit = rules.opening_limit
    slow = "cases.casework.commands.opening.opening_limit"
    monkeypatch.setattr(slow, lambda by: replace(limit(by), attempts=2))
    member = make_member()
    sign_in(client, member)
    need = {"subject": "cash_flow", "description": "Client perdu.", "phase": "difficulty"}
    answers = []
    for _ in range(4):
        company = make_company(Seat(id=member.seat_id))
        path, data = f"/dossiers/nouveau?entreprise={company.id}", {"phase": "emergency"}
        answers.append(client.post(path, data={**data, "person": ""}).status_code)
    path = f"/orientations/nouvelle/besoin?entreprise={company.id}"
    answers.append(client.post(path, data={**need, "client_key": "k"}).status_code)
    assert answers == [302, 302, 429, 429, 429]
    assert len(rows(CaseFile)) == 2
