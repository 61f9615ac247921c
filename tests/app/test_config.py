"""What an installation is told, and when it refuses to start."""

from dataclasses import replace
from pathlib import Path

import pytest

from config import DEFAULT_SECRET, Settings, load_settings

EXTERNAL = {
    "DATABASE_URL": "postgresql://web:a@db.example/relais",
    "WORKER_DATABASE_URL": "postgres://worker:b@db.example/relais",
    "PUBLIC_URL": "https://relais.example/",
    "SECRET_KEY": "k" * 40,
    "SMTP_URL": "smtps://mail.example",
}


OTHER_REPORTS = "REPORTS_DATABASE_URL must name the login and the database of DATABASE_URL."


def settings(tmp_path: Path, **given: str) -> Settings:
    return load_settings({"RELAIS_VAR": str(tmp_path), **given})


def test_nothing_given_means_the_embedded_demonstration(tmp_path: Path) -> None:
    found = settings(tmp_path)
    assert (found.demo, found.database_is_embedded, found.refusals()) == (True, True, [])
    assert found.database_url.startswith("postgresql+psycopg://relais_web@/relais?host=")
    assert found.broker_url.startswith("redis+socket:///")


def test_managed_servers_by_their_addresses(tmp_path: Path) -> None:
    found = settings(tmp_path, **EXTERNAL, BROKER_URL="redis://cache.example/0")
    assert (found.demo, found.is_production, found.refusals()) == (False, True, [])
    assert found.worker_database_url == "postgresql+psycopg://worker:b@db.example/relais"
    assert found.trusted_hosts == ("relais.example", "127.0.0.1", "localhost")
    assert (found.public_url, found.broker_is_embedded) == ("https://relais.example", False)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"demo": True}, "RELAIS_DEMO=1 refuses an external DATABASE_URL."),
        ({"public_url": "http://relais.example"}, "PUBLIC_URL must begin with https://."),
        ({"public_url": "http://127.0.0.1:8000"}, "PUBLIC_URL must begin with https://."),
        ({"secret_key": DEFAULT_SECRET}, "SECRET_KEY must be set, of 32 characters or more."),
        ({"secret_key": "short"}, "SECRET_KEY must be set, of 32 characters or more."),
        ({"worker_database_url": ""}, "WORKER_DATABASE_URL must be set with DATABASE_URL."),
        ({"smtp_url": ""}, "SMTP_URL must be set with DATABASE_URL."),
        ({"reports_database_url": "postgresql://other:c@replica.example/relais"}, OTHER_REPORTS),
        ({"reports_database_url": "postgresql://web:a@replica.example/other"}, OTHER_REPORTS),
    ],
)
def test_production_refuses(tmp_path: Path, change: dict[str, object], sentence: str) -> None:
    assert replace(settings(tmp_path, **EXTERNAL), **change).refusals() == [sentence]


def test_a_replica_is_the_same_database_elsewhere(tmp_path: Path) -> None:
    address = "postgresql://web:a@replica.example/relais"
    found = settings(tmp_path, **EXTERNAL, REPORTS_DATABASE_URL=address)
    assert found.reports_database_url == "postgresql+psycopg://web:a@replica.example/relais"
    assert found.refusals() == []


def test_embedded_database_is_shown_on_this_machine_only(tmp_path: Path) -> None:
    found = settings(tmp_path, PUBLIC_URL="http://relais.example")
    assert found.refusals() == ["PUBLIC_URL must begin with https://."]


def test_port_changes_the_address(tmp_path: Path) -> None:
    assert settings(tmp_path, PORT="8123").public_url == "http://127.0.0.1:8123"


def test_yes_or_no_is_neither(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="RELAIS_DEMO"):
        settings(tmp_path, RELAIS_DEMO="maybe")


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    shown = repr(settings(tmp_path, **EXTERNAL))
    assert "k" * 40 not in shown and "web:a" not in shown
