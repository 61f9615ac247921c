"""How much the demonstration holds: what issue 2 asks for, and every state of every machine."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from app.actors import Role
from app.today import SHOWN
from cases.casework.enums import CaseStatus, Outcome, Phase
from cases.demo.accounts import list_accounts
from cases.demo.loading import load_demo
from cases.referrals.enums import ReferralKind, ReferralState
from tests.cases.demo.conftest import TODAY

pytestmark = pytest.mark.commits
Ask = Callable[..., list[Any]]


@pytest.mark.parametrize(
    ("table", "least"),
    [
        ("organisation", 12),
        ("user_account", 60),
        ("company", 400),
        ("case_file", 300),
        ("referral", 900),
        ("timeline_entry", 3000),
        ("assessment", 150),
        ("access_request", 20),
        ("outside_access", 15),
        ("action_reply", 20),
    ],
)
def test_enough_of_everything(ask: Ask, table: str, least: int) -> None:
    [(count,)] = ask(f"SELECT count(*) FROM {table}")
    assert count >= least


def test_organisations_of_many_kinds_in_four_regions(ask: Ask) -> None:
    [(kinds,)] = ask("SELECT count(DISTINCT kind) FROM organisation")
    [(regions,)] = ask(
        "SELECT count(DISTINCT r.region_code) FROM case_file f JOIN company c"
        " ON c.id = f.company_id JOIN ref_commune r ON r.code = c.commune_code"
    )
    assert kinds >= 10 and regions >= 4


def test_every_phase_in_every_status(ask: Ask) -> None:
    found = set(ask("SELECT DISTINCT phase, status FROM case_file"))
    assert {tuple(row) for row in found} == set(product(map(str, Phase), map(str, CaseStatus)))


def test_every_state_and_kind_of_referral(ask: Ask) -> None:
    states = {row.state for row in ask("SELECT DISTINCT state FROM referral")}
    kinds = {row.kind for row in ask("SELECT DISTINCT kind FROM referral")}
    assert states == set(map(str, ReferralState))
    assert kinds == set(map(str, ReferralKind)) - {ReferralKind.REQUEST.value}


def test_most_outcomes_are_met(ask: Ask) -> None:
    found = {row.outcome for row in ask("SELECT DISTINCT outcome FROM case_file")} - {None}
    assert len(found) >= len(Outcome) - 2


def test_every_role_and_somebody_with_two_seats(ask: Ask) -> None:
    assert {row.role for row in ask("SELECT DISTINCT role FROM membership")} == set(map(str, Role))
    assert ask("SELECT user_id FROM membership GROUP BY user_id HAVING count(*) = 2")
    assert ask(
        "SELECT 1 FROM absence WHERE deputy_id IS NOT NULL AND :day BETWEEN starts_on AND ends_on",
        day=TODAY,
    )


def test_companies_without_siren_closed_or_young(ask: Ask) -> None:
    [row] = ask(
        "SELECT count(*) FILTER (WHERE siren IS NULL) AS nameless,"
        " count(*) FILTER (WHERE is_closed) AS closed,"
        " count(*) FILTER (WHERE created_on > CAST(:day AS date) - 540) AS young FROM company",
        day=TODAY,
    )
    assert (row.nameless, row.closed) == (20, 25) and row.young >= 20


def test_companies_around_bordeaux_are_left_for_the_visitor(ask: Ask) -> None:
    [(free,)] = ask(
        "SELECT count(*) FROM company c JOIN ref_commune r ON r.code = c.commune_code"
        " WHERE r.department_code = '33' AND siren IS NOT NULL AND NOT is_closed"
        " AND NOT EXISTS (SELECT FROM case_file f WHERE f.company_id = c.id)"
    )
    assert free >= 30


def test_a_second_load_does_nothing(ask: Ask) -> None:
    before = ask("SELECT count(*) FROM journal_event")
    assert load_demo(TODAY) == {}
    assert ask("SELECT count(*) FROM journal_event") == before


def test_somebody_has_more_ahead_than_a_part_of_the_first_page_shows(ask: Ask) -> None:
    [(count,)] = ask(
        "SELECT count(*) FROM case_action a JOIN membership m ON m.id = a.owner_id"
        " JOIN user_account u ON u.id = m.user_id WHERE a.status IN ('todo', 'doing')"
        " AND u.email = :login AND a.due_on - CAST(:day AS date) BETWEEN 7 AND 14",
        login=next(one["login"] for one in list_accounts() if one["role"] == Role.ADVISER),
        day=TODAY,
    )
    assert SHOWN < count < 2 * SHOWN
