"""Each kind past its time is erased, its neighbour stays; the log tells without telling."""

import json
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from app import clock
from app.actors import SYSTEM
from app.jobs import Outbox
from app.links import Link
from app.notices import Notice
from app.saved_views import SavedView
from cases.casework.models import LegalBasis
from cases.companies.models import Company, CompanyPerson, CompanyUse, Person
from cases.referrals.models import AccessRequest, Referral, ReferralSheet
from cases.retention.enums import Kind
from cases.retention.models import Erasure
from partners.organisations.models import Seat
from partners.people.models import (
    Absence,
    Invitation,
    MemberSession,
    Membership,
    Pledge,
    Throttle,
    UserAccount,
    UserSecret,
)
from tests.factories import (
    make_basis,
    make_case,
    make_company,
    make_member,
    make_need,
    make_person,
    make_referral,
    make_seat,
)
from tests.support.acting import acting_as, seeding

Run = Callable[[], dict[Kind, int]]


def ago(days: float) -> datetime:
    return clock.now() - timedelta(days=days)


def ids(model: Any) -> set[Any]:
    with seeding() as session:
        return set(session.scalars(select(model.id)))


def put(*made: Any) -> Any:
    with seeding() as session:
        session.add_all(made)
    return made[0] if len(made) == 1 else made


def test_sheets_of_what_led_nowhere(run: Run) -> None:
    sender, seat = make_member(), make_seat()

    def send(state: str, ended: datetime, **more: Any) -> Referral:
        case = make_case(sender)
        basis = make_basis(case, [seat], sender)
        facts = {"state": state, "ended_at": ended, "message": "mots", **more}
        return make_referral(make_need(case, sender), sender, seat, basis, **facts)

    gone = [send(state, ago(2)) for state in ("redirected", "expired", "revoked")]
    gone.append(send("declined", ago(2), decline_code="other", decline_text="Complet."))
    kept = [send("revoked", ago(0.5)), send("accepted", ago(2)), send("completed", ago(900))]
    assert run()[Kind.REFERRAL_SHEET] == len(gone)
    with seeding() as session:
        assert set(session.scalars(select(ReferralSheet.referral_id))) == {r.id for r in kept}
        left = {r.id: r for r in session.scalars(select(Referral))}
        assert {left[r.id].message for r in gone} == {""}
        assert {left[r.id].message for r in kept} == {"mots"}
        assert left[gone[-1].id].decline_text == "Complet."


def test_companies_and_persons_without_case_nor_use(run: Run) -> None:
    member = make_member()
    seat, long_ago = Seat(id=member.seat_id), {"created_at": ago(1200)}
    gone, used = make_company(seat, **long_ago), make_company(seat, **long_ago)
    followed, young = make_company(seat, **long_ago), make_company(seat)
    case = make_case(member, followed)
    lost, tied = make_person(seat, **long_ago), make_person(seat, **long_ago)
    put(
        CompanyUse(company_id=gone.id, seat_id=member.seat_id, used_at=ago(1150)),
        CompanyUse(company_id=used.id, seat_id=member.seat_id, used_at=ago(20)),
        CompanyPerson(
            company_id=gone.id, person_id=lost.id, seat_id=member.seat_id, created_at=ago(1150)
        ),
        CompanyPerson(company_id=used.id, person_id=tied.id, seat_id=member.seat_id),
    )
    done = run()
    assert (done[Kind.COMPANY], done[Kind.PERSON]) == (1, 1)
    assert ids(Company) == {used.id, followed.id, young.id}
    assert ids(Person) == {tied.id, case.person_id}


def test_agreements_of_a_case_that_still_stands(run: Run) -> None:
    member = make_member()
    case = make_case(member)
    over = make_basis(case, [make_seat()], member, given_at=ago(2000), withdrawn_at=ago(1900))
    recent = make_basis(case, [make_seat()], member, given_at=ago(2000), withdrawn_at=ago(1000))
    live = make_basis(case, [make_seat()], member, given_at=ago(2000))
    assert run()[Kind.AGREEMENT] == 1
    with seeding() as session:
        names = dict(map(tuple, session.execute(select(LegalBasis.id, LegalBasis.given_by))))
    assert names == {over.id: "", recent.id: "Dominique Exemple", live.id: "Dominique Exemple"}


def test_access_requests(run: Run) -> None:
    member = make_member()
    facts = {"seat_id": member.seat_id, "member_id": member.id, "subject": "cash_flow"}
    old, new = put(
        *(
            AccessRequest(company_name="Exemple", reason="Nous aidons.", created_at=at, **facts)
            for at in (ago(400), ago(300))
        )
    )
    assert old and run()[Kind.ACCESS_REQUEST] == 1
    assert ids(AccessRequest) == {new.id}


