"""A session that expired while typing: nothing done, nothing lost, nothing another site typed."""

import re

import pytest
from flask import Flask
from sqlalchemy import func, select

from partners.people.kept import LONGEST, Kept
from partners.people.models import Absence, Pledge
from tests.factories.people import make_member
from tests.partners.people.conftest import PASSWORD, Known, make_known
from tests.support.acting import seeding
from tests.support.pages import InspectingClient

TYPED = {
    "starts_on": "2027-01-04",
    "ends_on": "2027-01-08",
    "deputy": "",
    "note": "Congés <b>d’hiver</b>\r\nsur deux lignes",
    "csrf_token": "old",
    "password": "secret de polichinelle",
}
PATH = "/mon-profil/absences/nouvelle"


def kept_in(page: str) -> str:
    found = re.search(r'name="kept"[^>]*value="([^"]*)"', page)
    assert found
    return found.group(1)


def count(model: type) -> int:
    with seeding() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def sign(known: Known) -> None:
    from tests.support.signing import open_session

    open_session(known.membership)


def test_what_was_typed_comes_back_and_is_sent_once(client: InspectingClient, known: Known) -> None:
    sign(known)
    expired = client.post(PATH, data=TYPED)
    assert expired.status_code == 401
    page = expired.get_data(as_text=True)
    assert "Votre session avait expiré" in page
    kept = kept_in(page)
    code_page = client.post(
        "/connexion", data={"email": known.email, "password": PASSWORD, "kept": kept}
    )
    assert code_page.status_code == 200
    assert kept_in(code_page.get_data(as_text=True)) == kept
    back = client.post("/connexion/code", data={"totp_code": known.code, "kept": kept})
    resume = back.get_data(as_text=True)
    assert back.status_code == 200
    assert "Reprendre où vous en étiez" in resume
    assert f'action="{PATH}"' in resume
    assert "Congés &lt;b&gt;d’hiver&lt;/b&gt;" in resume
    assert "polichinelle" not in resume
    assert count(Absence) == 0
    fields = re.findall(r'<textarea name="(\w+)"[^>]*>\n(.*?)</textarea>', resume, re.S)
    assert [name for name, _ in fields] == ["starts_on", "ends_on", "deputy", "note"]
    assert client.post(PATH, data=dict(fields)).location == "/mon-profil"
    assert count(Absence) == 1


def test_the_pledge_comes_before_what_was_typed(client: InspectingClient, known: Known) -> None:
    kept = kept_in(client.post(PATH, data=TYPED).get_data(as_text=True))
    client.post("/connexion", data={"email": known.email, "password": PASSWORD, "kept": kept})
    page = client.post("/connexion/code", data={"totp_code": known.code, "kept": kept})
    assert "Votre engagement de confidentialité" in page.get_data(as_text=True)
    resume = client.post("/engagement", data={"is_agreed": "y", "kept": kept})
    assert "Reprendre où vous en étiez" in resume.get_data(as_text=True)
    assert count(Pledge) == 1


def test_somebody_else_does_not_get_it(
    app: Flask, client: InspectingClient, known: Known, password_hash: str
) -> None:
    from tests.support.signing import COOKIE, open_session

    client.set_cookie(COOKIE, open_session(known.membership), domain="localhost")
    with seeding() as session:
        from partners.people.models import MemberSession

        one = session.scalars(select(MemberSession)).one()
        one.revoked_at = one.created_at
    kept = kept_in(client.post(PATH, data=TYPED).get_data(as_text=True))
    other = make_known(make_member(), password_hash)
    sign(other)
    client.post("/connexion", data={"email": other.email, "password": PASSWORD, "kept": kept})
    answer = client.post("/connexion/code", data={"totp_code": other.code, "kept": kept})
    assert (answer.status_code, answer.location) == (302, "/")


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://ailleurs.test"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}],
)
def test_what_another_site_typed_is_not_kept(
    client: InspectingClient, headers: dict[str, str]
) -> None:
    page = client.post(PATH, data=TYPED, headers=headers).get_data(as_text=True)
    assert kept_in(page) == ""
    assert "Votre session avait expiré" not in page


def test_an_altered_or_too_long_text_is_not_kept(client: InspectingClient, known: Known) -> None:
    sign(known)
    client.post("/connexion", data={"email": known.email, "password": PASSWORD, "kept": "x.y.z"})
    answer = client.post("/connexion/code", data={"totp_code": known.code, "kept": "x.y.z"})
    assert answer.status_code == 302
    client.delete_cookie("relais_session")
    page = client.post(PATH, data={"note": "a" * (LONGEST + 1)}).get_data(as_text=True)
    assert len(kept_in(page)) < 300


def test_a_partial_update_is_sent_to_the_sign_in_page(client: InspectingClient) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/mon-profil"}
    answer = client.post(PATH, data=TYPED, headers=headers)
    assert answer.headers["HX-Redirect"] == "/connexion?next=/mon-profil"


def test_identifiers_are_not_shown_as_texts() -> None:
    fields = (("id", "0191b5a0-0000-7000-8000-000000000000"), ("a", "oui"), ("b", "Deux mots"))
    assert Kept("/", fields, None).readable == ["Deux mots"]
