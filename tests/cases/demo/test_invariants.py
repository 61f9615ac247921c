"""What must hold in the demonstration as it holds in real life: rights, agreements, dates."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from app.db import Base
from cases.demo.people import PASSWORD
from partners.people.proofs import verify_password
from tests.cases.demo.conftest import TODAY

pytestmark = pytest.mark.commits
Ask = Callable[..., list[Any]]
#: Instants that lie ahead by nature.
AHEAD = {"answer_by", "due_at", "expires_at", "valid_until", "ends_at", "available_at"}


def test_readers_are_the_seats_that_take_part(ask: Ask) -> None:
    wrong = ask(
        "SELECT f.reference FROM case_file f WHERE"
        " (SELECT array_agg(DISTINCT p.seat_id ORDER BY p.seat_id) FROM participation p"
        "  WHERE p.case_id = f.id AND p.ended_at IS NULL)"
        " <> (SELECT array_agg(s ORDER BY s) FROM unnest(f.reader_seats) s)"
    )
    assert wrong == []


def test_one_open_case_for_a_company(ask: Ask) -> None:
    assert not ask(
        "SELECT company_id FROM case_file WHERE status <> 'closed' AND company_id IS NOT NULL"
        " GROUP BY company_id HAVING count(*) > 1"
    )


def test_one_lead_who_is_the_lead_of_the_case(ask: Ask) -> None:
    assert not ask(
        "SELECT f.id FROM case_file f WHERE (SELECT array_agg(p.seat_id) FROM participation p"
        " WHERE p.case_id = f.id AND p.role = 'lead' AND p.ended_at IS NULL)"
        " IS DISTINCT FROM ARRAY[f.lead_seat_id]"
    )


def test_every_sharing_rests_on_an_agreement_that_covers_it(ask: Ask) -> None:
    assert not ask(
        "SELECT r.id FROM referral r LEFT JOIN legal_basis b ON b.id = r.basis_id"
        " WHERE r.kind IN ('joint', 'handover') AND r.state <> 'draft' AND (b.id IS NULL"
        " OR b.case_id <> r.case_id OR NOT r.receiver_seat_id = ANY (b.seat_ids)"
        " OR b.given_at > r.sent_at)"
    )
    assert not ask(
        "SELECT p.id FROM participation p JOIN legal_basis b ON b.id = p.basis_id"
        " WHERE NOT p.sections <@ b.sections OR NOT p.seat_id = ANY (b.seat_ids)"
        " OR (b.withdrawn_at IS NOT NULL AND p.ended_at IS DISTINCT FROM b.withdrawn_at)"
    )


def test_sheets_hold_only_what_was_agreed(ask: Ask) -> None:
    assert not ask(
        "SELECT r.id FROM referral_sheet s JOIN referral r ON r.id = s.referral_id"
        " JOIN legal_basis b ON b.id = r.basis_id WHERE NOT s.sections <@ b.sections"
    )


def test_health_never_enters_the_shared_file(ask: Ask) -> None:
    assert not ask(
        "SELECT r.id FROM referral r JOIN seat s ON s.id = r.receiver_seat_id"
        " JOIN organisation o ON o.id = s.organisation_id"
        " WHERE r.subject = 'health' AND o.kind <> 'health_support'"
    )
    assert not ask("SELECT 1 FROM need WHERE subject = 'health' AND audience <> 'own'")
    assert not ask(
        "SELECT 1 FROM participation p JOIN referral r ON r.id = p.referral_id"
        " WHERE r.subject = 'health'"
    )


def test_authors_took_part_when_they_wrote(ask: Ask) -> None:
    assert not ask(
        "SELECT t.id FROM timeline_entry t WHERE NOT EXISTS (SELECT FROM participation p"
        " WHERE p.case_id = t.case_id AND p.seat_id = t.seat_id"
        " AND p.started_at <= t.happened_at + interval '1 hour'"
        " AND (p.ended_at IS NULL OR p.ended_at >= t.happened_at))"
    )


def test_reasons_were_given_outside_ones_territory_by_whoever_could_open(ask: Ask) -> None:
    assert not ask(
        "SELECT a.id FROM outside_access a JOIN membership m ON m.id = a.member_id"
        " JOIN case_file f ON f.id = a.case_id WHERE m.seat_id <> a.seat_id"
        " OR a.department = ANY (unit_departments(m.unit_id)) OR f.lead_member_id = m.id"
        " OR NOT EXISTS (SELECT FROM participation p WHERE p.case_id = a.case_id"
        "  AND p.seat_id = a.seat_id AND p.started_at <= a.given_at)"
    )


def test_replies_came_after_the_question_and_finish_what_is_done(ask: Ask) -> None:
    assert not ask(
        "SELECT r.id FROM action_reply r JOIN case_action a ON a.id = r.action_id"
        " WHERE r.answered_at < a.asked_at OR a.owner_email = '' OR a.case_id <> r.case_id"
        " OR (r.answer = 'done') <> (a.status = 'done')"
    )


def test_recovery_never_writes_for_the_aid_side(ask: Ask) -> None:
    assert not ask(
        "SELECT t.id FROM timeline_entry t JOIN seat s ON s.id = t.seat_id"
        " WHERE s.side = 'recovery' AND t.audience = 'aid' AND t.kind = 'note'"
    )


def test_steps_follow_one_another(ask: Ask) -> None:
    assert not ask(
        "SELECT * FROM (SELECT at, before, lag(at) OVER w AS earlier, lag(after) OVER w AS left_in"
        " FROM referral_step WINDOW w AS (PARTITION BY referral_id ORDER BY at, id)) step"
        " WHERE earlier > at OR left_in <> before"
    )
    assert not ask(
        "SELECT r.id FROM referral r JOIN LATERAL (SELECT after FROM referral_step s"
        " WHERE s.referral_id = r.id ORDER BY at DESC, id DESC LIMIT 1) last ON true"
        " WHERE last.after <> r.state"
    )


def test_dates_are_in_order(ask: Ask) -> None:
    assert not ask("SELECT id FROM case_file WHERE closed_at < opened_at OR moved_at < opened_at")
    assert not ask(
        "SELECT f.id FROM case_file f JOIN case_change h ON h.case_id = f.id"
        " GROUP BY f.id HAVING f.moved_at <> greatest(f.opened_at, max(h.at))"
    )
    assert not ask(
        "SELECT id FROM company WHERE closed_on <= created_on OR created_on > :day", day=TODAY
    )
    assert not ask(
        "SELECT id FROM referral WHERE seen_at < sent_at OR answered_at < sent_at"
        " OR ended_at < sent_at OR answer_by <= sent_at"
    )
    assert not ask("SELECT id FROM case_action WHERE done_at < created_at")


def test_nothing_happened_after_today(ask: Ask) -> None:
    midnight = datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=UTC)
    for table in Base.metadata.sorted_tables:
        if table.name.startswith("ref_"):
            continue
        for column in table.columns:
            is_instant = getattr(column.type, "timezone", False)
            if is_instant and column.name not in AHEAD:
                [(last,)] = ask(f"SELECT max({column.name}) FROM {table.name}")
                assert last is None or last <= midnight, f"{table.name}.{column.name}"


def test_no_slot_is_left_in_a_sentence(ask: Ask) -> None:
    assert not ask("SELECT body FROM timeline_entry WHERE body ~ '[{}]'")
    assert not ask(
        "SELECT body FROM timeline_entry WHERE body ~* '\\mde les?\\M'"
        " AND body ~* '\\mde le (salon|café|garage|restaurant)'"
    )
    assert not ask("SELECT description FROM need WHERE description ~ '[{}]'")


def test_passwords_open_the_accounts(ask: Ask, demo_app: Flask) -> None:
    hashes = ask("SELECT DISTINCT password_hash FROM user_secret")
    assert len(hashes) == 1 and verify_password(hashes[0].password_hash, PASSWORD)


def test_somebody_without_account_is_asked_and_will_get_a_link(ask: Ask) -> None:
    [row] = ask(
        "SELECT r.state, r.kind, o.email, x.status, x.payload->>'referral_id' = r.id::text AS same,"
        " (SELECT count(*) FROM membership m WHERE m.seat_id = r.receiver_seat_id) AS members"
        " FROM referral r JOIN seat s ON s.id = r.receiver_seat_id"
        " JOIN organisation o ON o.id = s.organisation_id JOIN outbox x ON x.subject_id = r.id"
        " WHERE o.name = 'Compagnons de l’Estuaire'"
    )
    assert (row.state, row.kind, row.status) == ("sent", "joint", "pending")
    assert (row.same, row.members) == (True, 0) and row.email
