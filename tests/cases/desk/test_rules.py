"""Who opens which page; what may be told of figures: no database."""

import re
from datetime import date
from pathlib import Path

import pytest

from app.actors import ANONYMOUS, SYSTEM, Actor, ActorKind, Role
from cases.casework.enums import ActionStatus, ChangeKind, Phase
from cases.desk.enums import HAPPENINGS, THINGS, Measure, action_label
from cases.desk.rules import (
    Cell,
    first_counted_day,
    holes_of,
    reads_figures,
    reads_journal,
    total_of,
)
from cases.referrals.enums import ReferralState
from partners.organisations.enums import PHASE_LABELS, Subject


def member(role: Role) -> Actor:
    return Actor(kind=ActorKind.MEMBER, role=role)


@pytest.mark.parametrize("role", list(Role))
def test_who_reads_the_journal_and_the_figures(role: Role) -> None:
    assert reads_journal(member(role)) is (role is Role.AUDITOR)
    assert reads_figures(member(role)) is (role in (Role.OBSERVER, Role.COORDINATOR))


@pytest.mark.parametrize("actor", [ANONYMOUS, SYSTEM])
def test_nobody_else_reads_them(actor: Actor) -> None:
    assert not reads_journal(actor)
    assert not reads_figures(actor)


@pytest.mark.parametrize(
    ("figures", "expected"), [([], 0), ([3, 4], 7), ([3, None, 5], None), ([None], None)]
)
def test_a_total_is_not_told_beside_a_hidden_cell(
    figures: list[int | None], expected: int | None
) -> None:
    assert total_of(Cell("x", figure) for figure in figures) == expected


def test_holes_leave_out_what_lacks_nothing() -> None:
    everything = set(Subject)
    holes = holes_of({"33": everything, "40": everything - {Subject.BANK, Subject.OTHER}})
    assert holes == {"40": [Subject.BANK]}


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("referral.accepted", "Orientation : acceptation"),
        ("case.read", "Dossier : lecture"),
        ("thing.done_twice", "thing : done twice"),
    ],
)
def test_action_label(code: str, label: str) -> None:
    assert action_label(code) == label


def test_rules_of_organisations_know_the_phases_of_cases() -> None:
    assert {phase.value: phase.label for phase in Phase} == PHASE_LABELS


ROOT = Path(__file__).resolve().parents[3]
RECORDED = re.compile(r'record\((?:[^()]|\([^()]*\))*?"([a-z_]+)\.([a-z_.]+)"')


def test_every_action_of_the_journal_has_its_words() -> None:
    sources = [p for floor in ("app", "partners", "cases") for p in (ROOT / floor).rglob("*.py")]
    found = [pair for path in sources for pair in RECORDED.findall(path.read_text("utf-8"))]
    assert len(found) > 30
    assert sorted({thing for thing, _ in found} - set(THINGS)) == []
    assert sorted({happening for _, happening in found} - set(HAPPENINGS)) == []


def test_composed_actions_have_their_words_too() -> None:
    composed = [state.value for state in (*ReferralState, *ActionStatus)]
    composed += [f"{kind.value}_changed" for kind in ChangeKind]
    assert sorted(set(composed) - set(HAPPENINGS)) == []


@pytest.mark.parametrize(
    ("today", "first"),
    [
        (date(2026, 11, 26), date(2025, 11, 1)),
        (date(2026, 1, 1), date(2025, 1, 1)),
        (date(2028, 2, 29), date(2027, 2, 1)),
    ],
)
def test_figures_run_from_the_first_day_of_a_month(today: date, first: date) -> None:
    assert first_counted_day(today) == first


def test_definitions_say_since_when() -> None:
    told = {measure: measure.definition("1er novembre 2025") for measure in Measure}
    assert "depuis le 1er novembre 2025" in told[Measure.OUTCOME]
    assert "depuis le 1er novembre 2025" in told[Measure.REFERRAL]
    assert not any("{" in words for words in told.values())
