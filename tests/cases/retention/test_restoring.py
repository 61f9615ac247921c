"""The drill: erase, restore the older dump, what was erased is erased again."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select, text

from app import clock, hooks
from app.actors import SYSTEM
from app.backup import BackupRefused, manifest_of, write_backup
from app.cli.backup import restore_command
from app.db import db, unit_of_work
from app.embedded.postgres import PostgresInfo, drop_database, make_database
from app.restoring import RestoreReport, erasures_since, restore
from cases.casework.models import CaseFile
from cases.companies.models import Company
from cases.retention.commands.replaying import replay
from cases.retention.enums import Kind
from cases.retention.models import Erasure
from cases.retention.running import run_retention
from partners.organisations.models import Seat
from tests.conftest import make_test_app, settings_for
from tests.factories import make_company, make_member
from tests.factories.retention import make_closed_case
from tests.support.acting import acting_as, seeding

backup = import_module("app.cli.backup")
DATABASE = "relais_drill"


@pytest.fixture
def empty(cluster: PostgresInfo) -> Iterator[str]:
    """An empty database, where the dump is restored; yields its name."""
    make_database(cluster, DATABASE)
    yield DATABASE
    drop_database(cluster, DATABASE)


@pytest.mark.commits
def test_what_was_erased_since_the_backup_is_erased_again(
    committed_app: Flask, cluster: PostgresInfo, empty: str, tmp_path: Path, log_file: Path
) -> None:
    settings, dump = committed_app.config["SETTINGS"], tmp_path / "relais.dump"
    member = make_member()
    case, long_ago = make_closed_case(member), clock.now() - timedelta(days=1200)
    lost = make_company(Seat(id=member.seat_id), name="Zyxomène", created_at=long_ago)
    case_id, lost_id = case.id, lost.id
    write_backup(settings, dump)
    db.session.expunge_all()
    with acting_as(SYSTEM):
        assert run_retention(log_file)[Kind.CASE] == 1
    db.engine.dispose()

    assert restore(settings, dump, cluster.dsn("relais_migrate", empty)).problems == []
    app = make_test_app(settings_for(cluster, empty, tmp_path), process="worker")
    with app.app_context():
        assert db.session.get_one(CaseFile, case_id).company_id is not None
        assert db.session.get(Company, lost_id) is not None
        db.session.remove()
        lines = erasures_since(dump, log_file)
        for _ in range(2):
            with unit_of_work():
                assert hooks.fire("restored", lines) == [[]]
        db.session.expire_all()
        again = db.session.get_one(CaseFile, case_id)
        assert (again.company_id, again.person_id) == (None, None)
        assert again.anonymised_at is not None and db.session.get(Company, lost_id) is None
        words = db.session.scalars(text("SELECT concerns FROM agreement_proof")).all()
        assert words == []
        known = {str(one) for one in db.session.scalars(select(Erasure.id))}
        assert {line["id"] for line in lines if line["object_id"]} <= known
        db.session.remove()
        db.engine.dispose()


def test_a_case_that_is_open_in_the_backup_is_left_to_a_human(app: Flask) -> None:
    member = make_member()
    case = make_closed_case(member)
    with seeding() as session:
        session.execute(
            text("UPDATE case_file SET status = 'open', outcome = NULL, closed_at = NULL")
        )
    line = {
        "id": "01890000-0000-7000-8000-000000000001",
        "kind": "case",
        "object_id": str(case.id),
        "organisation_id": None,
        "at": clock.now().isoformat(),
        "rule": "36 months",
        "count": 1,
    }
    with acting_as(SYSTEM), unit_of_work():
        assert replay([line, {**line, "object_id": None}]) == [
            f"case {case.id} is open in this backup"
        ]


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    """A backup that was begun at noon; only its manifest is read."""
    file = tmp_path / "relais.dump"
    file.write_bytes(b"")
    manifest_of(file).write_text(json.dumps({"made_at": "2026-11-26T12:00:00+00:00"}))
    return file


def test_only_lines_since_the_backup_and_whole_ones(dump: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    instants = ("10:59", "11:01", "13:00")
    lines = [json.dumps({"at": f"2026-11-26T{one}:00+00:00"}) for one in instants]
    log.write_text("\n".join(lines) + '\n{"at": "2026-11-')
    assert [line["at"][11:16] for line in erasures_since(dump, log)] == ["11:01", "13:00"]
    log.write_text("not a line\n")
    with pytest.raises(BackupRefused, match="cannot be read"):
        erasures_since(dump, log)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, dump: Path) -> Iterator[Path]:
    """``relais restore`` without its load: what happens once the dump is in."""
    whole = RestoreReport(tables=1, rows=1, sealed=0, problems=[])
    for name in ("restore", "replace", "check"):
        monkeypatch.setattr(backup, name, lambda *_: whole)
    yield dump


def test_restoring_replays_the_installation_own_log(
    app: Flask, told: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = make_closed_case()
    with seeding() as session:
        organisation_id = session.get_one(Seat, case.lead_seat_id).organisation_id
    line = {
        "id": "01890000-0000-7000-8000-000000000001",
        "kind": "case",
        "object_id": str(case.id),
        "organisation_id": str(organisation_id),
        "at": "2026-11-26T13:00:00+00:00",
        "rule": "36 months",
        "count": 1,
    }
    settings = replace(app.config["SETTINGS"], var_dir=tmp_path)
    monkeypatch.setattr(backup, "load_settings", lambda: settings)
    db.session.expunge_all()
    with acting_as(SYSTEM):
        answer = CliRunner().invoke(restore_command, [str(told)])
        assert answer.exit_code == 0 and "no log of erasures" in answer.output
        (tmp_path / "erasures.jsonl").write_text(json.dumps(line) + "\n")
        answer = CliRunner().invoke(restore_command, [str(told)])
        assert answer.output.splitlines()[0] == (
            "replayed: 1 erasures since the backup, 0 left to a human"
        )
        refused = CliRunner().invoke(
            restore_command, [str(told), "--check", "--replay", str(tmp_path / "erasures.jsonl")]
        )
        assert refused.exit_code == 1 and "own database only" in refused.output
    with seeding() as session:
        session.expunge_all()
        assert session.get_one(CaseFile, case.id).anonymised_at is not None
