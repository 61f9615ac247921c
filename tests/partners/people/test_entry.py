"""Signing in: password, code, recovery code, throttles, what was typed."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from app import clock
from app.actors import Role
from app.journal import JournalEvent
from partners.organisations.models import Seat
from partners.people.models import MemberSession, Membership, Pledge, UserSecret
from tests.factories import make_member
from tests.partners.people.conftest import PASSWORD, RECOVERY, Known
from tests.support.acting import seeding
from tests.support.counting import recorded_statements
from tests.support.pages import InspectingClient
from tests.support.signing import COOKIE, sign_in


def give_password(client: InspectingClient, email: str, password: str = PASSWORD, **more: str):
    return client.post("/connexion", data={"email": email, "password": password, **more})


def sessions_of(known: Known) -> list[MemberSession]:
    with seeding() as session:
        found = select(MemberSession).where(MemberSession.user_id == known.membership.user_id)
        return list(session.scalars(found.order_by(MemberSession.created_at)))


def test_password_then_code_open_a_session(client: InspectingClient, known: Known) -> None:
    first = give_password(client, known.email.upper(), next="/mon-profil")
    assert (first.status_code, first.location) == (302, "/connexion/code?next=/mon-profil")
    pending = client.get_cookie(COOKIE)
    assert client.get("/mon-profil").status_code == 302
    second = client.post("/connexion/code", data={"totp_code": known.code, "next": "/mon-profil"})
    assert (second.status_code, second.location) == (302, "/mon-profil")
    opened = client.get_cookie(COOKIE)
    assert pending and opened and pending.value != opened.value
    assert [bool(one.revoked_at) for one in sessions_of(known)] == [True, False]
    with seeding() as session:
        assert "session.opened" in session.scalars(select(JournalEvent.action)).all()


def test_a_new_member_signs_the_pledge_before_anything_else(
    client: InspectingClient, known: Known
) -> None:
    give_password(client, known.email)
    client.post("/connexion/code", data={"totp_code": known.code})
    asked = client.get("/structure/membres")
    assert asked.location == "/engagement?next=/structure/membres"
    assert client.post("/engagement", data={}).status_code == 422
    signed = client.post("/engagement", data={"is_agreed": "y", "next": "/mon-profil"})
    assert signed.location == "/mon-profil"
    assert client.get("/mon-profil").status_code == 200


def test_the_pledge_is_due_again_after_three_months(app: Flask, known: Known) -> None:
    client = app.test_client()
    sign_in(client, known.membership)
    with seeding() as session:
        session.scalars(select(Pledge)).one().signed_at = clock.now() - timedelta(days=93)
    assert client.get("/absences").status_code == 404
    assert client.get("/mon-profil/modifier").location.startswith("/engagement")


def test_wrong_password_and_unknown_address_answer_the_same(
    client: InspectingClient, known: Known
) -> None:
    wrong = give_password(client, known.email, "une autre phrase")
    unknown = give_password(client, "personne@ailleurs.test", "une autre phrase")
    assert wrong.status_code == unknown.status_code == 422
    same = wrong.get_data(as_text=True).replace(known.email, "x")
    assert same == unknown.get_data(as_text=True).replace("personne@ailleurs.test", "x")
    assert "L’adresse ou le mot de passe ne correspond pas" in same


def refusals() -> list[tuple[object, object, dict[str, str]]]:
    """Seat, account and step of every refused sign-in, in the order of time."""
    with seeding() as session:
        found = select(JournalEvent).where(JournalEvent.action == "sign_in.refused")
        ordered = session.scalars(found.order_by(JournalEvent.at)).all()
        assert {one.principal for one in ordered} <= {"anonymous"}
        assert [one.user_id for one in ordered] == [None] * len(ordered)
        return [(one.seat_id, one.object_id, one.details) for one in ordered]


def test_refused_sign_ins_are_journalled_without_what_was_typed(
    client: InspectingClient, known: Known
) -> None:
    ours = (known.membership.seat_id, known.membership.user_id)
    give_password(client, known.email, "une autre phrase")
    give_password(client, "personne@ailleurs.test", "une autre phrase")
    give_password(client, known.email)
    client.post("/connexion/code", data={"totp_code": "000000"})
    client.post("/connexion/code-de-secours", data={"recovery_code": "AAAA-AAAA"})
    assert refusals() == [
        (*ours, {"step": "password"}),
        (None, None, {"step": "password"}),
        (*ours, {"step": "code"}),
        (*ours, {"step": "recovery_code"}),
    ]


def test_the_same_statements_whether_or_not_the_account_exists(
    client: InspectingClient, known: Known
) -> None:
    asked = []
    for email in (known.email, "personne@ailleurs.test"):
        with recorded_statements() as statements:
            give_password(client, email, "une autre phrase")
        asked.append(list(statements))
    assert asked[0] == asked[1] and any("note_refused_password" in one for one in asked[0])


def test_an_auditor_reads_the_refusals_of_their_own_organisation(
    client: InspectingClient, known: Known
) -> None:
    give_password(client, known.email, "une autre phrase")
    client.delete_cookie(COOKIE)
    for seat, expected in ((Seat(id=known.membership.seat_id), True), (None, False)):
        sign_in(client, make_member(seat, Role.AUDITOR))
        page = client.get("/journal?action=sign_in.refused").text
        assert ("Connexion\u00a0: refus" in page) is expected
        assert (known.email in page) is False
        assert ("Sans session" in page) is expected


def test_attempts_that_come_too_fast_are_counted_not_written(
    client: InspectingClient, known: Known
) -> None:
    with time_machine.travel(clock.now(), tick=False):
        for _ in range(9):
            give_password(client, known.email, "une autre phrase")
    assert len(refusals()) == 6


def test_an_unknown_address_takes_as_long(monkeypatch: pytest.MonkeyPatch, app: Flask) -> None:
    from partners.people import proofs

    seen: list[str] = []
    monkeypatch.setattr(proofs.HASHER.__class__, "verify", lambda _s, known, _p: seen.append(known))
    assert not proofs.verify_password(None, "x")
    assert seen == [proofs.NOBODY]


def test_a_code_serves_once(client: InspectingClient, known: Known) -> None:
    code = known.code
    for expected in (302, 422):
        give_password(client, known.email)
        answer = client.post("/connexion/code", data={"totp_code": code})
        assert answer.status_code == expected
        client.delete_cookie(COOKIE)
    assert "il a déjà servi" in answer.get_data(as_text=True)


@pytest.mark.parametrize(("seconds", "status"), [(-30, 302), (30, 302), (-90, 422), (90, 422)])
def test_one_step_of_drift_is_allowed(
    client: InspectingClient, known: Known, seconds: int, status: int
) -> None:
    import pyotp

    code = pyotp.TOTP(known.secret).at(clock.now() + timedelta(seconds=seconds))
    give_password(client, known.email)
    answer = client.post("/connexion/code", data={"totp_code": f"{code[:3]} {code[3:]}"})
    assert answer.status_code == status


def test_a_recovery_code_serves_once(client: InspectingClient, known: Known) -> None:
    for expected in (302, 422):
        give_password(client, known.email)
        assert client.get("/connexion/code-de-secours").status_code == 200
        answer = client.post(
            "/connexion/code-de-secours", data={"recovery_code": RECOVERY.upper().replace("-", " ")}
        )
        assert answer.status_code == expected
        client.delete_cookie(COOKIE)


def test_the_code_page_needs_the_password(client: InspectingClient, known: Known) -> None:
    assert client.get("/connexion/code").location == "/connexion"
    assert client.post("/connexion/code", data={"totp_code": known.code}).location == "/connexion"
    assert client.post("/connexion/sans-code").status_code == 404


def test_the_password_is_good_for_ten_minutes(client: InspectingClient, known: Known) -> None:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        give_password(client, known.email)
        traveller.shift(601)
        assert client.get("/connexion/code").location == "/connexion"


def test_attempts_are_limited_and_heard_again(client: InspectingClient, known: Known) -> None:
    with time_machine.travel("2026-03-02T10:00:00+00:00", tick=False) as traveller:
        for _ in range(6):
            assert give_password(client, known.email, "faux").status_code == 422
        blocked = give_password(client, known.email)
        assert blocked.status_code == 429
        assert "Réessayez dans 5\u00a0minutes" in blocked.get_data(as_text=True)
        elsewhere = client.post(
            "/connexion",
            data={"email": known.email, "password": PASSWORD},
            environ_base={"REMOTE_ADDR": "192.0.2.7"},
        )
        assert elsewhere.status_code == 302
        traveller.shift(300)
        assert give_password(client, known.email).status_code == 302


def test_an_endless_address_is_only_wrong(client: InspectingClient) -> None:
    assert give_password(client, "a" * 100_000).status_code == 422


def test_codes_are_limited(client: InspectingClient, known: Known) -> None:
    with time_machine.travel("2026-03-02T10:00:00+00:00", tick=False):
        give_password(client, known.email)
        for _ in range(5):
            assert client.post("/connexion/code", data={"totp_code": "000000"}).status_code == 422
        assert client.post("/connexion/code", data={"totp_code": known.code}).status_code == 429


def test_a_session_ends_when_idle_and_at_most_after_twelve_hours(
    client: InspectingClient, known: Known
) -> None:
    with time_machine.travel("2026-03-02T08:00:00+00:00", tick=False) as traveller:
        sign_in(client, known.membership)
        traveller.shift(29 * 60)
        assert client.get("/mon-profil").status_code == 200
        traveller.shift(29 * 60)
        assert client.get("/mon-profil").status_code == 200
        traveller.shift(31 * 60)
        assert client.get("/mon-profil").status_code == 302
    with time_machine.travel("2026-03-02T08:00:00+00:00", tick=False) as traveller:
        sign_in(client, known.membership)
        for _ in range(24):
            traveller.shift(29 * 60)
            client.get("/mon-profil")
        traveller.shift(24 * 60 + 1)
        assert client.get("/mon-profil").status_code == 302


def test_signing_out_ends_the_session_at_once(client: InspectingClient, known: Known) -> None:
    sign_in(client, known.membership)
    token = client.get_cookie(COOKIE)
    assert token is not None
    assert client.post("/deconnexion").location == "/connexion"
    client.set_cookie(COOKIE, token.value, domain="localhost")
    assert client.get("/mon-profil").status_code == 302


def test_a_disabled_account_is_nobody(client: InspectingClient, known: Known) -> None:
    from partners.people.models import UserAccount

    sign_in(client, known.membership)
    with seeding() as session:
        session.get_one(UserAccount, known.membership.user_id).is_active = False
    assert client.get("/mon-profil").status_code == 302
    client.delete_cookie(COOKIE)
    assert give_password(client, known.email).status_code == 422


def test_without_any_seat_left_one_is_told(client: InspectingClient, known: Known) -> None:
    with seeding() as session:
        session.get_one(Membership, known.membership.id).ended_at = clock.now()
    give_password(client, known.email)
    answer = client.post("/connexion/code", data={"totp_code": known.code})
    assert answer.status_code == 422
    assert "rattaché à aucune structure" in answer.get_data(as_text=True)


def test_a_password_hashed_with_older_settings_is_hashed_again(
    client: InspectingClient, known: Known
) -> None:
    from argon2 import PasswordHasher

    old = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    with seeding() as session:
        session.get_one(UserSecret, known.membership.user_id).password_hash = old
    assert give_password(client, known.email).status_code == 302
    with seeding() as session:
        session.expire_all()
        now = session.get_one(UserSecret, known.membership.user_id).password_hash
    assert now and now != old


@pytest.mark.parametrize("target", ["//ailleurs.test/", "https://ailleurs.test/", "/\\ailleurs"])
def test_signing_in_never_leads_to_another_site(
    client: InspectingClient, known: Known, target: str
) -> None:
    give_password(client, known.email)
    answer = client.post("/connexion/code", data={"totp_code": known.code, "next": target})
    assert answer.location == "/"
