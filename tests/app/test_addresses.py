"""What is typed in an address never orders ``url_for`` about."""

import pytest

from tests.factories.people import make_member
from tests.support.pages import InspectingClient
from tests.support.signing import sign_in

ORDERS = "endpoint=x&_scheme=javascript&_external=1&_method=POST&_anchor=a&values=1"


@pytest.mark.parametrize(
    "path", ["/dossiers", "/orientations", "/entreprises", "/annuaire", "/orientations/nouvelle"]
)
def test_orders_in_an_address_are_left_out(client: InspectingClient, path: str) -> None:
    sign_in(client, make_member())
    page = client.get(f"{path}?q=toit&{ORDERS}")
    assert page.status_code == 200 and "javascript:" not in page.text


def test_going_on_stays_on_this_site(client: InspectingClient) -> None:
    sign_in(client, make_member())
    answer = client.get(f"/orientations/nouvelle?dossier=1&{ORDERS}")
    assert answer.location.startswith("/orientations/nouvelle/besoin?dossier=1")
