"""Main pages stand on their indexes when there are a hundred thousand cases (docs/performance.md).

What was read is asked of the statistics that PostgreSQL keeps, so that reads inside its functions
are seen too. Nothing is timed.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from time import sleep

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.actors import Role
from app.db import db
from app.embedded.postgres import PostgresInfo
from app.waiting import Group
from partners.organisations.models import Seat
from partners.people.models import Membership
from tests.conftest import make_test_app, settings_for
from tests.factories.organisations import make_organisation, make_seat, make_unit
from tests.factories.people import make_member
from tests.factories.world import World, make_world
from tests.support.databases import cloned_database
from tests.support.multiplying import TABLES, multiply
from tests.support.signing import sign_in

pytestmark = pytest.mark.commits

SCANNED = "SELECT relname, seq_tup_read FROM pg_stat_user_tables WHERE relname = ANY (%s)"
OTHERS = """
SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
  AND backend_type = 'client backend'
"""
USED = "SELECT indexrelname, idx_tup_read FROM pg_stat_user_indexes WHERE idx_scan > 0"
#: The seat that looks reads two thousand cases, and an index may be read for a page and its total.
MOST_ENTRIES = 10_000
#: A hundred of each source in each of four parts, and their policies: never what the seat has.
MOST_OF_TODAY = 1_200
#: Where a page of *Aujourd'hui* begins.
KEY = "2020-01-01T00:00:00%2B00:00~0~00000000-0000-7000-8000-000000000000"


@dataclass(frozen=True)
class Large:
    """A large database, its application, the story that was multiplied."""

    app: Flask
    superuser: psycopg.Connection
    world: World
    observer: Membership
    coordinator: Membership


@pytest.fixture(scope="module")
def large(cluster: PostgresInfo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Large]:
    """A hundred thousand cases, one in fifty of them read by the seat that looks."""
    name = f"relais_large_{os.getpid()}"
    with cloned_database(cluster, name), cluster.connect_as_superuser(name) as superuser:
        app = make_test_app(settings_for(cluster, name, tmp_path_factory.mktemp("large")))
        with app.app_context():
            world, organisation = make_world(), make_organisation()
            unit = make_unit(organisation)
            observer = make_member(make_seat(organisation), Role.OBSERVER, unit_id=unit.id)
            coordinator = make_member(Seat(id=world.adviser.seat_id), Role.COORDINATOR)
            db.session.remove()
            with cluster.connect_as_superuser(name) as filling:
                multiply(filling, world)
            yield Large(app, superuser, world, observer, coordinator)
            db.session.remove()
            db.engine.dispose()


@pytest.mark.parametrize(
    ("path", "indexes"),
    [
        (
            "/",
            {
                *("ix_boxed_referral_due", "ix_boxed_referral_moved", "ix_case_action_due"),
                *("ix_action_reply_asked_by", "ix_access_request_match_led"),
                *("ix_rights_request_due_to_member", "ix_case_file_paused", "ix_notice_unread"),
                *("pk_referral", "pk_case_action"),
            },
        ),
        ("/messages", {"ix_notice_unread"}),
        ("/aujourd-hui/en-retard", {"ix_boxed_referral_due", "ix_case_action_due"}),
        (f"/aujourd-hui/en-retard?apres={KEY}", {"ix_boxed_referral_due", "ix_case_action_due"}),
        ("/aujourd-hui/ce-qui-a-bouge", {"ix_boxed_referral_moved", "pk_referral"}),
        ("/aujourd-hui/sans-echeance", {"ix_access_request_match_led"}),
        ("/dossiers", {"ix_case_reader_moved"}),
        ("/dossiers?page=40", {"ix_case_reader_moved"}),
        ("/dossiers?tri=name", {"ix_case_reader_title"}),
        ("/dossiers?statut=closed&phase=rebound", {"ix_case_reader_moved"}),
        ("/dossiers?q=quokka", {"ix_case_reader_words"}),
        (
            "/dossiers/{case}",
            {"pk_case_file", "ix_participation_case_id", "ix_timeline_entry_case_id_happened_at"},
        ),
        ("/dossiers/{case}/partage", {"ix_journal_event_case_id_at"}),
        ("/orientations/{referral}", {"pk_referral"}),
        *(
            (
                f"/orientations?{asked}",
                {f"ix_{index}" for index in indexes.split()} | {"pk_referral"},
            )
            for asked, indexes in (
                ("", "boxed_referral_due boxed_referral_sent"),
                ("page=20", "boxed_referral_due boxed_referral_sent"),
                ("tri=-due", "boxed_referral_due boxed_referral_sent"),
                ("tri=sent", "boxed_referral_sent"),
                ("tri=-sent", "boxed_referral_sent"),
                ("tri=partner", "boxed_referral_organisation"),
                ("tri=-partner", "boxed_referral_organisation"),
                ("tri=state", "boxed_referral_state"),
                ("tri=-state", "boxed_referral_state"),
                ("etat=attente", "boxed_referral_due boxed_referral_state"),
                ("etat=completed&tri=sent", "boxed_referral_state"),
                ("reponse=retard", "boxed_referral_due"),
                ("sujet=cash_flow&forme=joint&tri=partner", "boxed_referral_organisation"),
                ("du=2020-01-01&tri=-sent", "boxed_referral_sent"),
                ("q=exemple", "referral_sheet_searched company_known"),
                ("onglet=envoyees", "boxed_referral_sent"),
                ("onglet=envoyees&tri=due", "boxed_referral_due boxed_referral_sent"),
            )
        ),
        ("/orientations?onglet=acces", {"ix_access_request_match_led"}),
        ("/orientations?onglet=declinees", {"ix_declined_need_seat_id", "pk_need"}),
    ],
)
def test_a_page_reads_by_its_index(large: Large, path: str, indexes: set[str]) -> None:
    path = path.format(case=large.world.case.id, referral=large.world.accepted.id)
    assert indexes <= _used(large, large.world.adviser, path)


@pytest.mark.parametrize("part", ["", *(f"aujourd-hui/{group}" for group in Group), "messages"])
def test_today_reads_what_it_shows_and_no_more(large: Large, part: str) -> None:
    """The seat has two thousand of everything, of which the member waits for a hundred or two: the
    most read is the case of each row that is counted, once for each condition on it."""
    _used(large, large.world.adviser, f"/{part}", most=MOST_OF_TODAY)


def test_needs_nobody_took_are_read_by_their_cases(large: Large) -> None:
    """The open cases of the seat, which is all that its coordinator may see: never the platform."""
    assert {"ix_case_reader_moved", "ix_need_case_id"} <= _used(large, large.coordinator, "/")


def test_the_figures_of_a_territory_are_read_by_their_indexes(large: Large) -> None:
    """Sums of months, which are few, then three companies of each cell: never the facts."""
    assert "ix_territory_fact_cell" in _used(large, large.observer, "/")


def _used(large: Large, member: Membership, path: str, *, most: int = MOST_ENTRIES) -> set[str]:
    """The indexes that a page reads, not much of each, and no large table from end to end."""
    client = FlaskClient(large.app, large.app.response_class)
    sign_in(client, member)
    client.get(path)
    _forget(large)
    assert client.get(path).status_code == 200
    scanned, used = _read(large)
    assert scanned == {}
    assert {name: read for name, read in used.items() if read > most} == {}
    return set(used)


def _forget(large: Large) -> None:
    """Connections that close tell what they read; then everything is counted anew."""
    _close_connections(large)
    large.superuser.execute("SELECT pg_stat_reset()")


def _close_connections(large: Large) -> None:
    """A server process says what it read when it ends, and it takes its time."""
    db.session.remove()
    db.engine.dispose()
    while large.superuser.execute(OTHERS).fetchone():
        sleep(0.01)
    large.superuser.execute("SELECT pg_stat_force_next_flush(), pg_stat_clear_snapshot()")


def _read(large: Large) -> tuple[dict[str, int], dict[str, int]]:
    """Large tables read from end to end; entries that were read of each index that was used."""
    _close_connections(large)
    scans = large.superuser.execute(SCANNED, [list(TABLES)]).fetchall()
    used = large.superuser.execute(USED).fetchall()
    return {name: rows for name, rows in scans if rows}, {name: rows for name, rows in used}
