"""The job: ceilings, killed and resumed, run twice; what is told while it waits for a human."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select, text

from app import clock, health, schedule
from app.actors import SYSTEM, Role
from app.db import db
from app.schedule import PERIODIC, JobRun
from cases.casework.models import CaseFile
from cases.companies.models import Company
from cases.retention import running
from cases.retention.cli import retention_group
from cases.retention.commands import erasing
from cases.retention.enums import Kind
from cases.retention.errors import AboveCeiling
from cases.retention.models import Erasure
from cases.retention.rules import Ceiling
from tests.factories import make_basis, make_company, make_member, make_seat
from tests.factories.retention import make_closed_case
from tests.support.acting import acting_as, seeding
from tests.support.pages import InspectingClient
from tests.support.signing import sign_in

Run = Callable[[], dict[Kind, int]]
CASES = 5


@pytest.fixture
def low(monkeypatch: pytest.MonkeyPatch) -> None:
    """At most three cases in one run."""
    monkeypatch.setattr(running, "CEILINGS", {Kind.CASE: Ceiling(3, 0)})


@pytest.fixture
def due(app: Flask) -> list[CaseFile]:
    """Five cases past their time, led by one seat, and a company nobody uses."""
    member = make_member()
    make_company(make_seat(), created_at=clock.now() - timedelta(days=1200))
    return [make_closed_case(member) for _ in range(CASES)]


def anonymised() -> int:
    with seeding() as session:
        statement = select(func.count()).where(CaseFile.anonymised_at.is_not(None))
        return session.scalar(statement) or 0


def log_of(kind: Kind) -> int:
    with seeding() as session:
        return session.scalar(select(func.count()).where(Erasure.kind == kind)) or 0


def test_above_the_ceiling_nothing_of_the_kind_goes(
    due: list[CaseFile], low: None, run: Run
) -> None:
    with pytest.raises(AboveCeiling, match="case"):
        run()
    with seeding() as session:
        companies = session.scalar(select(func.count()).select_from(Company))
    assert (anonymised(), companies) == (0, CASES)
    assert (log_of(Kind.CASE), log_of(Kind.COMPANY)) == (0, 1)


def test_a_human_goes_on(due: list[CaseFile], low: None, log_file: Path) -> None:
    db.session.expunge_all()
    with acting_as(SYSTEM):
        assert running.run_above_ceiling(log_file)[Kind.CASE] == CASES
    assert anonymised() == CASES


def test_twice_finds_nothing_the_second_time(due: list[CaseFile], run: Run) -> None:
    assert run() == {Kind.CASE: CASES, Kind.COMPANY: 1}
    assert run() == {}
    assert (log_of(Kind.CASE), log_of(Kind.COMPANY)) == (CASES, 1)


class Killed(BaseException):
    """As the process is ended between two batches, or in the middle of one."""


@pytest.mark.parametrize("at_batch", [1, 2, 3])
def test_killed_in_the_middle_it_goes_on(
    due: list[CaseFile], run: Run, monkeypatch: pytest.MonkeyPatch, at_batch: int
) -> None:
    calls, anonymise = [], erasing.anonymise_cases

    def until_killed(*args: Any) -> None:
        anonymise(*args)
        calls.append(1)
        if len(calls) == at_batch:
            raise Killed

    monkeypatch.setattr(erasing, "BATCH", 2)
    monkeypatch.setattr(erasing, "anonymise_cases", until_killed)
    with pytest.raises(Killed):
        run()
    whole = min(2 * (at_batch - 1), CASES)
    assert (anonymised(), log_of(Kind.CASE)) == (whole, whole)
    monkeypatch.setattr(erasing, "anonymise_cases", anonymise)
    assert run()[Kind.CASE] == CASES - whole
    assert (anonymised(), log_of(Kind.CASE)) == (CASES, CASES)


def test_killed_before_the_log_is_marked_nothing_is_missing_outside(
    due: list[CaseFile], run: Run, log_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = running.write_outside

    def killed(file: Path) -> int:
        done = write(file)
        if done:
            raise Killed
        return done

    monkeypatch.setattr(running, "write_outside", killed)
    with pytest.raises(Killed):
        run()
    monkeypatch.setattr(running, "write_outside", write)
    run()
    lines = [json.loads(line)["object_id"] for line in log_file.read_text().splitlines()]
    assert {str(case.id) for case in due} <= set(lines)


@pytest.fixture
def failed(due: list[CaseFile], low: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The scheduler ran the job, which stopped."""
    db.session.expunge_all()
    with acting_as(SYSTEM):
        error = schedule.run_job(PERIODIC["retention.run"])
    assert error.startswith("AboveCeiling: ")
    with seeding() as session:
        for name in set(PERIODIC) - {"retention.run"}:
            session.add(JobRun(name=name, started_at=clock.now(), ended_at=clock.now(), error=""))
    monkeypatch.setattr(health, "answers", lambda _url: True)


@pytest.mark.usefixtures("failed")
def test_a_stop_is_told_to_the_probes_and_at_home(client: InspectingClient) -> None:
    jobs = client.get("/readyz").json["jobs"]
    assert jobs["retention.run"] == {"ok": False, "age_seconds": None, "failed": True}
    assert [name for name, job in jobs.items() if not job["ok"]] == ["retention.run"]
    sign_in(client, make_member(role=Role.PLATFORM_ADMIN))
    page = client.get("/").text
    assert "La conservation s’est arrêtée" in page and "--above-ceiling" in page


@pytest.fixture
def cli(app: Flask, monkeypatch: pytest.MonkeyPatch, log_file: Path) -> Iterator[Any]:
    """The command line, as the system."""
    log_file.parent.mkdir()

    def ask(*words: str) -> Any:
        db.session.expunge_all()
        with acting_as(SYSTEM):
            return CliRunner().invoke(retention_group, words)

    yield ask


def test_status_says_what_is_due(due: list[CaseFile], low: None, cli: Any) -> None:
    answer = cli("status", "--json")
    facts = json.loads(answer.output)
    assert answer.exit_code == 1 and set(facts) == set(Kind)
    assert facts["case"] == {"due": CASES, "total": CASES, "allowed": 3, "stopped": True}
    assert facts["company"]["due"] == 1 and facts["throttle"]["allowed"] is None
    assert "STOPPED" in cli("status").output


def test_dry_run_erases_nothing(due: list[CaseFile], cli: Any) -> None:
    assert f"case             {CASES} past their time of {CASES}" in cli("run", "--dry-run").output
    assert (anonymised(), log_of(Kind.CASE)) == (0, 0)


def test_run_by_hand(due: list[CaseFile], low: None, cli: Any) -> None:
    stopped = cli("run")
    assert stopped.exit_code == 1 and "A human must look" in stopped.output
    assert (
        cli("run", "--above-ceiling").output.splitlines()[0] == f"case             {CASES} erased"
    )
    lines = [json.loads(line) for line in cli("log").output.splitlines()]
    assert [line["kind"] for line in lines].count("case") == CASES
    assert cli("log", "--since", "2100-01-01T00:00:00+00:00").output == ""


def test_proofs_are_found_by_name(cli: Any) -> None:
    member = make_member()
    make_basis(make_closed_case(member), [make_seat()], member)
    cli("run")
    [line] = cli("proofs", "menuiserie").output.splitlines()
    assert json.loads(line)["given_by"] == "Dominique Exemple"
    assert cli("proofs", "zyx").output == "" == cli("proofs", " ").output


def test_nothing_is_due_at_first(app: Flask, run: Run) -> None:
    with seeding() as session:
        session.execute(text("DELETE FROM throttle"))
    assert run() == {}