def test_former_members_keep_their_name_only(run: Run) -> None:
    seat = make_seat()
    gone = make_member(seat, ended_at=ago(500), job_title="Chargée de mission")
    recent, here = make_member(seat, ended_at=ago(100)), make_member(seat)
    elsewhere = make_member(seat, ended_at=ago(500))
    with seeding() as session:
        user = session.get_one(UserAccount, elsewhere.user_id)
    make_member(user=user)
    put(
        UserSecret(user_id=gone.user_id, password_hash="x"),
        SavedView(user_id=gone.user_id, page="p", name="Ma vue", query="q=Dupont"),
        _session(gone, ago(90)),
    )
    with seeding() as session:
        account = session.get_one(UserAccount, gone.user_id)
        name, account.phone = account.full_name, "0556000000"
    assert run()[Kind.FORMER_MEMBER] == 1
    with seeding() as session:
        session.expunge_all()
        account = session.get_one(UserAccount, gone.user_id)
        assert (account.full_name, account.phone, account.is_active) == (name, "", False)
        assert account.email == f"ancien-{gone.user_id}@relais.invalid"
        assert session.get_one(Membership, gone.id).job_title == ""
        for model in (UserSecret, SavedView, MemberSession):
            assert session.scalars(select(model)).all() == []
        others = {recent.user_id, here.user_id, elsewhere.user_id}
        emails = select(UserAccount.email).where(UserAccount.id.in_(others))
        assert not any("ancien" in email for email in session.scalars(emails))
    assert Kind.FORMER_MEMBER not in run()


def _session(member: Membership, ended: datetime, **more: Any) -> MemberSession:
    facts = {"last_seen_at": ended, "fresh_at": ended, "ends_at": ended, "user_id": member.user_id}
    return MemberSession(token_hash=str(uuid.uuid4()), **{**facts, **more})


def test_technical_traces(run: Run) -> None:
    member, later = make_member(), clock.now() + timedelta(hours=1)
    link = {"purpose": "consent", "object_id": uuid.uuid4()}
    row = {"kind": "x", "payload": {}, "principal": "system"}
    today = clock.today()
    old = put(
        _session(member, ago(100)),
        Link(token_hash="a", expires_at=ago(40), **link),
        Link(token_hash="b", expires_at=later, used_at=ago(40), **link),
        Notice(key="a", seat_id=member.seat_id, text="t", created_at=ago(200)),
        Outbox(dedupe_key="a", available_at=ago(100), status="sent", sent_at=ago(100), **row),
        Throttle(key="a", window_start=ago(2), hits=1),
        Pledge(user_id=member.user_id, version="1", signed_at=ago(2000)),
        Absence(membership_id=member.id, starts_on=ago(500).date(), ends_on=ago(400).date()),
    )
    new = put(
        _session(member, later, revoked_at=None),
        _session(member, ago(10)),
        Link(token_hash="c", expires_at=ago(10), **link),
        Notice(key="b", seat_id=member.seat_id, text="t", created_at=ago(100)),
        Outbox(dedupe_key="b", available_at=ago(100), status="dead", **row),
        Outbox(dedupe_key="c", available_at=ago(10), status="sent", sent_at=ago(10), **row),
        Throttle(key="b", window_start=ago(0.5), hits=1),
        Pledge(user_id=member.user_id, version="1", signed_at=ago(200)),
        Absence(membership_id=member.id, starts_on=today, ends_on=today),
    )
    done = run()
    expected = dict.fromkeys(
        (Kind.SESSION, Kind.NOTICE, Kind.OUTBOX, Kind.THROTTLE, Kind.PLEDGE, Kind.ABSENCE), 1
    )
    assert {kind: done[kind] for kind in expected} == expected and done[Kind.LINK] == 2
    for model in {type(one) for one in old} - {Throttle}:
        assert ids(model) == {one.id for one in new if isinstance(one, model)}
    with seeding() as session:
        assert session.scalars(select(Throttle.key)).all() == ["b"]
        swept = select(Erasure.count).where(Erasure.kind == Kind.LINK, Erasure.object_id.is_(None))
        assert session.scalars(swept).all() == [2]


def test_invitations_without_a_link_that_opens(run: Run) -> None:
    seat = make_seat()
    facts = {"full_name": "Alix Invitée", "seat_id": seat.id, "role": "adviser"}
    old, waiting, new = put(
        Invitation(email="a@exemple.test", created_at=ago(100), **facts),
        Invitation(email="b@exemple.test", created_at=ago(100), **facts),
        Invitation(email="c@exemple.test", created_at=ago(10), **facts),
    )
    later = clock.now() + timedelta(days=3)
    put(Link(purpose="invitation", object_id=waiting.id, token_hash="w", expires_at=later))
    assert old and run()[Kind.INVITATION] == 1
    assert ids(Invitation) == {waiting.id, new.id}


def test_the_log_is_outside_as_well_and_holds_no_word(run: Run, log_file: Path) -> None:
    seat = make_seat()
    company = make_company(seat, name="Zyxomène", created_at=ago(1200))
    run()
    [line] = [json.loads(text) for text in log_file.read_text().splitlines()]
    assert set(line) == {"id", "kind", "object_id", "organisation_id", "at", "rule", "count"}
    assert (line["kind"], line["object_id"]) == ("company", str(company.id))
    assert "Zyxomène" not in log_file.read_text()
    assert log_file.stat().st_mode & 0o077 == 0
    with seeding() as session:
        assert session.scalars(select(Erasure.exported_at)).one() is not None
    run()
    assert len(log_file.read_text().splitlines()) == 1


def test_lines_left_inside_go_out_with_the_next_run(run: Run, log_file: Path) -> None:
    put(Erasure(kind="company", object_id=uuid.uuid4(), rule="36 months"))
    run()
    assert len(log_file.read_text().splitlines()) == 1


@pytest.mark.parametrize("table", ["journal_event", "journal_checkpoint", "erasure"])
def test_the_worker_deletes_neither_journal_nor_log(app: Flask, table: str) -> None:
    with pytest.raises(Exception, match="permission denied"), acting_as(SYSTEM) as session:
        session.execute(text(f"DELETE FROM {table}"))
